"""A campaign's newest text, as it lies on the disk when somebody asks."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from question_desk import campaign

from runner.campaign.loader import load
from runner.campaign.reader import MAX_BYTES
from runner.campaign.resolve import resolve_campaign
from runner.planning.source import Window
from runner.queries.campaign_text import NewestText, newest_text, plan_change

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
FIVE = """\
version: 1
name: demo
timezone: Europe/Stokholm
configs:
  c: {target_users: ["@demo"], bogus: 1}
scripts:
  greet:
    script: folow
    config: c
    devices: shelv
    start_times: ["25:00"]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    folder = tmp_path / "campaigns"
    folder.mkdir()
    return folder / "demo.yaml"


def newest(file: Path) -> NewestText:
    return newest_text(str(file), NOW, UTC, [file.parent])


def test_five_mistakes_are_five_diagnostics(file: Path) -> None:
    file.write_text(FIVE)
    found = newest(file)
    errors = [(one.span.line, one.code) for one in found.diagnostics if one.severity == "error"]
    assert errors == [
        (3, "bad-time-zone"),
        (5, "unknown-key"),
        (8, "unknown-reference"),
        (10, "unknown-reference"),
        (11, "bad-start-time"),
    ]
    assert found.campaign is None


def test_secrets_are_masked(file: Path) -> None:
    file.write_text(campaign("09:00") + "    api_key: hunter2-hunter2\n")
    found = newest(file)
    assert found.text is not None and "hunter2" not in found.text
    assert len(found.text) == len(file.read_text())


def test_a_file_that_is_gone_is_a_diagnostic(file: Path) -> None:
    found = newest(file)
    assert found.text is None
    assert [one.code for one in found.diagnostics] == ["unreadable-file"]


def test_a_folder_in_its_place_is_a_diagnostic(file: Path) -> None:
    file.mkdir()
    assert newest(file).text is None


def test_a_file_that_is_too_long_is_read_as_far_as_that_shows(file: Path) -> None:
    file.write_text("# " + "x" * 5 * MAX_BYTES)
    found = newest(file)
    assert [one.code for one in found.diagnostics] == ["too-large"]
    assert len(found.text or "") <= MAX_BYTES + 1


def test_a_wrong_file_that_lies_elsewhere_is_not_told(file: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "passwords.txt"
    elsewhere.write_text("root: toor\n")
    file.symlink_to(elsewhere)
    found = newest(file)
    assert (found.is_outside, found.text, found.diagnostics, found.report.texts) == (True, None, (), {})


def test_another_text_changes_a_plan(file: Path) -> None:
    file.write_text(campaign("09:00"))
    before = resolve_campaign(load(file))
    file.write_text(campaign("10:00"))
    after = newest(file).campaign
    assert after is not None
    week = Window(NOW, NOW + timedelta(days=7))
    change = plan_change(before, after, week)
    assert {one.change.value for one in change.found} == {"moved"}
    assert (len(change.found), change.is_cut) == (7, False)
    assert plan_change(before, before, week).found == ()
