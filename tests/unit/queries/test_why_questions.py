"""Why: files that are wrong, questions that lead nowhere, zones, and the answers as data."""

from pathlib import Path

import pytest
from question_desk import Desk, advised, campaign, commit, only, said

from runner.errors import UsageError
from runner.queries.why_answer import WhyVerdict
from runner.reports.advice import Options
from runner.reports.why_json import why_data
from runner.store.request_rows import PauseScope

STOCKHOLM = "Europe/Stockholm"


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
    assert answer.verdict is WhyVerdict.WILL_RUN
    assert f"The file of demo is invalid since 08:30 (commit {bad[:12]})" in said(answer)
    assert "The last good version runs." in said(answer)
    assert answer.facts["commit"] == good
    added = only(desk.why("demo/new"))
    assert added.verdict is WhyVerdict.FILE_INVALID
    assert "No version in force has an entry new." in said(added)


def test_a_new_file_that_is_broken_answers_for_the_campaign_of_its_name(desk: Desk) -> None:
    desk.write(campaign("09:00"))
    desk.write("\tno yaml", "spring.yaml")
    desk.start()
    answer = only(desk.why("spring/greet"))
    assert answer.verdict is WhyVerdict.FILE_INVALID
    assert f"The file {desk.folder / 'spring.yaml'} is invalid since 08:00" in said(answer)
    assert answer.facts["problem"].startswith(f"{desk.folder / 'spring.yaml'}:1:1: error")
    other = only(desk.why("summer/greet"))
    assert other.verdict is WhyVerdict.NO_SUCH_CAMPAIGN
    assert f"a file that is invalid and names none: {desk.folder / 'spring.yaml'}." in said(other)
    assert "spring.yaml" not in said(only(desk.why(at="09:00")))
    desk.write(campaign("10:00").replace("name: demo", "name: spring"), "spring.yaml")
    desk.reload()
    assert only(desk.why("spring/greet")).verdict is WhyVerdict.WILL_RUN


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
        ("dmeo/greet", WhyVerdict.NO_SUCH_CAMPAIGN, "Did you mean `demo`?"),
        ("demo/gret", WhyVerdict.NO_SUCH_ENTRY, "Did you mean `greet`?"),
    ],
)
def test_a_name_that_is_none_gets_the_nearest(
    desk: Desk, entry: str, verdict: WhyVerdict, words: str
) -> None:
    desk.write(campaign("09:00"))
    desk.start()
    answer = only(desk.why(entry))
    assert (answer.verdict, words in said(answer)) == (verdict, True)


def test_a_time_that_is_none_gets_the_nearest(desk: Desk) -> None:
    desk.write(campaign("09:00", "18:00"))
    desk.start()
    answer = only(desk.why(at="2026-11-23T12:00"))
    assert answer.verdict is WhyVerdict.NO_START_TIME
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
    desk.ledger.pauses.begin(PauseScope.ALL, None, "anna@shelf")
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
    assert [verdict for verdict in WhyVerdict if f"`{verdict}`" not in page] == []


# Tasks, and the answers as data


def test_a_stopped_task_says_so(desk: Desk) -> None:
    desk.write(campaign("09:00"))
    desk.start()
    desk.ledger.pauses.begin(PauseScope.ALL, None, "anna@shelf")
    desk.move_to("2026-11-21T09:00")
    desk.ledger.tasks.cancel([desk.key()], "stopped on request by anna@shelf")
    answer = desk.why_task(desk.key())
    assert answer.verdict is WhyVerdict.CANCELLED
    assert "stopped on request by anna@shelf" in said(answer)


def test_the_answers_are_data(desk: Desk) -> None:
    desk.write(campaign("09:00", "18:00", users=["@north", "@south"]))
    desk.start()
    desk.move_to("2026-11-21T09:00")
    ran, coming = why_data(desk.why(), Options())
    assert (ran["verdict"], len(ran["tasks"]), coming["verdict"]) == ("ran", 2, "will-run")
    assert ran["tasks"][0]["facts"]["state"] == "completed"
    assert coming["facts"]["nominal"] == "2026-11-21T18:00[Europe/Stockholm]"


WORLD = """\
version: 1
name: demo
timezone: Europe/Stockholm
devices: {se: [A1], us: {serials: [B2], timezone: America/New_York}}
scripts:
  greet:
    script: follow
    devices: [se, us]
    start_times: ["12:30", "18:30"]
    config: {target_users: ["@north"]}
"""


def test_a_typed_time_is_on_the_clocks_of_each_zone(desk: Desk) -> None:
    desk.write(WORLD)
    desk.start()
    subjects = {
        typed: [answer.subject.removeprefix("demo/greet at ") for answer in desk.why(at=typed)]
        for typed in ("2026-11-24T18:30", "2026-11-24T18:30[America/New_York]", "2026-11-24T17:30Z")
    }
    here, there = "2026-11-24T18:30[Europe/Stockholm]", "2026-11-24T18:30[America/New_York]"
    assert subjects == {
        "2026-11-24T18:30": [here, there],
        "2026-11-24T18:30[America/New_York]": [there],
        "2026-11-24T17:30Z": [here, "2026-11-24T12:30[America/New_York]"],
    }


def test_the_next_occurrence_is_told_for_each_zone_and_what_ran_by_its_own(desk: Desk) -> None:
    desk.write(WORLD)
    desk.start()
    desk.move_to("2026-11-21T19:00")
    latest, *coming = desk.why()
    assert latest.verdict is WhyVerdict.RAN
    assert [answer.subject for answer in coming] == [
        "demo/greet at 2026-11-21T18:30[America/New_York]",
        "demo/greet at 2026-11-22T12:30[Europe/Stockholm]",
    ]
    (ran,) = desk.why(at="2026-11-21T18:30[Europe/Stockholm]")
    assert [part.facts["lane"] for part in (ran.parts or (ran,))] == ["A1"]


def test_advice_names_the_zone_where_there_are_several(desk: Desk) -> None:
    desk.write(WORLD)
    desk.start()
    desk.stop()
    desk.clock.advance(24 * 3600)
    desk.start()
    advice = list(filter(None, map(advised, desk.why(at="2026-11-21T12:30"))))
    assert advice
    assert all("--at '2026-11-21T12:30[" in text for text in advice)
