from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns import at, campaign, greet, publish
from runner.campaign.resolve import ResolvedCampaign
from runner.planning.limits import Usage
from runner.planning.plan import plan
from runner.planning.plannable_entry import plannable_entries
from runner.planning.simulation import Delay, Simulation
from runner.planning.source import Window

STOCKHOLM = ZoneInfo("Europe/Stockholm")
WINDOW = Window(at("2026-11-22T00:00"), at("2026-11-24T00:00"))
USERS = tuple(f"@u{number}" for number in range(6))


def delays(*campaigns: ResolvedCampaign, past: Mapping[str, Usage] | None = None) -> list[Delay]:
    simulation = Simulation(plannable_entries(campaigns), STOCKHOLM, past)
    found = [delay for task in plan(campaigns, WINDOW).tasks() for delay in simulation.feed(task)]
    return found + list(simulation.finish())


def told(*campaigns: ResolvedCampaign, past: Mapping[str, Usage] | None = None) -> list[tuple[str, str, str]]:
    """Which task, why, and when it would start."""
    found = []
    for delay in delays(*campaigns, past=past):
        why = delay.refusal.limit.rpartition("limits.")[2] if delay.refusal else "queue"
        start = "missed" if delay.is_missed else f"{delay.start_utc.astimezone(STOCKHOLM):%d %H:%M:%S}"
        found.append((delay.task.target or delay.task.device or "", why, start))
    return found


def hourly(limit: int, more: str = "") -> str:
    return f"limits: {{per_device: {{per_hour: {{follow: {limit}}}}}, min_gap: 0s{more}}}"


def test_what_fits_is_not_told_of() -> None:
    assert not told(campaign(greet("2026-11-22T09:00", users=USERS), hourly(6)))


def test_a_full_hour_holds_the_rest_back_in_order() -> None:
    one = greet("2026-11-22T09:00", users=USERS, devices=("A",), more="grace: 3h")

    assert told(campaign(one, hourly(2))) == [
        ("@u2", "per_device.per_hour.follow", "22 10:00:00"),
        ("@u3", "per_device.per_hour.follow", "22 10:01:00"),
        ("@u4", "per_device.per_hour.follow", "22 11:00:00"),
        ("@u5", "per_device.per_hour.follow", "22 11:01:00"),
    ]


def test_what_waits_longer_than_its_grace_is_missed() -> None:
    one = greet("2026-11-22T09:00", users=USERS, devices=("A",), more="grace: 1h")

    assert [start for *_, start in told(campaign(one, hourly(2)))] == [
        "22 10:00:00",
        "22 10:01:00",
        "missed",
        "missed",
    ]


def test_what_only_waits_behind_others_starts_however_late() -> None:
    one = greet("2026-11-22T09:00", users=USERS, devices=("A",), more="grace: 3m")

    assert told(campaign(one, hourly(12))) == [
        ("@u4", "queue", "22 09:04:00"),
        ("@u5", "queue", "22 09:05:00"),
    ]


def test_what_the_gap_keeps_for_longer_than_its_grace_is_missed() -> None:
    one = greet("2026-11-22T09:00", users=USERS, devices=("A",), more="grace: 3m")

    assert told(campaign(one, "limits: {min_gap: 2m}")) == [
        (user, "queue", "missed") for user in ("@u2", "@u3", "@u4", "@u5")
    ]


def test_a_day_of_the_fleet_s_zone_holds_back_until_midnight() -> None:
    head = "limits: {per_device: {per_day: {post: 1}}}"
    scripts = publish("2026-11-22T09:00", "2026-11-22T23:30", devices=("A",))

    assert told(campaign(scripts, head)) == [("A", "per_device.per_day.post", "23 00:00:00")]


def test_campaigns_use_up_the_same_device() -> None:
    head = "limits: {per_device: {per_day: {post: 1}}}"
    first = campaign(publish("2026-11-22T09:00", devices=("A", "B")), head)
    second = campaign(publish("2026-11-22T12:00", devices=("A", "C"), more="grace: 1d"), head, name="another")

    assert told(first, second) == [("A", "per_device.per_day.post", "23 00:00:00")]


def test_what_was_done_before_counts() -> None:
    one = greet("2026-11-22T09:00", users=("@u",), devices=("A",))
    past = {"A": Usage(device={"follow": (at("2026-11-22T07:30"), at("2026-11-22T07:40"))})}

    assert told(campaign(one, hourly(2)), past=past) == [("@u", "per_device.per_hour.follow", "22 09:30:00")]


def test_an_account_is_counted_where_no_device_is_known() -> None:
    head = (
        'backend: local_api\ndevices: {brand: {usernames: ["@brand"]}}\n'
        "limits: {per_account: {per_hour: {follow: 1}}}"
    )
    one = greet("2026-11-22T09:00", devices=("brand",), more="grace: 2h")

    assert told(campaign(one, head)) == [("@south", "per_account.per_hour.follow", "22 10:00:00")]


def test_the_gap_within_an_occurrence_is_only_its_pace() -> None:
    head = "limits: {min_gap: 5m}"

    assert not told(campaign(greet("2026-11-22T09:00", devices=("A",)), head))


def test_the_gap_to_another_occurrence_is_told_of() -> None:
    head = "limits: {min_gap: 1h}"
    scripts = publish("2026-11-22T09:00", "2026-11-22T09:30", devices=("A",))

    assert told(campaign(scripts, head)) == [("A", "min_gap", "22 10:00:00")]


def test_work_outside_of_working_hours_waits_for_them() -> None:
    head = 'limits: {working_hours: "08:00-22:00"}'
    scripts = publish("2026-11-22T07:30", "2026-11-22T22:00", devices=("A",))

    assert told(campaign(scripts, head)) == [
        ("A", "working_hours", "22 08:00:00"),
        ("A", "working_hours", "missed"),
    ]


def test_what_waits_does_not_stand_in_the_way_of_other_work() -> None:
    head = "limits: {per_device: {per_hour: {follow: 1}}, min_gap: 0s}"
    scripts = (
        greet("2026-11-22T09:00", devices=("A",), more="grace: 3h")
        + "\n"
        + publish("2026-11-22T09:10", devices=("A",))
    )

    assert told(campaign(scripts, head)) == [("@south", "per_device.per_hour.follow", "22 10:00:00")]


def test_a_task_that_would_meet_a_limit_before_its_last_effect_is_told_of() -> None:
    head = "backend: local_api\nlimits: {per_device: {per_hour: {like: 5}}, min_gap: 0s}"
    warmup = (
        "warm: {script: account_warmup, devices: [A], start_times: [2026-11-22T09:00], "
        "config: {task_duration: 600, min_duration: 60, like_probable: 50}}"
    )
    [delay] = delays(campaign(warmup, head))

    assert delay.is_interrupted
    assert delay.refusal is not None and delay.refusal.limit == "limits.per_device.per_hour.like"


@given(st.lists(st.integers(0, 24 * 60 - 1), min_size=1, max_size=40), st.integers(1, 4))
@settings(max_examples=100, deadline=None)
def test_the_cap_of_an_hour_lets_each_task_start_as_soon_as_it_may(minutes: list[int], per_hour: int) -> None:
    """Against a queue in which each waits for the one before it, and for the one so many before it to be an
    hour old."""
    minute, hour = timedelta(minutes=1), timedelta(hours=1)
    times = [f"2026-11-22T{number // 60:02}:{number % 60:02}" for number in minutes]
    caps = f"per_hour: {{follow: {per_hour}}}, per_day: {{follow: 999}}"
    head = f"limits: {{per_device: {{{caps}}}, min_gap: 0s}}"
    campaign = resolved(greet(*times, users=("@u",), devices=("A",), more="grace: 9d"), head)
    begun: list[datetime] = []
    starts, held = {}, set()
    for task in plan([campaign], WINDOW).tasks():
        turn = max(task.due_utc, begun[-1] + minute) if begun else task.due_utc
        start = max(turn, begun[-per_hour] + hour) if len(begun) >= per_hour else turn
        starts[task.key] = start
        if start > turn:
            held.add(task.key)
        begun.append(start)

    told_of = {delay.task.key: delay.start_utc for delay in delays(campaign)}
    assert held <= told_of.keys()
    assert told_of.items() <= starts.items()
