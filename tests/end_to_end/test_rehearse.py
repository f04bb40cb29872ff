"""`runner rehearse`: days of the daemon on virtual phones, under a clock that jumps."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from daemon_process import Daemons, campaign_text
from runner_command import RunnerCommand

pytestmark = pytest.mark.phones

FROM = "2026-11-30T07:00"  # a Monday
FAULTS = """\
version: 1
faults:
  - {fault: phone-away, phone: A1, from: "mon 08:00", until: "09:30"}
  - {fault: login-screen, phone: A2, from: "tue 08:00", until: "thu 08:30"}
  - {fault: machine-down, from: "thu 20:00", until: "fri 09:20"}
"""


@pytest.fixture
def runner(daemons: Daemons) -> Iterator[RunnerCommand]:
    command = RunnerCommand(lambda: daemons.environment)
    yield command
    command.close()


def rehearse(runner: RunnerCommand, daemons: Daemons, *words: str | Path) -> dict[str, Any]:
    done = runner("rehearse", daemons.campaigns, "--from", FROM, "--format", "json", *words)
    assert done.stdout, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return {**result, "code": done.returncode}


def told(result: dict[str, Any]) -> dict[str, Any]:
    """What a rehearsal tells, without where it is kept."""
    return {key: value for key, value in result.items() if key not in ("report", "store")}


def test_a_week_with_faults(daemons: Daemons, runner: RunnerCommand, tmp_path: Path) -> None:
    daemons.write(campaign_text("A1", "A2", at="09:00"))
    (tmp_path / "faults.yaml").write_text(FAULTS)
    words = ("--until", "5d", "--faults", tmp_path / "faults.yaml")
    result = rehearse(runner, daemons, *words)

    states = {(one["due_utc"][8:10], one["device"]): one for one in result["tasks"]}
    assert {name: one["state"] for name, one in states.items()} == {
        ("30", "A1"): "completed",
        ("30", "A2"): "completed",
        ("01", "A1"): "completed",
        ("01", "A2"): "failed",
        ("02", "A1"): "completed",
        ("02", "A2"): "missed",
        ("03", "A1"): "completed",
        ("03", "A2"): "completed",
        ("04", "A1"): "completed",
        ("04", "A2"): "completed",
    }
    away, login, held, late = (
        states["30", "A1"],
        states["01", "A2"],
        states["02", "A2"],
        states["04", "A1"],
    )
    assert "2026-11-30T09:30:00" <= away["started_utc"] < "2026-11-30T09:32"
    assert "away since 2026-11-30 09:00:00" in away["waits"][0]
    assert "asks for a login" in login["reason"]
    assert "A2 is on hold" in held["reason"] and held["finished_utc"] is None
    assert late["started_utc"].startswith("2026-12-04T09:20") and not late["on_time"]
    assert "20m late: the daemon was down from 2026-12-03 20:00:00" in late["waits"][0]
    assert result["down"] == [
        {
            "from_utc": "2026-12-03T20:00:00Z",
            "until_utc": "2026-12-04T09:20:00Z",
            "reason": "the machine went down",
        }
    ]
    used = {(one["name"], one["kind"]): one["by_day"] for one in result["limits"]}
    assert used["A1", "follow"] == {"2026-11-30": 1}
    assert result["counts"] == dict(Counter(one["state"] for one in result["tasks"]))
    assert result["code"] == 1

    assert told(rehearse(runner, daemons, *words)) == told(result), "the same files, the same rehearsal"


def test_what_went_well_is_told_to_people(daemons: Daemons, runner: RunnerCommand, tmp_path: Path) -> None:
    daemons.write(campaign_text("A1", at=["09:00", "18:30"]))
    report = tmp_path / "report.html"
    done = runner("rehearse", daemons.campaigns, "--from", FROM, "--until", "2d", "--report", report)
    assert done.returncode == 0, done.stderr
    assert "Mon 2026-11-30" in done.stdout and "4 tasks: 4 completed" in done.stdout
    assert f"report: {report}" in done.stdout and "what waited" not in done.stdout
    html = report.read_text()
    assert "follow @demo_north" in html and "runner tasks" not in html
    store = next(word for word in done.stdout.split() if word.startswith("sqlite:"))
    why = runner("why", "trial/greet", "--at", "2026-12-01T18:30", "--virtual", "--store", store)
    assert "completed" in why.stdout, why.stdout + why.stderr
    assert not (daemons.state / "ledger.db").exists(), "nothing of it is in the own ledger"


def test_posts_on_a_full_phone_and_slow_uploads(
    daemons: Daemons, runner: RunnerCommand, tmp_path: Path
) -> None:
    clip = Path(__file__).parents[2] / "campaigns" / "media" / "demo.mp4"
    (daemons.campaigns / "clip.mp4").write_bytes(clip.read_bytes())
    post = {"script": "post", "config": {"captions": "hello", "material_list": ["clip.mp4"]}, "order": "same"}
    daemons.write(campaign_text("A1", at="09:00", retry={"max": 0}, **post))
    (tmp_path / "faults.yaml").write_text(
        "version: 1\nfaults:\n"
        '  - {fault: no-space, phone: A1, from: "tue 08:00", until: "12:00"}\n'
        '  - {fault: slow-uploads, phone: A1, from: "wed 08:00", until: "12:00", upload_time: 40s}\n'
    )
    result = rehearse(runner, daemons, "--until", "3d", "--faults", tmp_path / "faults.yaml")
    usual, full, slow = result["tasks"]
    assert full["state"] == "failed" and "no space is left" in full["reason"], full
    assert (slow["state"], usual["state"]) == ("completed", "completed")
    assert lasted_s(usual) < 30 and 40 < lasted_s(slow) < 60


def lasted_s(task: dict[str, Any]) -> float:
    began, ended = (datetime.fromisoformat(task[name]) for name in ("started_utc", "finished_utc"))
    return (ended - began).total_seconds()


def test_an_end_in_the_midst_lets_what_runs_end(daemons: Daemons, runner: RunnerCommand) -> None:
    daemons.write(campaign_text("A1", at="09:00"))
    result = rehearse(runner, daemons, "--until", "2026-11-30T09:00")
    assert result["tasks"] == [] and result["code"] == 0
    ended = rehearse(runner, daemons, "--until", "2026-11-30T09:01")
    assert [one["state"] for one in ended["tasks"]] == ["completed"]


def test_what_cannot_be_rehearsed_is_said_first(
    daemons: Daemons, runner: RunnerCommand, tmp_path: Path
) -> None:
    daemons.write(campaign_text("A1", at="09:00"))
    (tmp_path / "faults.yaml").write_text(
        "version: 1\nfaults: [{fault: phone-away, from: noon, until: '10:00'}]\n"
    )
    wrong = runner("rehearse", daemons.campaigns, "--faults", tmp_path / "faults.yaml")
    assert wrong.returncode == 1 and "faults.yaml:2:" in wrong.stderr
    empty = runner("rehearse", daemons.campaigns, "--until", "0d")
    assert empty.returncode == 2 and "between a moment and a year" in empty.stderr
    daemons.write("version: 1\n", "wrong.yaml")
    assert runner("rehearse", daemons.campaigns).returncode == 1
    assert not (daemons.state / "rehearsals").exists()
