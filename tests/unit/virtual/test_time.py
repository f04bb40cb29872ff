"""The time on virtual phones when somebody else moves it."""

from datetime import UTC, datetime, timedelta

from runner.virtual.time import PhoneTime

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


def test_it_is_the_machines_until_somebody_moves_it() -> None:
    time = PhoneTime()
    assert abs(time.now() - datetime.now(UTC)) < timedelta(minutes=1)
    time.move_to(NOON)
    assert time.now() == time.now() == NOON


def test_time_that_is_moved_does_what_was_to_come() -> None:
    time, seen = PhoneTime(), list[tuple[str, datetime]]()
    time.move_to(NOON)
    time.call_later(2.0, lambda: seen.append(("second", time.now())))

    def first() -> None:
        seen.append(("first", time.now()))
        time.call_later(0.5, lambda: seen.append(("of the first", time.now())))

    time.call_later(1.0, first)
    time.call_later(9.0, lambda: seen.append(("late", time.now())))
    time.move_to(NOON + timedelta(seconds=2))
    assert seen == [
        ("first", NOON + timedelta(seconds=1)),
        ("of the first", NOON + timedelta(seconds=1.5)),
        ("second", NOON + timedelta(seconds=2)),
    ]
    time.move_to(NOON + timedelta(seconds=60))
    assert seen[3:] == [("late", NOON + timedelta(seconds=9))]
