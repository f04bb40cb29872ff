"""What every store promises of phones: their facts, their states over time, and the holds of a device."""

from datetime import timedelta

import pytest
from ledgers import NOON

from runner.clock import ManualClock
from runner.store.ledger import Ledger
from runner.store.phone_rows import AWAY, PhoneCondition, PhoneFacts, PhoneState, by_device
from runner.store.phones import PhoneSeen

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def test_only_what_has_changed_of_a_phone_is_written(ledger: Ledger, clock: ManualClock) -> None:
    assert ledger.phones.note(
        [PhoneSeen("A", "device", 80), PhoneSeen("B", AWAY, problem="no such phone")]
    ) == [
        PhoneState("A", "device", 80, "", NOON),
        PhoneState("B", AWAY, None, "no such phone", NOON),
    ]
    ledger.changed()
    clock.advance(60)
    assert ledger.phones.note([PhoneSeen("A", "device"), PhoneSeen("B", AWAY, problem="no such phone")]) == []
    assert not ledger.changed()
    assert ledger.phones.note([PhoneSeen("A", "offline")]) == [
        PhoneState("A", "offline", 80, "", NOON + MINUTE)
    ]
    assert {serial: state.state for serial, state in ledger.phones.latest().items()} == {
        "A": "offline",
        "B": AWAY,
    }


@pytest.mark.parametrize(
    ("battery", "after_s", "is_written"),
    [
        (79, 60, False),
        (75, 60, True),
        (85, 60, True),
        (79, 600, True),
        (80, 6000, False),
        (None, 6000, False),
    ],
)
def test_a_battery_is_written_by_five_percent_or_after_ten_minutes(
    ledger: Ledger, clock: ManualClock, battery: int | None, after_s: float, is_written: bool
) -> None:
    ledger.phones.note([PhoneSeen("A", "device", 80)])
    clock.advance(after_s)
    assert bool(ledger.phones.note([PhoneSeen("A", "device", battery)])) is is_written


def test_the_first_reading_of_a_battery_is_written(ledger: Ledger) -> None:
    ledger.phones.note([PhoneSeen("A", "device")])
    assert ledger.phones.note([PhoneSeen("A", "device", 3)])


def test_a_history_begins_with_what_was_so_before(ledger: Ledger, clock: ManualClock) -> None:
    for state in ("device", AWAY, "device", "offline"):
        ledger.phones.note([PhoneSeen("A", state), PhoneSeen("B", state)])
        clock.advance(600)
    found = ledger.phones.history("A", NOON + 15 * MINUTE, NOON + 25 * MINUTE)
    assert [(one.state, one.at_utc) for one in found] == [
        (AWAY, NOON + 10 * MINUTE),
        ("device", NOON + 20 * MINUTE),
    ]
    assert ledger.phones.history("C", NOON, clock.now()) == []


def test_what_a_phone_said_of_itself_is_kept_until_it_says_something_else(
    ledger: Ledger, clock: ManualClock
) -> None:
    ledger.phones.note([PhoneSeen("A", "device")])
    known = ledger.phones.get("A")
    assert known is not None and known.seen_utc is None and known.facts == PhoneFacts()
    facts = PhoneFacts("Pixel 7", "14", "sv-SE", (1080, 2400), {"tiktok": "39.1"})
    ledger.phones.learn("A", facts)
    ledger.changed()
    clock.advance(60)
    ledger.phones.learn("A", facts)
    assert not ledger.changed()
    ledger.phones.learn("C", PhoneFacts("Pixel 8"))
    rows = ledger.phones.all()
    assert [(row.serial, row.facts, row.seen_utc) for row in rows] == [
        ("A", facts, NOON),
        ("C", PhoneFacts("Pixel 8"), NOON + MINUTE),
    ]


def test_retention_keeps_how_a_phone_still_is(ledger: Ledger, clock: ManualClock) -> None:
    ledger.phones.note([PhoneSeen("A", "offline"), PhoneSeen("B", "device")])
    clock.advance(60)
    ledger.phones.note([PhoneSeen("A", "device")])
    list(ledger.retention.prune(NOON + DAY, NOON))
    assert {serial: state.at_utc for serial, state in ledger.phones.latest().items()} == {
        "A": NOON + MINUTE,
        "B": NOON,
    }
    assert len(ledger.phones.history("A", NOON - DAY, NOON + DAY)) == 1


def test_the_holds_of_a_device_are_remembered(ledger: Ledger, clock: ManualClock) -> None:
    ledger.holds.place("A", "the app asks for a login")
    clock.advance(60)
    ledger.holds.release("A")
    ledger.holds.place("A", "looked at by hand")
    ledger.holds.place("B", "another phone")
    newest, oldest = ledger.holds.of("A")
    assert (newest.reason, newest.released_utc) == ("looked at by hand", None)
    assert oldest.released_utc == NOON + MINUTE
    assert len(ledger.holds.of("A", limit=1)) == 1


def test_a_hold_for_a_time_goes_on_and_ends_when_the_phone_works(ledger: Ledger, clock: ManualClock) -> None:
    assert [ledger.holds.phone_failed("A") for _ in range(2)] == [1, 2]
    assert ledger.holds.phone_failed("B") == 1
    assert ledger.holds.failing() == {"A": 2, "B": 1}
    ledger.holds.place_until("A", "it failed", NOON + MINUTE)
    clock.advance(60)
    ledger.holds.place_until("A", "it failed again", NOON + 3 * MINUTE)
    (hold,) = ledger.holds.current()
    assert (hold.reason, hold.placed_utc, hold.until_utc) == ("it failed again", NOON, NOON + 3 * MINUTE)
    assert hold.ends_by_itself
    ledger.holds.place("A", "a person")
    ledger.holds.phone_worked("A")
    assert [(one.reason, one.ends_by_itself) for one in ledger.holds.current()] == [("a person", False)]
    assert ledger.holds.failing() == {"B": 1}


def test_a_person_who_releases_a_phone_ends_its_row_of_failures(ledger: Ledger) -> None:
    ledger.holds.phone_failed("A")
    ledger.holds.place_until("A", "it failed", NOON + MINUTE)
    assert ledger.holds.release("A") == 1
    assert ledger.holds.failing() == {} and ledger.holds.current() == []
    assert ledger.holds.phone_failed("A") == 1


def test_of_several_holds_that_of_a_person_is_told(ledger: Ledger) -> None:
    ledger.holds.place_until("A", "it failed", NOON + MINUTE)
    ledger.holds.place("A", "first")
    ledger.holds.place("A", "second")
    ledger.holds.place_until("B", "it failed too", NOON + MINUTE)
    told = {device: hold.reason for device, hold in by_device(ledger.holds.current()).items()}
    assert told == {"A": "first", "B": "it failed too"}


def test_what_a_phone_said_of_itself_stays_when_it_fails(ledger: Ledger) -> None:
    ledger.phones.learn("A", PhoneFacts(model="Model 5"))
    ledger.holds.phone_failed("A")
    row = ledger.phones.get("A")
    assert row is not None and row.facts.model == "Model 5"


def test_how_a_phone_is_stands_beside_what_it_is(ledger: Ledger, clock: ManualClock) -> None:
    warm = PhoneCondition(31, 4100, "off", "0.4.1")
    assert not ledger.phones.learn_condition("A", warm)
    ledger.phones.learn("A", PhoneFacts("Model 5"))
    clock.advance(60)
    assert ledger.phones.learn_condition("A", warm)
    assert not ledger.phones.learn_condition("A", warm)
    ledger.phones.learn("A", PhoneFacts("Model 5", "15"))
    row = ledger.phones.get("A")
    assert row is not None and row.facts == PhoneFacts("Model 5", "15", condition=warm)
