"""Why: each answer about something that has happened, through a timetable, an executor and a ledger."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from question_desk import Desk, Gate, SettableClock, campaign, follow

from runner.errors import UsageError
from runner.reports.explanation import Explanation, Verdict, explanation_data
from runner.store.ledger import Ledger
from runner.store.rows import PauseScope
from runner.tasks import Again, AttemptOutcome, Outcome

STOCKHOLM = "Europe/Stockholm"
MORNING = "2026-11-21T08:00"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    folder = tmp_path / "campaigns"
    folder.mkdir()
    clock = SettableClock(Desk.instant(MORNING))
    with Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}", clock) as ledger:
        made = Desk(folder, clock, ledger)
        yield made
        made.die()


def only(answers: list[Explanation]) -> Explanation:
    (answer,) = answers
    return answer


def said(answer: Explanation) -> str:
    return " ".join(answer.sentences)


def advised(answer: Explanation) -> str:
    return " ".join([*answer.advice, *(line for part in answer.parts for line in part.advice)])


def commit(folder: Path, message: str) -> str:
    """Commit everything in the folder; returns the commit."""
    git = ("git", "-C", str(folder), "-c", "user.name=t", "-c", "user.email=t@example.com")
    if not (folder / ".git").exists():
        subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "-A"], check=True)
    subprocess.run([*git, "commit", "-qm", message], check=True)
    head = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True)
    return head.stdout.strip()


# It ran, it runs, it will run


def test_it_ran(desk: Desk) -> None:
    desk.write(campaign("09:00"))
    desk.start()
    desk.move_to("2026-11-21T09:00")
    answer = only(desk.why(at="09:00"))
    assert answer.verdict is Verdict.RAN
    assert answer.subject == "demo/greet at 2026-11-21T09:00[Europe/Stockholm]"
    assert said(answer) == (
        "follow @north: completed at 09:00 after 0.0 s. Effects: follow @north is committed."
    )
    assert answer.parts[0].facts["effects"] == [{"kind": "follow", "target": "@north", "state": "committed"}]
    assert answer.facts["counts"] == {"completed": 1}


def test_without_a_time_the_latest_and_the_next_are_told(desk: Desk) -> None:
    desk.write(campaign("09:00", "18:00"))
    desk.start()
    desk.move_to("2026-11-21T09:30")
    latest, coming = desk.why()
    assert (latest.verdict, coming.verdict) == (Verdict.RAN, Verdict.WILL_RUN)
    assert "It will run at 18:00: 1 task on A1." in said(coming)
    assert coming.facts["instant_utc"] == "2026-11-21T17:00:00Z"


def test_it_runs_now(desk: Desk) -> None:
    gate = Gate()
    desk.backend.behaviour = gate
    desk.write(campaign("09:00"))
    desk.start()
    desk.move_to("2026-11-21T09:00", settle=False)
    assert gate.entered.wait(20)
    answer = only(desk.why(at="09:00"))
    gate.opened.set()
    desk.settle()
    assert answer.verdict is Verdict.RUNNING
    assert "follow @north runs now since 09:00 on A1, attempt 1." in said(answer)


def test_it_will_run_on_another_day_at_the_campaigns_clocks(desk: Desk) -> None:
    desk.write(campaign("09:00", devices=["A1", "B2"], users=["@north", "@south"]))
    desk.start()
    for typed in ("2026-11-23T09:00", "2026-11-23T08:00:00Z", "2026-11-23T09:00[Europe/Stockholm]"):
        answer = only(desk.why(at=typed))
        assert answer.verdict is Verdict.WILL_RUN
        assert "It will run at 2026-11-23 09:00: 4 tasks on A1, B2." in said(answer)


def test_what_may_hold_it_is_told_ahead(desk: Desk) -> None:
    head = "limits: {min_gap: 0s, per_device: {per_day: {follow: 1}}}"
    desk.write(campaign("09:00", users=["@north", "@south"], head=head))
    desk.start()
    answer = only(desk.why(at="09:00"))
    assert answer.verdict is Verdict.WILL_RUN
    assert "limits.per_device.per_day.follow" in said(answer)


def test_a_task_that_is_due_later_than_its_occurrence_is_found_by_its_own_time(desk: Desk) -> None:
    desk.write(campaign("09:00", devices=["A1", "B2"], more="spread: 20m"))
    desk.start()
    desk.move_to("2026-11-21T09:05")
    answer = only(desk.why(at="09:10"))
    assert answer.subject == "demo/greet at 2026-11-21T09:00[Europe/Stockholm]"
    assert {part.facts["lane"]: part.verdict for part in answer.parts} == {
        "A1": Verdict.RAN,
        "B2": Verdict.WILL_RUN,
    }


# It failed


def test_it_failed(desk: Desk) -> None:
    failed = Outcome(AttemptOutcome.FAILED, "the app is not installed", "install it", again=Again.NEVER)
    desk.backend.behaviour = lambda *_: failed
    desk.write(campaign("09:00"))
    desk.start()
    desk.move_to("2026-11-21T09:00")
    answer = only(desk.why(at="09:00"))
    assert answer.verdict is Verdict.FAILED
    assert "failed at 09:00: the app is not installed." in said(answer)
    assert "install it. runner tasks retry 1 tries it again." in advised(answer)


def test_it_is_uncertain(desk: Desk) -> None:
    def lose(task, journal, stop):  # type: ignore[no-untyped-def]
        journal.committing("follow", task.target, "tiktok:@own", {"button": "Follow"})
        return Outcome(AttemptOutcome.UNCERTAIN, "the screen could not be read afterwards")

    desk.backend.behaviour = lose
    desk.write(campaign("09:00"))
    desk.start()
    desk.move_to("2026-11-21T09:00")
    answer = only(desk.why(at="09:00"))
    assert answer.verdict is Verdict.UNCERTAIN
    assert "follow @north may or may not have happened" in said(answer)
    assert "runner tasks resolve 1 --happened" in advised(answer)


def test_it_is_tried_again(desk: Desk) -> None:
    desk.backend.behaviour = lambda *_: Outcome(AttemptOutcome.FAILED, "the app closed")
    desk.write(campaign("09:00", more="retry: {max: 1, delay: 60s}"))
    desk.start()
    desk.move_to("2026-11-21T09:00")
    answer = only(desk.why(at="09:00"))
    assert answer.verdict is Verdict.RETRYING
    assert "attempt 1 failed: the app closed; tried again at 2026-11-21 09:01:00+01:00" in said(answer)


# It waits


def test_a_limit_holds_it_back(desk: Desk) -> None:
    desk.limits = {"min_gap": "0s", "per_device": {"per_day": {"follow": 1}}}
    desk.write(campaign("09:00", users=["@north", "@south"], more="grace: 20h"))
    desk.start()
    desk.move_to("2026-11-21T09:00")
    answer = only(desk.why(at="09:00"))
    assert answer.verdict is Verdict.HELD_BACK
    held = next(part for part in answer.parts if part.verdict is Verdict.HELD_BACK)
    assert "1 of 1 follows on A1 today; next at 2026-11-22 00:00:00+01:00" in said(held)
    assert "limits.per_device.per_day.follow" in said(held)
    assert held.facts["not_before_utc"] == "2026-11-21T23:00:00Z"


def test_the_phone_is_away(desk: Desk) -> None:
    desk.backend.away = {"A1"}
    desk.write(campaign("09:00"))
    desk.start()
    desk.move_to("2026-11-21T09:00")
    answer = only(desk.why(at="09:00"))
    assert answer.verdict is Verdict.DEVICE_AWAY
    assert "device A1 away since 2026-11-21 09:00:00+01:00: A1: adb lists it as offline" in said(answer)
    assert "It is missed if that lasts until 10:00." in said(answer)


def test_the_phone_stayed_away_for_too_long(desk: Desk) -> None:
    desk.backend.away = {"A1"}
    desk.write(campaign("09:00", more="grace: 5m"))
    desk.start()
    desk.move_to("2026-11-21T09:00")
    desk.move_to("2026-11-21T09:06")
    answer = only(desk.why(at="09:00"))
    assert answer.verdict is Verdict.MISSED
    assert "device A1 away since" in said(answer)
    assert "runner tasks retry 1" in advised(answer)


def test_its_account_is_busy_on_another_phone(desk: Desk) -> None:
    gate = Gate()

    def as_own(task, journal, stop):  # type: ignore[no-untyped-def]
        journal.works_as("tiktok", "@own")
        return gate(task, journal, stop) if task.device == "A1" else follow(task, journal, stop)

    desk.backend.behaviour = as_own
    desk.write(campaign("09:00", devices=["A1", "B2"], more="spread: 2m"))
    desk.start()
    desk.move_to("2026-11-21T09:00", settle=False)
    assert gate.entered.wait(20)
    desk.move_to("2026-11-21T09:01", settle=False)
    key = desk.key(lane="B2")
    desk.await_task(key, lambda row: row.reason)
    answer = desk.why_task(key)
    gate.opened.set()
    desk.settle()
    assert answer.verdict is Verdict.ACCOUNT_BUSY
    assert "@own" in said(answer)
    assert desk.why_task(key).verdict is Verdict.RAN


def test_it_waits_for_its_turn(desk: Desk) -> None:
    gate = Gate()
    desk.backend.behaviour = gate
    desk.write(campaign("09:00", users=["@north", "@south"]))
    desk.start()
    desk.move_to("2026-11-21T09:00", settle=False)
    assert gate.entered.wait(20)
    answer = desk.why_task(desk.key(user="@south"))
    gate.opened.set()
    desk.settle()
    assert answer.verdict is Verdict.QUEUED
    assert "is due since 09:00 and waits for its turn on A1" in said(answer)


@pytest.mark.parametrize(
    ("scope", "subject", "resume"),
    [
        (PauseScope.ALL, None, "runner resume ends"),
        (PauseScope.CAMPAIGN, "demo", "runner resume demo ends"),
        (PauseScope.DEVICE, "A1", "runner resume A1 ends"),
    ],
)
def test_it_is_paused(desk: Desk, scope: PauseScope, subject: str | None, resume: str) -> None:
    desk.write(campaign("09:00", "18:00"))
    desk.start()
    desk.move_to("2026-11-21T08:30")
    desk.ledger.pause(scope, subject, "anna@shelf")
    desk.move_to("2026-11-21T09:00")
    latest, coming = desk.why()
    assert latest.verdict is Verdict.PAUSED
    assert f"{subject or 'everything'} is paused since 08:30 by anna@shelf" in said(latest)
    assert resume in advised(latest)
    assert (coming.verdict, "is paused since 08:30 by anna@shelf" in said(coming)) == (Verdict.WILL_RUN, True)


def test_a_pause_that_outlasts_the_grace_is_the_reason_for_missing(desk: Desk) -> None:
    desk.write(campaign("09:00", more="grace: 10m"))
    desk.start()
    desk.ledger.pause(PauseScope.ALL, None, "anna@shelf")
    desk.move_to("2026-11-21T09:00")
    desk.move_to("2026-11-21T09:11")
    answer = only(desk.why(at="09:00"))
    assert answer.verdict is Verdict.MISSED
    assert "paused since 2026-11-21 08:00:00+01:00 by anna@shelf" in said(answer)


def test_the_phone_is_on_hold(desk: Desk) -> None:
    person = Outcome(AttemptOutcome.FAILED, "a login screen is in the way", "log in", needs_person=True)
    desk.backend.behaviour = lambda *_: person
    desk.write(campaign("09:00", users=["@north", "@south"]))
    desk.start()
    desk.move_to("2026-11-21T09:00")
    answer = only(desk.why(at="09:00"))
    assert answer.verdict is Verdict.ON_HOLD
    assert [part.verdict for part in answer.parts] == [Verdict.FAILED, Verdict.ON_HOLD]
    assert "A1 is on hold since 09:00: a login screen is in the way" in said(answer.parts[1])
    assert "runner holds release A1" in advised(answer)


# It did not run


def test_the_daemon_was_down(desk: Desk) -> None:
    desk.write(campaign("09:00", more="grace: 10m"))
    desk.start()
    desk.stop("terminated")
    desk.move_to("2026-11-21T11:00")
    desk.start()
    answer = only(desk.why(at="09:00"))
    assert answer.verdict is Verdict.DAEMON_WAS_DOWN
    assert "the daemon was down from 2026-11-21 08:00:00+01:00 to 2026-11-21 11:00:00+01:00" in said(answer)
    assert answer.facts["down_until_utc"] == "2026-11-21T10:00:00Z"
    assert f"runner run {desk.folder / 'demo.yaml'} --at 2026-11-21T09:00 runs it now." in advised(answer)


def test_the_daemon_is_down(desk: Desk) -> None:
    desk.write(campaign("09:00", "18:00"))
    desk.start()
    desk.stop("terminated")
    desk.move_to("2026-11-21T09:30")
    latest, coming = desk.why()
    assert latest.verdict is Verdict.DAEMON_DOWN
    assert "It has not run: the daemon is down since 08:00 (terminated)." in said(latest)
    assert "A daemon that starts by 10:00 runs it" in said(latest)
    assert (coming.verdict, "That needs a daemon" in said(coming)) == (Verdict.WILL_RUN, True)


def test_the_daemon_died_in_the_middle(desk: Desk) -> None:
    desk.write(campaign("09:00", users=["@north", "@south"]))
    desk.start()
    desk.move_to("2026-11-21T08:59:55")
    desk.executor.close()
    desk.timetable.consider()
    desk.clock.advance(5)
    desk.timetable.beat()
    key = desk.key()
    desk.ledger.start_attempt(key)
    desk.die()
    desk.move_to("2026-11-21T09:05")
    answer = only(desk.why(at="09:00"))
    assert answer.verdict is Verdict.DAEMON_DOWN
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
    assert answer.verdict is Verdict.SKIPPED
    assert "(2026-11-21T09:00[Europe/Stockholm]) was still running" in said(answer)


def test_it_merged_with_another(desk: Desk) -> None:
    desk.write(campaign("09:00", "2026-11-21T09:00:00+01:00"))
    desk.start()
    before = only(desk.why(at="09:00"))
    assert "2026-11-21T08:00:00Z falls on the same instant and merged into it." in said(before)
    desk.move_to("2026-11-21T09:00")
    ran, merged = sorted(desk.why(at="09:00"), key=lambda one: one.verdict is Verdict.MERGED)
    assert (ran.verdict, merged.verdict) == (Verdict.RAN, Verdict.MERGED)
    assert "merged into 2026-11-21T09:00[Europe/Stockholm]" in said(merged)


def test_its_entry_was_removed(desk: Desk) -> None:
    desk.write(campaign("09:00"))
    commit(desk.folder, "both")
    desk.start()
    desk.ledger.pause(PauseScope.ALL, None, "anna@shelf")
    desk.move_to("2026-11-21T09:00")
    desk.write(campaign("09:00").replace("  greet:", "  other:"))
    removed = commit(desk.folder, "one")
    desk.reload()
    latest, coming = desk.why()
    assert latest.verdict is Verdict.CANCELLED
    assert f"the entry greet was removed from the campaign demo (commit {removed})" in said(latest)
    assert coming.verdict is Verdict.NOTHING_AHEAD
    assert f"The entry was removed at 09:00 in commit {removed[:12]}." in said(coming)


def test_its_campaign_was_withdrawn(desk: Desk) -> None:
    desk.write(campaign("09:00"))
    desk.write(campaign("18:00").replace("name: demo", "name: other"), "other.yaml")
    desk.start()
    desk.move_to("2026-11-21T10:00")
    (desk.folder / "demo.yaml").unlink()
    desk.reload()
    latest, coming = desk.why()
    assert (latest.verdict, coming.verdict) == (Verdict.RAN, Verdict.NOTHING_AHEAD)
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
    assert answer.verdict is Verdict.DAEMON_WAS_DOWN
    assert "the daemon was down from 08:00 until 09:30, and its start time 09:00 (on the" in said(answer)
    assert "clocks of Europe/Stockholm) was removed meanwhile" in said(answer)
    assert answer.facts["gone_utc"] == answer.facts["down_until_utc"] == "2026-11-21T08:30:00Z"
    assert only(desk.why(at="09:01")).verdict is Verdict.NO_START_TIME


def test_the_ledger_has_no_record_of_it(desk: Desk) -> None:
    desk.write(campaign("09:00", "10:00"))
    desk.start()
    desk.move_to("2026-11-21T10:00")
    list(desk.ledger.prune(desk.clock.now(), keep_from=desk.instant("2026-11-21T09:30")))
    desk.move_to("2026-11-21T10:30")
    answer = only(desk.why(at="09:00"))
    assert answer.verdict is Verdict.NO_RECORD
    assert "older than what the retention keeps" in said(answer)
    desk.write(campaign("10:00"))
    desk.reload()
    removed = only(desk.why(at="09:00"))
    assert removed.verdict is Verdict.NO_RECORD
    assert "its start time 09:00 (on the clocks of Europe/Stockholm) was removed at 10:30" in said(removed)


def test_it_is_due_at_this_moment(desk: Desk) -> None:
    desk.write(campaign("09:00"))
    desk.start()
    desk.clock.advance(3600)
    answer = only(desk.why(at="09:00"))
    assert (answer.verdict, said(answer)) == (
        Verdict.WAITING,
        "It is due at this moment: the daemon is about to start it.",
    )


def test_the_clock_stepped_over_it(desk: Desk) -> None:
    desk.write(campaign("09:00", more="on_missed: skip"))
    desk.start()
    desk.move_to("2026-11-21T08:30")
    desk.step_clock(3600)
    answer = only(desk.why(at="09:00"))
    assert answer.verdict is Verdict.CLOCK_STEPPED
    assert "its clock stepped forward, from 2026-11-21 08:30:00+01:00 to 2026-11-21 09:30:00+01:00" in said(
        answer
    )


def test_the_campaign_is_not_active_on_that_day(desk: Desk) -> None:
    desk.write(campaign("09:00", head="active: {from: 2026-11-23, until: 2026-11-24}"))
    desk.start()
    answer = only(desk.why(at="2026-11-25T09:00"))
    assert answer.verdict is Verdict.INACTIVE
    assert "active from 2026-11-23 until 2026-11-24, and this is on 2026-11-25 in Europe/Stockholm." in said(
        answer
    )


def test_the_ledger_did_not_know_it_then(desk: Desk) -> None:
    desk.move_to("2026-11-21T10:00")
    desk.write(campaign("09:00"))
    desk.start()
    answer = only(desk.why(at="09:00"))
    assert answer.verdict is Verdict.NOT_KNOWN_THEN
    assert "saw it first at 10:00" in said(answer)
    assert answer.facts["first_seen_utc"] == "2026-11-21T09:00:00Z"


def test_its_tasks_have_been_deleted(desk: Desk) -> None:
    desk.write(campaign("09:00"))
    desk.start()
    desk.move_to("2026-11-21T09:00")
    desk.ledger.delete(desk.key())
    assert only(desk.why(at="09:00")).verdict is Verdict.DELETED


# Files


def test_the_file_is_invalid_and_its_last_good_version_runs(desk: Desk) -> None:
    desk.write(campaign("09:00"))
    good = commit(desk.folder, "good")
    desk.start()
    desk.move_to("2026-11-21T08:30")
    desk.write(campaign("09:00", "25:00") + "  new: {script: follow, devices: A1, config: {}}\n")
    bad = commit(desk.folder, "bad")
    desk.reload()
    answer = only(desk.why(at="2026-11-22T09:00"))
    assert answer.verdict is Verdict.WILL_RUN
    assert f"The file of demo is invalid since 08:30 (commit {bad[:12]})" in said(answer)
    assert "The last good version runs." in said(answer)
    assert answer.facts["commit"] == good
    added = only(desk.why("demo/new"))
    assert added.verdict is Verdict.FILE_INVALID
    assert "No version in force has an entry new." in said(added)


def test_a_new_file_that_is_broken_answers_for_the_campaign_of_its_name(desk: Desk) -> None:
    desk.write(campaign("09:00"))
    desk.write("\tno yaml", "spring.yaml")
    desk.start()
    answer = only(desk.why("spring/greet"))
    assert answer.verdict is Verdict.FILE_INVALID
    assert f"The file {desk.folder / 'spring.yaml'} is invalid since 08:00" in said(answer)
    assert answer.facts["problem"].startswith(f"{desk.folder / 'spring.yaml'}:1:1: error")
    other = only(desk.why("summer/greet"))
    assert other.verdict is Verdict.NO_SUCH_CAMPAIGN
    assert f"a file that is invalid and names none: {desk.folder / 'spring.yaml'}." in said(other)
    assert "spring.yaml" not in said(only(desk.why(at="09:00")))
    desk.write(campaign("10:00").replace("name: demo", "name: spring"), "spring.yaml")
    desk.reload()
    assert only(desk.why("spring/greet")).verdict is Verdict.WILL_RUN


def test_what_was_never_committed_is_not_said_to_be_from_a_commit(desk: Desk) -> None:
    desk.write(campaign("09:00"))
    last = commit(desk.folder, "one phone")
    desk.write(campaign("09:00", devices=("A1", "B2")))
    desk.start()
    desk.move_to("2026-11-21T09:00")
    assert said(only(desk.why(at="09:00"))) == f"2 tasks: 2 ran, from commit {last[:12]}-dirty."
    desk.write(campaign("25:00"))
    desk.reload()
    answer = only(desk.why(at="2026-11-22T09:00"))
    assert f"invalid since 09:00 (commit {last[:12]}-dirty)" in said(answer)


# Questions that lead nowhere


@pytest.mark.parametrize(
    ("entry", "verdict", "words"),
    [
        ("dmeo/greet", Verdict.NO_SUCH_CAMPAIGN, "Did you mean `demo`?"),
        ("demo/gret", Verdict.NO_SUCH_ENTRY, "Did you mean `greet`?"),
    ],
)
def test_a_name_that_is_none_gets_the_nearest(desk: Desk, entry: str, verdict: Verdict, words: str) -> None:
    desk.write(campaign("09:00"))
    desk.start()
    answer = only(desk.why(entry))
    assert (answer.verdict, words in said(answer)) == (verdict, True)


def test_a_time_that_is_none_gets_the_nearest(desk: Desk) -> None:
    desk.write(campaign("09:00", "18:00"))
    desk.start()
    answer = only(desk.why(at="2026-11-23T12:00"))
    assert answer.verdict is Verdict.NO_START_TIME
    assert answer.facts["before"] == "2026-11-23T09:00[Europe/Stockholm]"
    assert answer.facts["after"] == "2026-11-23T18:00[Europe/Stockholm]"
    assert answer.subject == "demo/greet at 2026-11-23T12:00[Europe/Stockholm]"
    assert "No start time of greet falls on 2026-11-23T12:00[Europe/Stockholm]." in said(answer)
    assert "Its start times then were 09:00, 18:00 (on the clocks of Europe/Stockholm)." in said(answer)
    assert only(desk.why(at="12:15")).subject == "demo/greet at 2026-11-21T12:15[Europe/Stockholm]"


def test_a_time_is_read_in_the_zone_that_it_names(desk: Desk) -> None:
    desk.write(campaign("09:00"))
    desk.start()
    answer = only(desk.why(at="2026-11-23T17:00[Asia/Tokyo]"))
    assert answer.subject == "demo/greet at 2026-11-23T09:00[Europe/Stockholm]"
    with pytest.raises(UsageError, match="names no time zone"):
        desk.why(at="2026-11-23T17:00[Asia/Tokio]")


def test_a_campaign_in_another_zone_than_the_fleets_names_its_own(desk: Desk) -> None:
    desk.write(campaign("09:00", head="active: {until: 2026-11-22}").replace(STOCKHOLM, "America/New_York"))
    desk.start()
    (coming,) = desk.why()
    assert coming.subject == "demo/greet at 2026-11-21T09:00[America/New_York]"
    assert "It will run at 15:00: 1 task on A1." in said(coming)
    absent = only(desk.why(at="10:30"))
    assert absent.subject == "demo/greet at 2026-11-21T10:30[America/New_York]"
    assert "falls on 2026-11-21T10:30[America/New_York]" in said(absent)
    assert "Its start times then were 09:00 (on the clocks of America/New_York)." in said(absent)
    inactive = only(desk.why(at="2026-11-23T09:00"))
    assert "this is on 2026-11-23 in America/New_York." in said(inactive)
    desk.ledger.pause(PauseScope.ALL, None, "anna@shelf")
    desk.move_to("2026-11-21T15:00")
    desk.move_to("2026-11-21T16:01")
    missed = only(desk.why(at="09:00"))
    assert "was due at 15:00 and was missed: paused since 2026-11-21 08:00:00+01:00" in said(missed)


def test_a_time_that_the_clocks_show_twice_is_told_with_its_offset(desk: Desk) -> None:
    desk.write(campaign("2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"))
    desk.clock.step(-30 * 86400)
    desk.start()
    for hour, offset in ((0, "02:00"), (1, "01:00")):
        coming = only(desk.why(at=f"2026-10-25T0{hour}:30:00Z"))
        assert f"It will run at 2026-10-25 02:30:00+{offset}: 1 task" in said(coming)


def test_a_text_that_is_no_time_is_an_error(desk: Desk) -> None:
    desk.write(campaign("09:00"))
    desk.start()
    with pytest.raises(UsageError, match="'tomorrow' is no time"):
        desk.why(at="tomorrow")


def test_every_verdict_is_on_the_page_about_operating() -> None:
    page = (Path(__file__).parents[3] / "docs" / "operating.md").read_text(encoding="utf-8")
    assert [verdict for verdict in Verdict if f"`{verdict}`" not in page] == []


# Tasks, and the answers as data


def test_a_stopped_task_says_so(desk: Desk) -> None:
    desk.write(campaign("09:00"))
    desk.start()
    desk.ledger.pause(PauseScope.ALL, None, "anna@shelf")
    desk.move_to("2026-11-21T09:00")
    desk.ledger.cancel([desk.key()], "stopped on request by anna@shelf")
    answer = desk.why_task(desk.key())
    assert answer.verdict is Verdict.CANCELLED
    assert "stopped on request by anna@shelf" in said(answer)


def test_the_answers_are_data(desk: Desk) -> None:
    desk.write(campaign("09:00", "18:00", users=["@north", "@south"]))
    desk.start()
    desk.move_to("2026-11-21T09:00")
    ran, coming = explanation_data(desk.why())
    assert (ran["verdict"], len(ran["tasks"]), coming["verdict"]) == ("ran", 2, "will-run")
    assert ran["tasks"][0]["facts"]["state"] == "completed"
    assert coming["facts"]["nominal"] == "2026-11-21T18:00[Europe/Stockholm]"
