from zoneinfo import ZoneInfo

from campaigns import at, campaign, day, greet, publish
from runner.campaign.resolve import ResolvedCampaign
from runner.planning.attention import attention
from runner.planning.notes import MOST_OF_A_CODE, Note
from runner.planning.plan import plan
from runner.planning.source import Window

STOCKHOLM = ZoneInfo("Europe/Stockholm")
DAY = day("2026-11-21T17:00")


def notes(*campaigns: ResolvedCampaign, window: Window = DAY) -> list[Note]:
    return list(attention(plan(campaigns, window), STOCKHOLM))


def told(*campaigns: ResolvedCampaign, window: Window = DAY) -> list[tuple[str, str]]:
    return [(note.code, note.message) for note in notes(*campaigns, window=window)]


def test_an_undisturbed_plan_needs_no_attention() -> None:
    assert not told(campaign(publish("09:00") + "\n" + greet("12:00")))


def test_changes_of_the_clocks_are_told_of() -> None:
    campaign = resolved(publish("02:30"))

    assert told(campaign, window=day("2026-03-29T00:00")) == [
        (
            "nonexistent-time",
            "the clocks jump over 2026-03-29T02:30[Europe/Stockholm]: runs at 2026-03-29 03:00 (01:00Z)",
        )
    ]
    assert told(campaign, window=day("2026-10-25T00:00")) == [
        (
            "repeated-time",
            "the clocks show 2026-10-25T02:30[Europe/Stockholm] twice: runs at 2026-10-25 02:30 (00:30Z)",
        )
    ]


def test_many_minutes_that_the_clocks_jump_over_are_one_note() -> None:
    campaign = resolved(publish("09:00").replace("'09:00'", "{cron: '* * * * *'}"))
    [(_, message)] = [
        one for one in told(campaign, window=day("2026-03-29T00:00")) if one[0] == "nonexistent-time"
    ]

    assert message == (
        "the clocks jump over 2026-03-29T02:00[Europe/Stockholm], 2026-03-29T02:01[Europe/Stockholm], "
        "2026-03-29T02:02[Europe/Stockholm], 2026-03-29T02:03[Europe/Stockholm] and 56 more: runs at "
        "2026-03-29 03:00 (01:00Z)"
    )


def test_occurrences_that_merge_are_told_of() -> None:
    assert told(campaign(publish("2026-11-22T09:00:00+01:00", "09:00"))) == [
        (
            "merged-occurrences",
            "`09:00`, `2026-11-22T09:00:00+01:00` fall on the same instant: one occurrence, named "
            "2026-11-22T09:00[Europe/Stockholm]",
        )
    ]


def test_a_conflict_is_told_once_for_each_pair_of_entries() -> None:
    campaign = resolved(publish("09:00") + "\n" + greet("09:01"))
    week = Window(at("2026-11-21T17:00"), at("2026-11-28T17:00"))

    assert told(campaign, window=week) == [
        (
            "device-conflict",
            "on R58M123ABC, R58M456DEF it starts while publish runs, 7 times, first at 2026-11-22 "
            "09:01 (08:01Z): "
            "publish needs until 09:02:30",
        )
    ]


def test_an_entry_that_still_runs_when_it_comes_again_is_told_of() -> None:
    often = publish("09:00", devices=("A",), more="overlap: skip").replace(
        "'09:00'", "{every: 2m, between: 09:00-09:02}"
    )

    assert told(campaign(often, "limits: {min_gap: 0s}")) == [
        (
            "overlap",
            "on A it comes while it still runs, once, at 2026-11-22 09:02 (08:02Z): until 09:02:30 by then",
        )
    ]


def test_what_a_limit_holds_back_is_told_with_each_task() -> None:
    head = "limits: {per_device: {per_hour: {follow: 1}}, min_gap: 0s}"
    one = greet("09:00", users=("@a", "@b", "@c"), devices=("A", "B"), more="grace: 90m")
    [note] = notes(campaign(one, head))

    assert (note.code, note.campaign, note.entry) == ("limit-reached", "demo", "greet")
    assert note.message == (
        "4 tasks on A, B would wait, the last until 2026-11-22 10:00 (09:00Z), and 2 of them be "
        "missed: later "
        "than the grace of 90m; the first: 1 of 1 follow on A in the last 60 minutes; next at "
        "2026-11-22 "
        "10:00:00+01:00 (limits.per_device.per_hour.follow)"
    )
    key = "demo/greet/2026-11-22T09:00[Europe%2FStockholm]"
    assert note.until_utc == {
        f"{key}/A/@b": at("2026-11-22T09:00"),
        f"{key}/A/@c": None,
        f"{key}/B/@b": at("2026-11-22T09:00"),
        f"{key}/B/@c": None,
    }


def test_one_task_that_waits_is_told_plainly() -> None:
    head = "limits: {per_device: {per_hour: {follow: 1}}, min_gap: 0s}"

    assert told(campaign(greet("09:00", devices=("A",), more="grace: 2h"), head)) == [
        (
            "limit-reached",
            "1 task on A would wait until 2026-11-22 10:00 (09:00Z): 1 of 1 follow on A in the last "
            "60 minutes; "
            "next at 2026-11-22 10:00:00+01:00 (limits.per_device.per_hour.follow)",
        )
    ]


def test_what_is_outside_of_working_hours_is_told() -> None:
    head = 'limits: {working_hours: "08:00-20:00"}'

    assert told(campaign(publish("21:00", devices=("A",)), head)) == [
        (
            "outside-working-hours",
            "1 task on A would be missed: held back for longer than the grace of 1h: outside of the "
            "working hours "
            "08:00-20:00 in Europe/Stockholm; next at 2026-11-22 08:00:00+01:00 (limits.working_hours)",
        )
    ]


def test_what_comes_too_late_behind_other_tasks_is_told() -> None:
    users = tuple(f"@u{number}" for number in range(5))

    assert told(
        campaign(greet("09:00", users=users, devices=("A",), more="grace: 3m"), "limits: {min_gap: 0s}")
    ) == [
        (
            "too-late",
            "1 task on A would start late, the last at 2026-11-22 09:04 (08:04Z): those before them take "
            "longer than the grace of 3m",
        )
    ]


def test_what_does_not_come_since_the_campaign_is_not_active_is_counted() -> None:
    campaign = resolved(publish("09:00"), "active: {from: 2026-11-24, until: 2026-12-24}")
    week = Window(at("2026-11-21T17:00"), at("2026-11-28T17:00"))

    assert told(campaign, window=week) == [
        (
            "not-active",
            "2 occurrences do not come, the first 2026-11-22T09:00[Europe/Stockholm]: the campaign "
            "is active from "
            "2026-11-24 until 2026-12-24",
        )
    ]


def test_calls_of_the_local_api_are_told_with_the_tasks_that_they_create() -> None:
    scripts = greet("09:00") + "\n" + publish("12:00", more="spread: 10m, multi_account: true")

    assert told(campaign(scripts, "backend: local_api")) == [
        ("api-calls", "1 POST /task at 2026-11-22 09:00 (08:00Z) creates 4 tasks"),
        (
            "api-calls",
            "2 POST /task from 2026-11-22 12:00 (11:00Z) to 2026-11-22 12:05 (11:05Z) create 1 each, "
            "2 in all, "
            "times the accounts on each device",
        ),
    ]


def test_an_empty_window_says_what_comes_next() -> None:
    far = [campaign(publish("2026-12-01T18:00")), campaign(publish("2026-12-02T18:00"), name="later")]

    assert [(note.code, note.campaign, note.message) for note in notes(*far)] == [
        ("nothing-due", "demo", "the next occurrence comes at 2026-12-01 18:00 (17:00Z)")
    ]
    assert told(campaign(publish())) == [("nothing-due", "no entry has a start time that lies ahead")]


def test_notes_of_one_code_are_counted_when_there_are_too_many() -> None:
    entries = "\n".join(publish("02:30").replace("publish", f"publish{number}") for number in range(130))
    found = notes(campaign(entries), window=day("2026-10-25T00:00"))
    repeated = [note for note in found if note.code == "repeated-time"]

    assert len(repeated) == MOST_OF_A_CODE + 1
    assert repeated[-1].message == "and 30 more like these"
