import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from runner.cli.plan import plan

GOLDEN = Path(__file__).parents[2] / "campaigns" / "plan"
NOW = ("--now", "2026-11-21T18:00:00+01:00")


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository whose one commit has the golden campaigns and their media."""
    folder = tmp_path / "repository"
    (folder / "campaigns" / "media").mkdir(parents=True)
    (folder / "campaigns" / "day.yaml").write_text((GOLDEN / "day.yaml").read_text())
    (folder / "campaigns" / "media" / "clip.mp4").write_bytes((GOLDEN / "media" / "clip.mp4").read_bytes())
    monkeypatch.chdir(folder)
    monkeypatch.setenv("RUNNER_TIMEZONE", "Europe/Stockholm")
    monkeypatch.setenv("RUNNER_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.delenv("RUNNER_STORE", raising=False)
    git("init", "--quiet")
    commit()
    return folder


def git(*arguments: str) -> str:
    author = ("-c", "user.name=Tester", "-c", "user.email=tester@example.org", "-c", "commit.gpgsign=false")
    return subprocess.run(["git", *author, *arguments], check=True, capture_output=True, text=True).stdout


def commit() -> str:
    git("add", ".")
    git("commit", "--quiet", "--message", "Plans")
    return git("rev-parse", "HEAD").strip()


def rewrite(path: Path, *changes: tuple[str, str]) -> None:
    text = path.read_text()
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    path.write_text(text)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(plan, arguments, catch_exceptions=False)


def changes(*arguments: str) -> dict[str, list[str]]:
    """The devices and targets of the tasks that differ, by kind of change."""
    answer = json.loads(run(*NOW, "--format", "json", *arguments).stdout)
    return {
        kind: [f"{task['device']} {task['target'] or task['script']}" for task in tasks]
        for kind, tasks in answer.items()
        if tasks
    }


def test_nothing_changed() -> None:
    result = run("campaigns/day.yaml", *NOW, "--diff", "HEAD", "--exit-code")

    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == "tasks: no changes"


def test_changes_are_as_written_down(repository: Path, golden: Callable[[Path, str], None]) -> None:
    rewrite(
        repository / "campaigns" / "day.yaml",
        ("brand_no]", "brand_fi]"),
        ("{New|Fresh} drop!", "{New|Fresh|Brand new} drop!"),
        ("    start_times: [morning, evening]", "    start_times: [morning, evening]\n    spread: 20m"),
    )
    result = run("--diff", "HEAD", *NOW, "--exit-code")

    assert result.exit_code == 1
    golden(GOLDEN / "changes.diff", result.stdout)
    documented = (GOLDEN.parents[2] / "docs" / "planning.md").read_text(encoding="utf-8")
    assert f"$ runner plan --diff HEAD {' '.join(NOW)}\n{result.stdout}```" in documented


def test_changes_are_told_to_programs(repository: Path) -> None:
    rewrite(
        repository / "campaigns" / "day.yaml",
        ("brand_no]", "brand_fi]"),
        ("    devices: studio", "    devices: studio\n    spread: 20m"),
        ("{New|Fresh}", "{New|Fresh|Brand new}"),
    )
    result = run(*NOW, "--diff", "HEAD", "--format", "json")
    answer = json.loads(result.stdout)

    assert result.exit_code == 0
    assert list(answer) == ["added", "removed", "moved", "changed"]
    assert [len(tasks) for tasks in answer.values()] == [3, 3, 2, 2]
    assert {task["target"] for task in answer["added"]} == {"@brand_fi"}
    assert {task["target"] for task in answer["removed"]} == {"@brand_no"}
    [moved, _] = answer["moved"]
    assert (moved["was_due_utc"], moved["due_utc"]) == ("2026-11-21T17:30:00Z", "2026-11-21T17:40:00Z")
    assert answer["changed"][0]["settings"] == ["captions"]


def test_a_new_campaign_is_added_and_one_that_is_gone_is_removed(repository: Path) -> None:
    text = (repository / "campaigns" / "day.yaml").read_text()
    (repository / "campaigns" / "other.yaml").write_text(text.replace("name: autumn", "name: winter"))
    (repository / "campaigns" / "day.yaml").unlink()

    assert {kind: len(tasks) for kind, tasks in changes("--diff", "HEAD").items()} == {
        "added": 10,
        "removed": 10,
    }


def test_a_campaign_that_moved_to_another_file_is_the_same(repository: Path) -> None:
    (repository / "campaigns" / "day.yaml").rename(repository / "campaigns" / "renamed.yaml")

    assert changes("--diff", "HEAD") == {}


def test_older_revisions_have_names_of_all_kinds(repository: Path) -> None:
    first = git("rev-parse", "HEAD").strip()
    git("tag", "v1")
    rewrite(repository / "campaigns" / "day.yaml", ("brand_no]", "brand_fi]"))
    commit()

    assert changes("--diff", "HEAD") == {}
    for revision in ("HEAD~1", "v1", first, first[:10]):
        assert set(changes("--diff", revision)) == {"added", "removed"}


def test_material_need_not_be_there_at_the_revision(repository: Path) -> None:
    git("rm", "--quiet", "--cached", "-r", "campaigns/media")
    git("commit", "--quiet", "--message", "No media")

    result = run(*NOW, "--diff", "HEAD")

    assert result.stdout.splitlines()[-1] == "tasks: no changes"
    assert "missing-file" not in result.stderr


def test_flows_of_one_s_own_are_those_of_the_revision(repository: Path) -> None:
    (repository / "campaigns" / "day.yaml").unlink()
    folder = repository / "campaigns" / "flows"
    folder.mkdir()
    (folder / "greeting.yaml").write_text(FLOW)
    (repository / "campaigns" / "own.yaml").write_text(
        "version: 1\nname: own\ntimezone: UTC\nscripts:\n"
        "  hello: {script: greeting, devices: [R58M123ABC], start_times: ['09:00']}\n"
    )
    commit()
    rewrite(folder / "greeting.yaml", ("default: Hello", "default: Hi"))

    answer = json.loads(run("campaigns/own.yaml", *NOW, "--diff", "HEAD", "--format", "json").stdout)

    assert [task["settings"] for task in answer["changed"]] == [["words"]]


FLOW = """\
version: 1
name: greeting
app: tiktok
parameters:
  words: {type: string, default: Hello}
effects: none
steps:
  - tap: home_tab
"""


def test_an_old_file_with_errors_is_told_of_and_has_no_tasks(repository: Path) -> None:
    good = (repository / "campaigns" / "day.yaml").read_text()
    rewrite(repository / "campaigns" / "day.yaml", ("script: post", "script: posst"))
    commit()
    (repository / "campaigns" / "day.yaml").write_text(good)

    result = run("campaigns", *NOW, "--diff", "HEAD")

    assert re.search(r"^HEAD:campaigns/day\.yaml:\d+:\d+: error: ", result.stderr, re.MULTILINE)
    assert "/tmp" not in result.stderr
    assert result.stdout.splitlines()[-1] == "tasks: 10 added"


def test_a_revision_without_campaigns_has_no_tasks(repository: Path) -> None:
    git("rm", "--quiet", "-r", "--cached", "campaigns")
    (repository / "README").touch()
    git("add", "README")
    git("commit", "--quiet", "--message", "Nothing")

    assert set(changes("--diff", "HEAD")) == {"added"}


def test_a_repository_may_be_reached_over_a_link_and_from_another_folder(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "link").symlink_to(repository)
    monkeypatch.chdir(tmp_path)

    assert changes("link/campaigns", "--diff", "HEAD") == {}


@pytest.mark.parametrize("revision", ["nowhere", "--output=x", "-h", "HEAD:campaigns", ""])
def test_a_revision_that_is_not_there_is_refused(revision: str) -> None:
    with pytest.raises(Exception, match="has no revision"):
        run(*NOW, f"--diff={revision}")


def test_a_folder_outside_of_any_repository_is_refused(tmp_path: Path, repository: Path) -> None:
    outside = tmp_path / "outside"
    (repository / "campaigns").rename(outside)

    with pytest.raises(Exception, match="is in no git repository"):
        run(str(outside), *NOW, "--diff", "HEAD")


@pytest.mark.parametrize("options", [("--exit-code",), ("--diff", "HEAD", "--format", "ics")])
def test_options_that_make_no_sense_are_refused(options: tuple[str, ...]) -> None:
    assert run(*NOW, *options).exit_code == 2


def test_the_plan_names_the_commit_of_the_file(repository: Path) -> None:
    clean = run("campaigns/day.yaml", *NOW).stdout
    (repository / "campaigns" / "day.yaml").write_text(
        (repository / "campaigns" / "day.yaml").read_text() + "# x\n"
    )
    changed = run("campaigns/day.yaml", *NOW).stdout

    assert re.search(r"^autumn: .*, commit [0-9a-f]{12}$", clean, re.MULTILINE)
    assert re.search(r"^autumn: .*, commit [0-9a-f]{12}-dirty$", changed, re.MULTILINE)
