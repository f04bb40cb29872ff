from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from runner.campaign.quantities import Duration
from runner.planning.timing import jitter, shares

durations = st.integers(0, 99_999).map(lambda seconds: Duration.parse(f"{seconds}s"))


def test_devices_start_evenly_over_the_spread_in_declared_order() -> None:
    assert shares(Duration.parse("20m"), 4) == [timedelta(minutes=minutes) for minutes in (0, 5, 10, 15)]


def test_without_a_spread_all_start_at_once() -> None:
    assert shares(None, 3) == [timedelta()] * 3
    assert shares(Duration.parse("20m"), 0) == []


@given(durations, st.integers(1, 500))
def test_shares_are_whole_seconds_that_never_go_back_nor_reach_the_spread(
    spread: Duration, lanes: int
) -> None:
    found = shares(spread, lanes)

    assert found == sorted(found)
    assert found[0] == timedelta()
    assert found[-1] <= spread.delta
    assert all(share.microseconds == 0 for share in found)
    exact = [spread.delta * number / lanes for number in range(lanes)]
    assert all(
        timedelta() <= was - share < timedelta(seconds=1) for was, share in zip(exact, found, strict=True)
    )


@given(st.text(), st.integers(0, 10_000))
def test_jitter_is_the_same_for_the_same_key_and_within_bounds(key: str, most_s: int) -> None:
    found = jitter(key, most_s)

    assert found == jitter(key, most_s)
    assert timedelta() <= found <= timedelta(seconds=most_s)
    assert found.microseconds == 0


def test_jitter_takes_every_value_evenly() -> None:
    found = [jitter(f"demo/greet/{number}", 4) // timedelta(seconds=1) for number in range(5000)]

    assert set(found) == {0, 1, 2, 3, 4}
    assert all(850 < found.count(value) < 1150 for value in range(5))


def test_jitter_never_changes_between_versions() -> None:
    assert jitter("demo/publish/2026-11-22T09:00[Europe%2FStockholm]/R58M123ABC", 180) == timedelta(
        seconds=73
    )
