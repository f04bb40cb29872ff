"""All about one campaign, and what running an entry of it would do."""

import pytest
from question_desk import ZONE, Desk, campaign, commit

from runner.errors import UsageError
from runner.execution.record_run import record_scheduled
from runner.queries.campaign_list import Standing
from runner.queries.campaign_page import CampaignPage, campaign_page, version_of
from runner.queries.campaign_week import DAYS, PlannedWeek, day_of, week_of
from runner.queries.run_preview import RunPreview, preview_run
from runner.store.request_rows import PauseScope

SECRET = "sk-" + "a" * 32


def page(desk: Desk, name: str = "demo") -> CampaignPage:
    found = campaign_page(desk.ledger, desk.files.campaigns, name, desk.clock.now())
    assert found is not None
    return found


def preview(desk: Desk, at: str | None = None) -> RunPreview:
    (resolved,) = desk.files.campaigns
    return preview_run(desk.ledger, resolved, "greet", desk.situation(), ZONE, at)


def week(desk: Desk) -> PlannedWeek:
    (resolved,) = desk.files.campaigns
    return week_of(desk.ledger, resolved, desk.clock.now(), ZONE)


def test_an_entry_has_its_next_occurrences(desk: Desk) -> None:
    desk.write(campaign("09:00", "18:30", devices=["A1", "A2"], users=["@north", "@south"]))
    desk.start()
    (entry,) = page(desk).entries
    assert (entry.name, entry.rules, entry.lanes, entry.tasks) == ("greet", ("09:00", "18:30"), 2, 4)
    assert [one.occurrence.nominal.partition("[")[0] for one in entry.next] == [
        "2026-11-21T09:00",
        "2026-11-21T18:30",
        "2026-11-22T09:00",
    ]


def test_a_wrong_file_leaves_the_last_good_text_and_its_commit(desk: Desk) -> None:
    desk.write(campaign("09:00"))
    made_at = commit(desk.folder, "one")
    desk.start()
    desk.write(campaign("09:00").replace("follow", "folow"))
    desk.reload()
    found = page(desk)
    assert found.standing is Standing.INVALID
    assert found.row is not None and found.row.commit == made_at
    assert found.text == campaign("09:00")
    assert found.invalid is not None and found.path == found.invalid.path


def test_a_file_that_was_never_right_has_a_page(desk: Desk) -> None:
    desk.write(campaign("09:00"))
    desk.start()
    desk.write("version: 1\nname: new\n", "new.yaml")
    desk.reload()
    found = page(desk, "new")
    assert (found.standing, found.row, found.text, found.entries) == (Standing.INVALID, None, None, ())
    assert campaign_page(desk.ledger, desk.files.campaigns, "nobody", desk.clock.now()) is None


def test_versions_come_newest_first_with_secrets_masked(desk: Desk) -> None:
    desk.write(campaign("09:00") + f"# {SECRET}\n")
    desk.start()
    assert SECRET not in (page(desk).text or "")  # a key in a comment makes the file wrong
    desk.write(campaign("09:00"))
    desk.reload()
    desk.clock.advance(60)
    desk.write(campaign("09:30"))
    desk.reload()
    newest, oldest = page(desk).versions
    assert newest.first_seen_utc > oldest.first_seen_utc
    version = version_of(desk.ledger, "demo", newest.id)
    assert version is not None and '"09:30"' in version.text
    assert version_of(desk.ledger, "other", newest.id) is None


def test_others_that_keep_it_from_starting_are_told(desk: Desk) -> None:
    desk.write(campaign("09:00"))
    desk.start()
    desk.ledger.pauses.begin(PauseScope.CAMPAIGN, "demo", "ann")
    desk.ledger.pauses.begin(PauseScope.DEVICE, "A1", "bob")
    desk.ledger.pauses.begin(PauseScope.DEVICE, "Z9", "bob")
    found = page(desk)
    assert found.pause is not None and found.pause.by == "ann"
    assert [one.subject for one in found.pauses] == ["A1"]


# A run by hand


def test_a_preview_counts_what_a_run_would_do(desk: Desk) -> None:
    desk.write(campaign("09:00", devices=["A1", "A2"], users=["@north", "@south"]))
    desk.start()
    found = preview(desk)
    assert (found.total, found.known, dict(found.lanes)) == (4, 0, {"A1": 2, "A2": 2})
    assert dict(found.effects) == {"follow": 4}
    assert (found.held, found.pauses, found.holds) == ((), (), ())
    assert desk.ledger.tasks.all() == []


def test_a_preview_tells_what_holds_it_back(desk: Desk) -> None:
    head = "limits: {min_gap: 0s, per_device: {per_day: {follow: 1}}}"
    desk.write(campaign("09:00", users=["@north", "@south"], head=head))
    desk.start()
    desk.ledger.pauses.begin(PauseScope.ALL, None, "ann")
    desk.ledger.holds.place("A1", "a login screen", None)
    found = preview(desk)
    assert "1 of 1 follow on A1 today" in " ".join(found.held)
    assert [one.by for one in found.pauses] == ["ann"]
    assert [one.reason for one in found.holds] == ["a login screen"]


def test_a_preview_of_an_occurrence_knows_what_was_made_before(desk: Desk) -> None:
    desk.write(campaign("09:00"))
    desk.start()
    assert (preview(desk, "09:00").total, preview(desk, "09:00").known) == (1, 0)
    (resolved,) = desk.files.campaigns
    record_scheduled(desk.ledger, resolved, "09:00", "1", desk.clock.now(), "greet")
    assert preview(desk, "09:00").known == 1


def test_a_preview_refuses_what_is_not_there(desk: Desk) -> None:
    desk.write(campaign("09:00"))
    desk.start()
    with pytest.raises(UsageError, match="no start time of demo falls on"):
        preview(desk, "10:00")
    (resolved,) = desk.files.campaigns
    with pytest.raises(UsageError, match="has no entry gret"):
        preview_run(desk.ledger, resolved, "gret", desk.situation(), ZONE)


# The week


def test_the_week_has_its_tasks_by_day(desk: Desk) -> None:
    desk.write(campaign("09:00", "18:30", devices=["A1", "A2"]))
    desk.start()
    found = week(desk)
    assert [(str(day.day), day.total) for day in found.days[:2]] == [("2026-11-21", 4), ("2026-11-22", 4)]
    assert (found.total, found.is_cut) == (DAYS * 4, False)
    first = found.days[0].tasks[0].task
    assert (first.device, first.target) == ("A1", "@north")


def test_a_day_of_many_tasks_is_told_whole_only_alone(desk: Desk) -> None:
    desk.write(campaign("09:00", devices=[f"A{number}" for number in range(100)]))
    desk.start()
    (resolved,) = desk.files.campaigns
    day = week(desk).days[0]
    assert (day.total, len(day.tasks)) == (100, 30)
    alone = day_of(desk.ledger, resolved, day.day, desk.clock.now(), ZONE)
    assert alone is not None and len(alone.tasks) == 100
    assert day_of(desk.ledger, resolved, day.day.replace(year=2027), desk.clock.now(), ZONE) is None


def test_the_week_names_what_is_noteworthy(desk: Desk) -> None:
    head = "limits: {min_gap: 0s, per_device: {per_day: {follow: 1}}}"
    desk.write(campaign("09:00", users=["@north", "@south"], head=head))
    desk.start()
    assert any(note.code == "limit-reached" for note in week(desk).notes)
