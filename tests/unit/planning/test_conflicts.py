from datetime import timedelta

from resolved_campaigns import at, greet, publish, resolved

from runner.planning.conflicts import conflicts, spans
from runner.planning.plan import plan
from runner.planning.source import Window

WEEK = Window(at("2026-11-21T17:00"), at("2026-11-28T17:00"))


def told(*scripts: str, head: str = "") -> list[tuple[str, str, list[str], int]]:
    found = conflicts([resolved("\n".join(scripts), head)], WEEK)
    return [(one.first.entry, one.second.entry, one.lanes, one.times) for one in found]


def test_a_device_is_busy_for_as_long_as_its_tasks_are_expected_to_take() -> None:
    busy = spans([resolved(greet("2026-11-22T09:00", users=("@a", "@b", "@c"), more="spread: 10m"))], WEEK)

    shown = {
        lane: [(f"{one.start_utc:%H:%M}", f"{one.end_utc:%H:%M}") for one in found]
        for lane, found in busy.items()
    }
    assert shown == {
        "R58M123ABC": [("08:00", "08:03")],
        "R58M456DEF": [("08:05", "08:08")],
    }


def test_jitter_moves_a_span_as_it_moves_the_tasks() -> None:
    campaign = resolved(greet("2026-11-22T09:00", users=("@a", "@b"), devices=("A",), more="jitter: 30m"))
    dues = [task.due_utc for task in plan([campaign], WEEK).tasks()]
    [[span]] = spans([campaign], WEEK).values()

    assert span.start_utc == dues[0]
    assert span.end_utc == max(dues[0] + timedelta(minutes=1), dues[1]) + timedelta(minutes=1)


def test_entries_that_need_a_device_at_once_are_in_conflict() -> None:
    assert told(publish("09:00"), greet("09:02")) == [("publish", "greet", ["R58M123ABC", "R58M456DEF"], 7)]


def test_entries_that_follow_each_other_are_not() -> None:
    assert not told(publish("09:00"), greet("09:03"))
    assert not told(publish("09:00", devices=("A",)), greet("09:00", devices=("B",)))


def test_a_spread_keeps_devices_apart_or_brings_them_together() -> None:
    assert told(publish("09:00", more="spread: 20m"), greet("09:10", users=("@a",))) == [
        ("publish", "greet", ["R58M456DEF"], 7)
    ]


def test_an_entry_can_be_in_its_own_way() -> None:
    often = publish("09:00").replace("'09:00'", "{every: 2m, between: 09:00-09:04}")

    assert told(often) == [("publish", "publish", ["R58M123ABC", "R58M456DEF"], 14)]


def test_campaigns_can_be_in_each_other_s_way() -> None:
    first, second = resolved(publish("09:00")), resolved(publish("09:01"), name="another")
    [conflict] = conflicts([first, second], WEEK)

    assert (conflict.first.campaign, conflict.second.campaign) == ("demo", "another")


def test_an_account_is_a_lane_too() -> None:
    head = 'backend: local_api\ndevices: {brand: {usernames: ["@brand"]}}'

    assert told(publish("09:00", devices=("brand",)), greet("09:01", devices=("brand",)), head=head) == [
        ("publish", "greet", ["@brand"], 7)
    ]


def test_days_on_which_a_campaign_is_not_active_do_not_count() -> None:
    head = "active: {from: 2026-11-27}"

    assert [times for *_, times in told(publish("09:00"), greet("09:02"), head=head)] == [2]


def test_work_by_hand_only_is_in_nobody_s_way() -> None:
    assert not told(publish(), greet())
