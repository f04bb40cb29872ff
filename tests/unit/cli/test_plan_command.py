import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from runner.cli.plan import plan

ROOT = Path(__file__).parents[3]
GOLDEN = ROOT / "tests" / "campaigns" / "plan"
NOW = ("--now", "2026-11-21T18:00:00+01:00")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder outside of any repository, with the golden campaigns and their media."""
    shutil.copytree(GOLDEN, tmp_path / "campaigns")
    monkeypatch.chdir(tmp_path / "campaigns")
    return tmp_path / "campaigns"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(plan, arguments, catch_exceptions=False)


def written_now(text: str) -> list[str]:
    """`--now T` as the first line of a golden campaign says."""
    return text.partition("\n")[0].removeprefix("#").split()


@pytest.mark.parametrize(
    ("campaign", "form", "answer"),
    [
        *((path.name, "table", f"{path.stem}.out") for path in sorted(GOLDEN.glob("*.yaml"))),
        *((f"{stem}.yaml", "json", f"{stem}.json") for stem in ("clocks-forward", "day", "nothing-due")),
    ],
)
def test_a_plan_is_as_written_down(
    campaign: str, form: str, answer: str, folder: Path, golden: Callable[[Path, str], None]
) -> None:
    now = written_now((folder / campaign).read_text(encoding="utf-8"))
    result = run(campaign, *now, "--format", form)

    assert result.exit_code == 0
    golden(GOLDEN / answer, result.stdout)


def test_the_json_says_the_same_as_the_table() -> None:
    table = run("day.yaml", *NOW).stdout
    answer = json.loads(run("day.yaml", *NOW, "--format", "json").stdout)

    assert list(answer) == ["tasks", "occurrences", "notes"]
    assert f"{len(answer['tasks'])} tasks" in table
    assert {task["device"] for task in answer["tasks"]} == {"R58M123ABC", "R58M456DEF", "R58M789GHI"}
    assert len({task["key"] for task in answer["tasks"]}) == len(answer["tasks"])


def test_several_campaigns_are_shown_together() -> None:
    shown = run("day.yaml", "many-phones.yaml", *NOW).stdout

    assert "autumn: Europe/Stockholm" in shown
    assert "shelf: Asia/Kolkata" in shown
    assert "22 tasks" in shown


def test_a_table_fits_a_hundred_columns() -> None:
    assert max(map(len, run("many-phones.yaml", "day.yaml", *NOW).stdout.splitlines())) <= 100


def test_problems_stop_the_plan_and_are_shown(folder: Path) -> None:
    (folder / "day.yaml").write_text("version: 1\nname: autumn\nscript: {}\n")
    result = run("day.yaml", *NOW)

    assert result.exit_code == 1
    assert result.stdout == ""
    assert "day.yaml:3:1: error:" in result.stderr


def test_warnings_do_not_stop_the_plan() -> None:
    result = run("nothing-due.yaml", "--now", "2027-01-01T00:00:00Z", "--format", "json")

    assert result.exit_code == 0
    assert "[in-the-past]" in result.stderr
    assert [note["code"] for note in json.loads(result.stdout)["notes"]] == ["nothing-due"]


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("2026-11-21T18:00", "has no offset from UTC"),
        ("tomorrow", "is no ISO 8601 instant"),
        ("9999-12-31T23:59:59-12:00", "is not between the years"),
    ],
)
def test_an_instant_that_is_none_is_refused(written: str, message: str) -> None:
    result = run("day.yaml", "--now", written)

    assert result.exit_code == 2
    assert message in result.stderr


def test_a_path_that_is_not_there_is_refused() -> None:
    with pytest.raises(Exception, match=r"there is no file or folder gone\.yaml"):
        run("gone.yaml")


def test_the_plan_names_the_commit_of_the_file(folder: Path) -> None:
    author = ("-c", "user.name=Tester", "-c", "user.email=tester@example.org", "-c", "commit.gpgsign=false")
    for command in (("init", "--quiet"), ("add", "."), ("commit", "--quiet", "--message", "Plans")):
        subprocess.run(["git", *author, *command], cwd=folder, check=True)

    clean = run("day.yaml", *NOW).stdout
    (folder / "day.yaml").write_text((folder / "day.yaml").read_text() + "# changed\n")
    changed = run("day.yaml", *NOW).stdout

    assert re.search(r"^autumn: .*, commit [0-9a-f]{12}$", clean, re.MULTILINE)
    assert re.search(r"^autumn: .*, commit [0-9a-f]{12}-dirty$", changed, re.MULTILINE)


def test_the_documented_plan_is_real(folder: Path) -> None:
    text = (ROOT / "docs" / "planning.md").read_text(encoding="utf-8")
    [campaign] = re.findall(r"^```yaml\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    [console] = re.findall(r"^```console\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    command, _, shown = console.partition("\n")
    (folder / "autumn.yaml").write_text(campaign, encoding="utf-8")
    (folder / "media" / "launch.mp4").touch()

    assert run(*command.removeprefix("$ runner plan ").split()).stdout == shown
