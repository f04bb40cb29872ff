"""What becomes of an occurrence, for every reason that there is."""

from dataclasses import replace
from datetime import timedelta

import pytest
from daemons import campaign, local

from runner.campaign.match import Match
from runner.planning.coming import coming
from runner.planning.plannable_entry import PlannableEntry, plannable_entries
from runner.planning.source import Window
from runner.scheduling.catchup import Cause, Found, Gap, decide, is_prompt, length
from runner.store.rows import Decision

NINE = '"09:00"'


def found(more: str = "", *start_times: str, is_newest: bool = True, running: str | None = None,
          known: frozenset[str] = frozenset()) -> Found:  # fmt: skip
    """The occurrence at nine of an entry that says `more`."""
    (plannable,) = plannable_entries([campaign(*(start_times or (NINE,)), more=more)])
    return Found(next(coming(plannable, Window.after(local("21 08:00")))), is_newest, known, running)


def gap(cause: Cause, until: str, since: str = "21 08:00") -> Gap:
    return Gap(cause, local(since), local(until))


def verdict(one: Found, at: Gap) -> Decision:
    (decision,) = decide(one, at, 7)
    return decision


def test_what_is_found_at_its_instant_is_started_with_its_tasks_and_needs_no_reason():
    decision = verdict(found(), gap(Cause.HELD_UP, "21 09:00:00", "21 08:59:58"))
    assert (decision.state, decision.reason, decision.version_id) == ("started", "", 7)
    assert [task.device for task in decision.tasks] == ["R58M123ABC", "R58M456DEF"]


@pytest.mark.parametrize("cause", [Cause.HELD_UP, Cause.ASLEEP])
@pytest.mark.parametrize("more", ["on_missed: skip", "on_missed: run_once", "grace: 1s"])
def test_a_living_daemon_is_on_time_within_ten_seconds(cause: Cause, more: str):
    assert verdict(found(more), gap(cause, "21 09:00:10")).state == "started"
    late = verdict(found("on_missed: skip"), gap(cause, "21 09:00:11"))
    assert (late.state, late.tasks) == ("missed", ())


def test_a_daemon_that_was_down_is_never_on_time():
    decision = verdict(found("on_missed: skip"), gap(Cause.DOWN, "21 09:00:01"))
    assert decision.state == "missed"
    assert decision.reason == (
        "the daemon was down from 2026-11-21 08:00:00+01:00 to 2026-11-21 09:00:01+01:00 (on_missed: skip)"
    )


@pytest.mark.parametrize(
    ("cause", "said"),
    [
        (Cause.DOWN, "the daemon was down from 2026"),
        (Cause.ASLEEP, "the machine slept, or its clock stepped forward, from 2026"),
        (Cause.HELD_UP, "the daemon was held up from 2026"),
    ],
)
def test_reasons_name_the_cause(cause: Cause, said: str):
    decision = verdict(found(), gap(cause, "21 09:40"))
    assert decision.state == "started"
    assert decision.reason.startswith(f"40m late: {said}")


def test_grace_is_included_and_past_it_an_occurrence_is_missed():
    assert verdict(found("grace: 30m"), gap(Cause.DOWN, "21 09:30")).state == "started"
    late = verdict(found("grace: 30m"), gap(Cause.DOWN, "21 09:30:01"))
    assert late.state == "missed"
    assert late.reason.endswith("; 30m 1s late, past its grace of 30m")


def test_grace_counts_from_when_the_last_task_can_be_due():
    spread = found("grace: 30m; spread: 40m")
    assert spread.coming.plannable.reach == timedelta(minutes=20)
    assert verdict(spread, gap(Cause.DOWN, "21 09:50")).state == "started"
    assert verdict(spread, gap(Cause.DOWN, "21 09:50:01")).state == "missed"


def test_run_once_starts_the_newest_alone():
    down = gap(Cause.DOWN, "21 09:30")
    assert verdict(found("on_missed: run_once"), down).state == "started"
    older = verdict(found("on_missed: run_once", is_newest=False), down)
    assert older.state == "missed"
    assert older.reason.endswith("; only the newest is made up for (on_missed: run_once)")


def test_run_all_starts_the_older_ones_too():
    assert (
        verdict(found("on_missed: run_all", is_newest=False), gap(Cause.DOWN, "21 09:30")).state == "started"
    )


def test_overlap_skips_while_one_before_it_still_runs():
    up = gap(Cause.HELD_UP, "21 09:00:00", "21 08:59:55")
    skipped = verdict(found("overlap: skip", running="2026-11-20T09:00[Europe/Stockholm]"), up)
    assert (skipped.state, skipped.tasks) == ("skipped", ())
    assert skipped.reason == (
        "the occurrence before it (2026-11-20T09:00[Europe/Stockholm]) was still running (overlap: skip)"
    )
    assert (
        verdict(found("overlap: queue", running="2026-11-20T09:00[Europe/Stockholm]"), up).state == "started"
    )
    assert verdict(found("overlap: skip"), up).state == "started"


def test_what_was_missed_is_not_said_to_be_skipped():
    one = found("overlap: skip; on_missed: skip", running="2026-11-20T09:00[Europe/Stockholm]")
    assert verdict(one, gap(Cause.DOWN, "21 09:30")).state == "missed"


TWO = (NINE, "2026-11-21T09:00:00+01:00")
WALL, INSTANT = "2026-11-21T09:00[Europe/Stockholm]", "2026-11-21T08:00:00Z"


def test_start_times_on_one_instant_are_one_occurrence_and_the_others_say_so():
    first, second = decide(found("", *TWO), gap(Cause.HELD_UP, "21 09:00"), None)
    assert (first.occurrence.nominal, first.state) == (WALL, "started")
    assert (second.occurrence.nominal, second.state, second.tasks) == (INSTANT, "merged", ())
    assert second.reason == f"merged into {WALL}, which comes at the same instant"
    assert second.occurrence.rule == "2026-11-21T09:00:00+01:00"


def test_start_times_of_one_name_are_one_row():
    (only,) = decide(found("", NINE, '{cron: "0 9 * * *"}'), gap(Cause.HELD_UP, "21 09:00"), None)
    assert only.occurrence.nominal == WALL


def test_what_the_ledger_knows_is_left_alone():
    assert not list(decide(found(known=frozenset({WALL})), gap(Cause.DOWN, "21 09:30"), None))
    assert not list(
        decide(found("", *TWO, known=frozenset({WALL, INSTANT})), gap(Cause.DOWN, "21 09:30"), None)
    )


def test_an_instant_that_was_done_under_another_name_is_not_done_again():
    (merged,) = decide(found("", *TWO, known=frozenset({INSTANT})), gap(Cause.HELD_UP, "21 09:00"), None)
    assert (merged.occurrence.nominal, merged.state) == (WALL, "merged")
    assert merged.reason == f"merged into {INSTANT}, which comes at the same instant"


def test_prompt_means_a_few_seconds():
    assert is_prompt(local("21 09:00"), gap(Cause.HELD_UP, "21 09:00:10"))
    assert not is_prompt(local("21 09:00"), gap(Cause.HELD_UP, "21 09:00:11"))
    assert not is_prompt(local("21 09:00"), gap(Cause.DOWN, "21 09:00:00"))


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0, "0s"), (0.4, "0s"), (45, "45s"), (60, "1m"), (5400, "1h 30m"), (90061, "1d 1h"), (86401, "1d 1s")],
)
def test_lengths_are_told_in_two_units(seconds: float, told: str):
    assert length(timedelta(seconds=seconds)) == told


def test_an_entry_for_which_no_phone_is_found_is_skipped_and_says_so():
    one = found()
    entry = replace(one.coming.plannable.entry, devices=(), matches=(Match(("studio", "spare")),))
    (plannable,) = PlannableEntry.in_zones(one.coming.plannable.campaign, entry)
    decision = verdict(
        replace(one, coming=replace(one.coming, plannable=plannable)), gap(Cause.HELD_UP, "21 09:00:01")
    )
    assert (decision.state, decision.reason) == ("skipped", "no phone has the tag studio and the tag spare")
