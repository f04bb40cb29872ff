"""The example campaigns: each of them is valid, and its plan is made."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from runner.campaign.loader import discover
from runner.cli.plan import plan
from runner.cli.validate import validate

EXAMPLES = sorted(discover([Path(__file__).parents[3] / "campaigns"]))
NOW = "2026-11-21T06:00:00Z"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_valid_and_planned(path: Path) -> None:
    judged = CliRunner().invoke(validate, [str(path), "--now", NOW, "--strict"])
    assert judged.exit_code == 0, judged.output
    planned = CliRunner().invoke(plan, [str(path), "--now", NOW, "--until", "8d", "--format", "json"])
    assert planned.exit_code == 0 and json.loads(planned.output)["tasks"], planned.output


def test_one_campaign_works_in_two_apps() -> None:
    (path,) = [path for path in EXAMPLES if path.stem == "two-apps"]
    planned = CliRunner().invoke(plan, [str(path), "--now", NOW, "--until", "8d", "--format", "json"])
    tasks = json.loads(planned.output)["tasks"]
    apps = {(task["entry"], task.get("app", "tiktok")) for task in tasks}
    assert apps == {
        ("reel", "instagram"),
        ("story", "instagram"),
        ("greet", "instagram"),
        ("praise", "instagram"),
        ("praise", "tiktok"),
    }
