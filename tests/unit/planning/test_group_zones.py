"""Groups of phones in several time zones: start times, keys, days and limits are on the clocks of each."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from campaigns import at, campaign, day
from runner.campaign.resolve import ResolvedCampaign
from runner.planning.coming import next_occurrence
from runner.planning.difference import differences
from runner.planning.plan import manual, plan
from runner.planning.plannable_entry import plannable_entries
from runner.planning.simulation import Simulation
from runner.planning.source import Window
from runner.reports.plan_changes import by_entry
from runner.tasks import Task

GROUPS = """
devices:
  se: [SE1, SE2]
  us: {serials: [US1, US2], timezone: America/New_York}
"""
WINTER = day("2026-12-01T00:00")


def world(entry: str, head: str = "", **more: str) -> ResolvedCampaign:
    return campaign(f"publish: {{script: post, devices: [se, us], {entry}}}", GROUPS + head, **more)


def posting(times: str, more: str = "") -> str:
    return f"config: {{material_list: [a.mp4, b.mp4, c.mp4]}}, start_times: {times}{more}"


def due(tasks: Iterable[Task]) -> list[tuple[str, str, str]]:
    return [(f"{task.due_utc:%H:%M}", task.lane, task.nominal) for task in tasks]


def test_a_time_of_day_comes_on_the_clocks_of_each_group() -> None:
    made = plan([world(posting("18:30"))], WINTER)

    assert due(made.tasks()) == [
        ("17:30", "SE1", "2026-12-01T18:30[Europe/Stockholm]"),
        ("17:30", "SE2", "2026-12-01T18:30[Europe/Stockholm]"),
        ("23:30", "US1", "2026-12-01T18:30[America/New_York]"),
        ("23:30", "US2", "2026-12-01T18:30[America/New_York]"),
    ]
    assert [task.key for task in made.tasks()][2] == "demo/publish/2026-12-01T18:30[America%2FNew_York]/US1"
    assert [one.nominal for one in made.occurrences()] == [
        "2026-12-01T18:30[Europe/Stockholm]",
        "2026-12-01T18:30[America/New_York]",
    ]


def test_between_the_changes_of_two_zones_the_distance_is_another() -> None:
    made = plan([world(posting("18:30"))], day("2026-10-26T00:00"))

    assert [moment for moment, _, _ in due(made.tasks())] == ["17:30", "17:30", "22:30", "22:30"]


def test_instants_come_at_once_and_bear_the_zone_of_their_group() -> None:
    made = plan([world(posting("2026-12-01T18:00:00+01:00"))], WINTER)

    assert due(made.tasks()) == [
        ("17:00", "SE1", "2026-12-01T17:00:00Z"),
        ("17:00", "SE2", "2026-12-01T17:00:00Z"),
        ("17:00", "US1", "2026-12-01T17:00:00Z[America/New_York]"),
        ("17:00", "US2", "2026-12-01T17:00:00Z[America/New_York]"),
    ]
    assert len({task.key for task in made.tasks()}) == 4


def test_hours_open_on_the_clocks_of_each_group() -> None:
    made = plan([world(posting('{every: 1h, between: "09:00-10:00"}'))], WINTER)

    assert [(moment, lane) for moment, lane, _ in due(made.tasks()) if lane in ("SE1", "US1")] == [
        ("08:00", "SE1"),
        ("09:00", "SE1"),
        ("14:00", "US1"),
        ("15:00", "US1"),
    ]


def test_times_on_one_instant_do_not_merge_over_zones() -> None:
    made = plan([world(posting('["12:30", "18:30"]'))], WINTER)

    together = [(lane, nominal) for moment, lane, nominal in due(made.tasks()) if moment == "17:30"]
    assert together == [
        ("SE1", "2026-12-01T18:30[Europe/Stockholm]"),
        ("SE2", "2026-12-01T18:30[Europe/Stockholm]"),
        ("US1", "2026-12-01T12:30[America/New_York]"),
        ("US2", "2026-12-01T12:30[America/New_York]"),
    ]


def test_the_spread_starts_anew_in_each_zone_and_the_material_goes_on() -> None:
    made = list(plan([world(posting("18:30", ", spread: 20m"))], WINTER).tasks())

    assert [moment for moment, _, _ in due(made)] == ["17:30", "17:40", "23:30", "23:40"]
    assert [task.ordinal for task in made] == [0, 1, 2, 3]


def test_active_days_are_those_of_the_group() -> None:
    active = "active: {from: 2026-12-01, until: 2026-12-01}"
    made = plan([world(posting('{every: 30m, between: "23:30-00:30"}'), active)], Window(*_days()))

    assert [(moment, lane) for moment, lane, _ in due(made.tasks()) if lane in ("SE1", "US1")] == [
        ("22:30", "SE1"),
        ("23:00", "SE1"),
        ("23:30", "SE1"),
        ("04:30", "US1"),
        ("05:00", "US1"),
        ("05:30", "US1"),
    ]


def test_a_run_by_hand_is_one_occurrence_for_all() -> None:
    now = at("2026-12-01T12:00")
    occurrences, tasks = manual(world(posting("18:30")), "r1", now)

    assert [one.nominal for one in occurrences] == ["run:r1"]
    assert [(task.lane, task.ordinal, task.due_utc) for task in tasks] == [
        (lane, number, now) for number, lane in enumerate(["SE1", "SE2", "US1", "US2"])
    ]


def test_a_campaign_needs_no_zone_where_all_its_groups_have_one() -> None:
    groups = "devices: {us: {serials: [US1], timezone: America/New_York}}"
    entry = 'publish: {script: post, devices: us, config: {material_list: [a.mp4]}, start_times: "18:30"}'
    made = plan([campaign(entry, groups, timezone=None)], WINTER)

    assert due(made.tasks()) == [("23:30", "US1", "2026-12-01T18:30[America/New_York]")]


def test_a_phone_that_is_named_beside_its_group_is_in_the_zone_of_the_group() -> None:
    entry = (
        'publish: {script: post, devices: [US2, us], config: {material_list: [a.mp4]}, start_times: "18:30"}'
    )
    made = plan([campaign(entry, GROUPS.replace("  se: [SE1, SE2]\n", ""))], WINTER)

    assert [(moment, lane) for moment, lane, _ in due(made.tasks())] == [("23:30", "US2"), ("23:30", "US1")]


def test_the_next_occurrence_is_that_of_the_zone_where_it_comes_first() -> None:
    coming = next_occurrence([world(posting("18:30"))], at("2026-12-01T20:00"))

    assert coming is not None
    assert coming.nominal == "2026-12-01T18:30[America/New_York]"


def test_limits_that_the_campaign_names_count_days_of_the_group() -> None:
    """One post a day: the second of New York's 1 December falls on Stockholm's 2 December."""
    head = "limits: {per_device: {per_day: {post: 1}, per_hour: {post: 9}}, min_gap: 0s}"
    campaigns = [world(posting('["12:00", "21:00"]', ", grace: 12h"), head)]
    simulation = Simulation(plannable_entries(campaigns), plannable_entries(campaigns)[0].zone)
    late = [
        delay
        for task in plan(campaigns, Window(at("2026-12-01T00:00"), at("2026-12-02T06:00"))).tasks()
        for delay in simulation.feed(task)
    ]
    late += simulation.finish()

    reasons = {delay.task.lane: delay.refusal.reason for delay in late if delay.refusal}
    assert reasons["SE1"].startswith(
        "1 of 1 post on SE1 today in Europe/Stockholm; next at 2026-12-02 00:00:00+01:00"
    )
    assert reasons["US1"].startswith(
        "1 of 1 post on US1 today in America/New_York; next at 2026-12-02 00:00:00-05:00"
    )


def test_a_zone_that_a_group_is_given_moves_its_tasks() -> None:
    entry = posting("18:30")
    before = campaign(
        f"publish: {{script: post, devices: [se, us], {entry}}}", "devices: {se: [SE1, SE2], us: [US1, US2]}"
    )
    plans = plan([before], WINTER), plan([world(entry)], WINTER)

    (changes,) = by_entry(*plans, list(differences(*plans)))
    assert [(line.change, line.when(), line.where()) for line in changes.lines] == [
        ("moved", "Tue 2026-12-01 18:30 -> 18:30 in America/New_York", "US1, US2")
    ]


def _days() -> tuple[datetime, datetime]:
    return at("2026-11-30T00:00"), at("2026-11-30T00:00") + timedelta(days=4)
