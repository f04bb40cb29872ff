"""Why: each answer about what did not run, through a timetable, an executor and a ledger."""

import pytest
from claims import claim
from question_desk import Desk, Gate, advised, campaign, commit, only, said

from runner.queries.why_answer import WhyVerdict
from runner.store.request_rows import PauseScope


def test_the_daemon_was_down(desk: Desk) -> None:
    desk.write(campaign("09:00", more="grace: 10m"))
    desk.start()
    desk.stop("terminated")
    desk.move_to("2026-11-21T11:00")
    desk.start()
    answer = only(desk.why(at="09:00"))
    assert answer.verdict is WhyVerdict.DAEMON_WAS_DOWN
    assert "the daemon was down from 2026-11-21 08:00:00+01:00 to 2026-11-21 11:00:00+01:00" in said(answer)
    assert answer.facts["down_until_utc"] == "2026-11-21T10:00:00Z"
    assert f"runner run {desk.folder / 'demo.yaml'} --at 2026-11-21T09:00 runs it now." in advised(answer)


def test_the_daemon_is_down(desk: Desk) -> None:
    desk.write(campaign("09:00", "18:00"))
    desk.start()
    desk.stop("terminated")
    desk.move_to("2026-11-21T09:30")
    latest, coming = desk.why()
    assert latest.verdict is WhyVerdict.DAEMON_DOWN
    assert "It has not run: the daemon is down since 08:00 (terminated)." in said(latest)
    assert "A daemon that starts by 10:00 runs it" in said(latest)
    assert (coming.verdict, "That needs a daemon" in said(coming)) == (WhyVerdict.WILL_RUN, True)


def test_the_daemon_died_in_the_middle(desk: Desk) -> None:
    desk.write(campaign("09:00", users=["@north", "@south"]))
    desk.start()
    desk.move_to("2026-11-21T08:59:55")
    desk.executor.close()
    desk.timetable.settle_due()
    desk.clock.advance(5)
    desk.timetable.beat()
    key = desk.key()
    claim(desk.ledger, key)
    desk.die()
    desk.move_to("2026-11-21T09:05")
    answer = only(desk.why(at="09:00"))
    assert answer.verdict is WhyVerdict.DAEMON_DOWN
    assert "attempt 1 was cut off, since its process has died" in said(answer.parts[0])
    assert "when it was last alive" in said(answer.parts[1])
    assert "runner daemon" in advised(answer)


def test_the_one_before_it_was_still_running(desk: Desk) -> None:
    gate = Gate()
    desk.backend.behaviour = gate
    desk.write(campaign("09:00", "09:30", more="overlap: skip"))
    desk.start()
    desk.move_to("2026-11-21T09:00", settle=False)
    assert gate.entered.wait(20)
    desk.move_to("2026-11-21T09:30", settle=False)
    answer = only(desk.why(at="09:30"))
    gate.opened.set()
    desk.settle()
    assert answer.verdict is WhyVerdict.SKIPPED
    assert "(2026-11-21T09:00[Europe/Stockholm]) was still running" in said(answer)


def test_it_merged_with_another(desk: Desk) -> None:
    desk.write(campaign("09:00", "2026-11-21T09:00:00+01:00"))
    desk.start()
    before = only(desk.why(at="09:00"))
    assert "2026-11-21T08:00:00Z falls on the same instant and merged into it." in said(before)
    desk.move_to("2026-11-21T09:00")
    ran, merged = sorted(desk.why(at="09:00"), key=lambda one: one.verdict is WhyVerdict.MERGED)
    assert (ran.verdict, merged.verdict) == (WhyVerdict.RAN, WhyVerdict.MERGED)
    assert "merged into 2026-11-21T09:00[Europe/Stockholm]" in said(merged)


def test_its_entry_was_removed(desk: Desk) -> None:
    desk.write(campaign("09:00"))
    commit(desk.folder, "both")
    desk.start()
    desk.ledger.pauses.begin(PauseScope.ALL, None, "anna@shelf")
    desk.move_to("2026-11-21T09:00")
    desk.write(campaign("09:00").replace("  greet:", "  other:"))
    removed = commit(desk.folder, "one")
    desk.reload()
    latest, coming = desk.why()
    assert latest.verdict is WhyVerdict.CANCELLED
    assert f"the entry greet was removed from the campaign demo (commit {removed})" in said(latest)
    assert coming.verdict is WhyVerdict.NOTHING_AHEAD
    assert f"The entry was removed at 09:00 in commit {removed[:12]}." in said(coming)


def test_its_campaign_was_withdrawn(desk: Desk) -> None:
    desk.write(campaign("09:00"))
    desk.write(campaign("18:00").replace("name: demo", "name: other"), "other.yaml")
    desk.start()
    desk.move_to("2026-11-21T10:00")
    (desk.folder / "demo.yaml").unlink()
    desk.reload()
    latest, coming = desk.why()
    assert (latest.verdict, coming.verdict) == (WhyVerdict.RAN, WhyVerdict.NOTHING_AHEAD)
    assert f"The campaign was withdrawn at 10:00: its file {desk.folder / 'demo.yaml'} is gone." in said(
        coming
    )


@pytest.mark.parametrize("times", [["18:00"], []])
def test_its_start_time_was_removed_while_the_daemon_was_down(desk: Desk, times: list[str]) -> None:
    """Also if nothing of the entry is left."""
    desk.write(campaign("09:00", "18:00"))
    desk.start()
    desk.stop("terminated")
    desk.move_to("2026-11-21T09:30")
    text = campaign(*times) if times else campaign("18:00").replace("  greet:", "  other:")
    desk.write(text)
    desk.start()
    answer = only(desk.why(at="09:00"))
    assert answer.verdict is WhyVerdict.DAEMON_WAS_DOWN
    assert "the daemon was down from 08:00 until 09:30, and its start time 09:00 (on the" in said(answer)
    assert "clocks of Europe/Stockholm) was removed meanwhile" in said(answer)
    assert answer.facts["gone_utc"] == answer.facts["down_until_utc"] == "2026-11-21T08:30:00Z"
    assert only(desk.why(at="09:01")).verdict is WhyVerdict.NO_START_TIME


def test_the_ledger_has_no_record_of_it(desk: Desk) -> None:
    desk.write(campaign("09:00", "10:00"))
    desk.start()
    desk.move_to("2026-11-21T10:00")
    list(desk.ledger.retention.prune(desk.clock.now(), keep_from=desk.instant("2026-11-21T09:30")))
    desk.move_to("2026-11-21T10:30")
    answer = only(desk.why(at="09:00"))
    assert answer.verdict is WhyVerdict.NO_RECORD
    assert "older than what the retention keeps" in said(answer)
    desk.write(campaign("10:00"))
    desk.reload()
    removed = only(desk.why(at="09:00"))
    assert removed.verdict is WhyVerdict.NO_RECORD
    assert "its start time 09:00 (on the clocks of Europe/Stockholm) was removed at 10:30" in said(removed)


def test_it_is_due_at_this_moment(desk: Desk) -> None:
    desk.write(campaign("09:00"))
    desk.start()
    desk.clock.advance(3600)
    answer = only(desk.why(at="09:00"))
    assert (answer.verdict, said(answer)) == (
        WhyVerdict.WAITING,
        "It is due at this moment: the daemon is about to start it.",
    )


def test_the_clock_stepped_over_it(desk: Desk) -> None:
    desk.write(campaign("09:00", more="on_missed: skip"))
    desk.start()
    desk.move_to("2026-11-21T08:30")
    desk.step_clock(3600)
    answer = only(desk.why(at="09:00"))
    assert answer.verdict is WhyVerdict.CLOCK_STEPPED
    assert "its clock stepped forward, from 2026-11-21 08:30:00+01:00 to 2026-11-21 09:30:00+01:00" in said(
        answer
    )


def test_the_campaign_is_not_active_on_that_day(desk: Desk) -> None:
    desk.write(campaign("09:00", head="active: {from: 2026-11-23, until: 2026-11-24}"))
    desk.start()
    answer = only(desk.why(at="2026-11-25T09:00"))
    assert answer.verdict is WhyVerdict.INACTIVE
    assert "active from 2026-11-23 until 2026-11-24, and this is on 2026-11-25 in Europe/Stockholm." in said(
        answer
    )


def test_the_ledger_did_not_know_it_then(desk: Desk) -> None:
    desk.move_to("2026-11-21T10:00")
    desk.write(campaign("09:00"))
    desk.start()
    answer = only(desk.why(at="09:00"))
    assert answer.verdict is WhyVerdict.NOT_KNOWN_THEN
    assert "saw it first at 10:00" in said(answer)
    assert answer.facts["first_seen_utc"] == "2026-11-21T09:00:00Z"


def test_its_tasks_have_been_deleted(desk: Desk) -> None:
    desk.write(campaign("09:00"))
    desk.start()
    desk.move_to("2026-11-21T09:00")
    desk.ledger.tasks.delete(desk.key())
    assert only(desk.why(at="09:00")).verdict is WhyVerdict.DELETED
