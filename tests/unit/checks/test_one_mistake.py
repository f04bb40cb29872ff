"""One mistake is one diagnostic, and all problems are told at once."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from runner.campaign.loader import load, load_text
from runner.checks import check_campaigns
from runner.diagnostics import Diagnostic

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SOUND = """\
version: 1
name: a
timezone: Europe/Stockholm
limits: {working_hours: "08:00-22:00"}
devices:
  studio: [A1]
  lab: [B1]
configs:
  teaser: {target_users: ["@a"]}
  other: {target_users: ["@b"]}
start_times:
  morning: "09:00"
  evening: "18:30"
scripts:
  publish:
    script: follow
    config: teaser
    devices: studio
    start_times: morning
  tease:
    script: follow
    config: other
    devices: lab
    start_times: [evening, "12:00", "15:00"]
"""


def problems(text: str) -> list[Diagnostic]:
    return list(check_campaigns([load_text(text, "a.yaml")], NOW).diagnostics)


def told(text: str) -> list[tuple[str, int]]:
    return [(one.code, one.span.line) for one in problems(text)]


def test_the_file_is_sound() -> None:
    assert told(SOUND) == []


def test_an_app_that_is_misspelt_contradicts_no_account() -> None:
    text = (
        SOUND.replace("devices: studio", "devices: us\n    app: instgram")
        + "accounts: {us: {app: tiktok, device: A1}}\n"
    )
    assert [one for one in told(text) if one[0] != "unused-definition"] == [("unknown-reference", 19)]


@pytest.mark.parametrize(
    ("right", "wrong", "code", "line"),
    [
        ("timezone:", "timezon:", "unknown-key", 3),
        ("start_times: morning", "start_time: morning", "unknown-key", 19),
        ("start_times:\n", "start_tims:\n", "unknown-key", 11),
        ("devices:\n", "devises:\n", "unknown-key", 5),
        ("configs:\n", "config:\n", "unknown-key", 8),
        ("scripts:\n", "scirpts:\n", "unknown-key", 14),
        ("    config: teaser", "    confg: teaser", "unknown-key", 17),
        ("devices: studio", "device: studio", "unknown-key", 18),
        ("config: teaser", "config: teasr", "unknown-reference", 17),
        ("script: follow\n    config: teaser", "script: folow\n    config: teaser", "unknown-reference", 16),
        ("  tease:\n", "  publish:\n", "duplicate-key", 20),
        ("  other: {", "  teaser: {", "duplicate-key", 10),
        ("configs:\n", "configs: {}\nconfigs:\n", "duplicate-key", 9),
        ("08:00-22:00", "22:00-08:00", "outside-working-hours", 4),
        ("08:00-22:00", "20:00-08:00", "outside-working-hours", 4),
    ],
)
def test_one_mistake_is_one_diagnostic(right: str, wrong: str, code: str, line: int) -> None:
    assert right in SOUND
    found = told(SOUND.replace(right, wrong, 1))
    if (right, code) == ("  other: {", "duplicate-key"):  # the name that is gone now is used
        assert found == [(code, line), ("unknown-reference", 22)]
    else:
        assert found == [(code, line)]


def test_a_start_time_outside_of_hours_that_are_meant_is_told_of_at_its_place() -> None:
    assert told(SOUND.replace("08:00-22:00", "22:00-08:00").replace('"18:30"', '"23:00"')) == [
        ("outside-working-hours", 12),
        ("outside-working-hours", 24),
        ("outside-working-hours", 24),
    ]


@pytest.mark.parametrize(
    ("right", "wrong", "code", "line"),
    [
        ("config: teaser", "config: teasr", "unknown-reference", 17),
        ("script: follow\n    config: teaser", "script: folow\n    config: teaser", "unknown-reference", 16),
        ("configs:\n", "confgs:\n", "unknown-key", 8),
        ("scripts:\n", "scirpts:\n", "unknown-key", 14),
    ],
)
def test_what_is_wrong_beneath_a_slip_is_told_with_it(right: str, wrong: str, code: str, line: int) -> None:
    text = SOUND.replace(
        'teaser: {target_users: ["@a"]}', 'teaser: {target_users: ["@a", A], acces_method: 5}'
    )
    before = told(text)
    assert sorted(one for one, _ in before) == ["duplicate-target", "unknown-key", "wrong-type"]
    assert sorted(told(text.replace(right, wrong, 1))) == sorted([*before, (code, line)])


def test_what_is_wrong_in_a_second_entry_of_a_name_is_told_with_it() -> None:
    text = SOUND.replace("  tease:\n", "  publish:\n").replace("config: other", "config: {captions: x}")
    text = text.replace("  other: {", "  # {")
    assert told(text) == [("duplicate-key", 20), ("unknown-key", 22)]


FLOW = """\
version: 1
name: visit
app: tiktok
parameters: {users: {type: list}}
target: users
steps:
  - open_link: usr
  - tap: {element: folow_button, colour: red}
  - tip: x
  - type: {into: search_field, text: "${config.word}"}
"""


def test_all_that_is_wrong_in_a_flow_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "visit.yaml").write_text(FLOW)
    campaign = tmp_path / "a.yaml"
    campaign.write_text(
        "version: 1\nname: a\nscripts: {look: {script: visit, config: {users: [a], wrod: x}, devices: A1}}\n"
    )
    found = [
        (Path(one.path).name, one.span.line, one.code)
        for one in check_campaigns([load(campaign)], NOW).diagnostics
    ]
    assert sorted(found) == [
        ("a.yaml", 3, "unknown-key"),
        ("visit.yaml", 7, "bad-flow"),
        ("visit.yaml", 8, "bad-flow"),
        ("visit.yaml", 8, "unknown-key"),
        ("visit.yaml", 9, "unknown-key"),
        ("visit.yaml", 10, "bad-flow"),
    ]


def test_a_mistake_of_the_campaign_hides_none_of_a_flow(tmp_path: Path) -> None:
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "visit.yaml").write_text(
        FLOW.replace(", colour: red", "").replace("  - tip: x\n", "")
    )
    campaign = tmp_path / "a.yaml"
    lines = "scripts:\n  look:\n    script: visit\n    config: {users: [a]}\n    devices: A1\n"
    campaign.write_text(f"version: 1\nname: a\n{lines}    \n")
    before = [one for one in check_campaigns([load(campaign)], NOW).diagnostics if one.path != str(campaign)]
    campaign.write_text(f"version: 1\nname: a\n{lines}    re: [5, 6, 7]\n")
    after = [one for one in check_campaigns([load(campaign)], NOW).diagnostics if one.path != str(campaign)]
    assert len(before) == 3
    assert after == before
