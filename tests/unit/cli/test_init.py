"""`runner init`, and what a person does after it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from runner.campaign.loader import load
from runner.cli.init import init
from runner.schema_file import NAMES

BIN = Path(sys.executable).parent


def shell(command: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": f"{BIN}:/usr/bin:/bin", "RUNNER_STATE_DIR": str(cwd / "state"), **variables}
    return subprocess.run(
        ["sh", "-c", command], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_from_nothing_to_a_plan(tmp_path: Path) -> None:
    result = shell("runner init my-campaigns && cd my-campaigns && runner validate && runner plan", tmp_path)
    assert (result.stderr, result.returncode) == ("", 0)
    assert "\nno problems in 2 files\n" in result.stdout
    assert "2 tasks" in result.stdout


def test_the_example_has_not_even_a_warning(tmp_path: Path) -> None:
    assert shell("runner init . && runner validate --strict", tmp_path).returncode == 0


def test_all_that_a_repository_needs_is_there(tmp_path: Path) -> None:
    CliRunner().invoke(init, [str(tmp_path)], catch_exceptions=False)
    assert set(contents(tmp_path)) == {
        ".github/workflows/campaigns.yml",
        ".gitignore",
        ".gitlab-ci.yml",
        ".pre-commit-config.yaml",
        "README.md",
        "campaigns/apps/my_app.yaml",
        "campaigns/first.yaml",
        "campaigns/media/clip.mp4",
        "requirements.txt",
        *(f"schemas/{name}.schema.json" for name in NAMES),
    }


def test_the_files_for_other_programs_are_what_those_read(tmp_path: Path) -> None:
    CliRunner().invoke(init, [str(tmp_path)], catch_exceptions=False)
    for name, schema in (
        (".github/workflows/campaigns.yml", "vendor.github-workflows"),
        (".gitlab-ci.yml", "vendor.gitlab-ci"),
    ):
        command = [BIN / "check-jsonschema", "--builtin-schema", schema, tmp_path / name]
        subprocess.run(command, check=True, capture_output=True)
    (repository,) = yaml.safe_load((tmp_path / ".pre-commit-config.yaml").read_text(encoding="utf-8"))[
        "repos"
    ]
    assert [hook["entry"] for hook in repository["hooks"]] == ["runner fmt", "runner validate"]


def test_the_example_has_the_one_layout(tmp_path: Path) -> None:
    assert shell("runner init .", tmp_path, RUNNER_TIMEZONE="Asia/Tokyo").returncode == 0
    assert shell("runner fmt --check", tmp_path).returncode == 0


def test_editors_find_the_schema_and_the_fleet_keeps_its_time_zone(tmp_path: Path) -> None:
    assert shell("runner init .", tmp_path, RUNNER_TIMEZONE="Asia/Tokyo").returncode == 0
    example = tmp_path / "campaigns" / "first.yaml"
    first, *_ = example.read_text(encoding="utf-8").splitlines()
    assert (example.parent / first.partition("$schema=")[2]).resolve().is_file()
    assert load(example).document.data["timezone"] == "Asia/Tokyo"


def test_it_tells_what_to_do_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    output = CliRunner().invoke(init, ["mine"], catch_exceptions=False).output
    assert "  mine/campaigns/first.yaml\n" in output
    assert output.endswith(
        "next:\n  cd mine\n  runner validate\n  runner plan\n  runner run campaigns/first.yaml --virtual\n"
    )


def test_it_overwrites_nothing_and_names_what_is_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine", encoding="utf-8")
    (tmp_path / ".gitignore").symlink_to("nowhere")
    (tmp_path / "schemas").write_text("no folder", encoding="utf-8")
    (tmp_path / "campaigns").mkdir()
    before = contents(tmp_path)
    result = shell("runner init .", tmp_path)
    assert (result.stdout, result.returncode) == ("", 2)
    assert result.stderr.startswith(
        "runner: nothing was written to .: in the way are .gitignore, README.md, schemas/"
    )
    assert "first.yaml" not in result.stderr
    assert contents(tmp_path) == before


def test_a_second_time_nothing_happens(tmp_path: Path) -> None:
    assert shell("runner init .", tmp_path).returncode == 0
    before = contents(tmp_path)
    assert shell("runner init .", tmp_path).returncode == 2
    assert contents(tmp_path) == before


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "in the way are" in shell("runner init file", tmp_path).stderr


class Installed:
    """The runner's distribution, as installed from somewhere."""

    name, version = "campaign-runner", "1.2.3"

    def __init__(self, origin: object) -> None:
        self._origin = origin

    def read_text(self, name: str) -> str | None:
        return json.dumps(self._origin) if self._origin else None


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        (None, "campaign-runner==1.2.3"),
        (
            {"url": "https://git.example/runner.git", "vcs_info": {"vcs": "git", "commit_id": "f40866b1"}},
            "campaign-runner @ git+https://git.example/runner.git@f40866b1",
        ),
        (
            {"url": "https://files.example/campaign_runner-1.2.3-py3-none-any.whl", "archive_info": {}},
            "campaign-runner @ https://files.example/campaign_runner-1.2.3-py3-none-any.whl",
        ),
        (
            {"url": "file:///home/anna/runner", "dir_info": {}},
            "# campaign-runner @ git+https://HOST/PATH@COMMIT",
        ),
    ],
)
def test_ci_installs_the_runner_from_where_it_was_installed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, origin: object, expected: str
) -> None:
    """A version that no index has cannot be pinned."""
    monkeypatch.setattr("runner.cli.init.distribution", lambda name: Installed(origin))
    output = CliRunner().invoke(init, [str(tmp_path)], catch_exceptions=False).output
    assert (tmp_path / "requirements.txt").read_text(encoding="utf-8").splitlines()[1:] == [expected]
    assert ("requirements.txt names no runner yet" in output) is expected.startswith("#")
