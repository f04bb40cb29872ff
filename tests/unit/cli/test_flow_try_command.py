"""What `runner flow try` refuses before it looks for a phone."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from runner.cli.main import cli

FLOW = """\
version: 1
name: visit
app: tiktok
parameters:
  users: {type: list}
  times: {type: integer, default: 1, maximum: 3}
  loud: {type: boolean, default: true}
target: users
effects: none
steps:
  - launch: {}
"""


@pytest.fixture
def flow(tmp_path: Path) -> Path:
    (tmp_path / "flows").mkdir()
    path = tmp_path / "flows" / "visit.yaml"
    path.write_text(FLOW, encoding="utf-8")
    return path


def attempt(flow: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["flow", "try", str(flow), "--serial", "NOWHERE", *words])


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ([], "the flow needs a value for users"),
        (["users"], "'users' gives no parameter a value"),
        (["user=@a"], "the flow has no parameter 'user'"),
        (["users=@a", "times=many"], "--param times: 'many' is no legal value"),
        (["users=@a", "times=4"], "--param times: 4 is none of its legal values"),
        (["users=@a", "loud=yes"], "--param loud: 'yes' is no legal value"),
    ],
)
def test_parameters_that_do_not_fit(flow: Path, params: list[str], said: str) -> None:
    words = [word for param in params for word in ("--param", param)]
    assert said in str(attempt(flow, *words).exception)


def test_no_phone(flow: Path) -> None:
    result = CliRunner().invoke(cli, ["flow", "try", str(flow), "--param", "users=@a"])
    assert "no phone is named" in str(result.exception)


def test_a_flow_with_problems_is_not_tried(flow: Path) -> None:
    flow.write_text(FLOW.replace("- launch: {}", "- lunch: {}\n  - tap: hom_tab"), encoding="utf-8")
    result = attempt(flow, "--param", "users=@a")
    assert result.exit_code == 1
    assert "lunch" in result.output
    missing = attempt(flow.with_name("other.yaml"), "--param", "users=@a")
    assert missing.exit_code == 1 and "cannot be read" in missing.output
