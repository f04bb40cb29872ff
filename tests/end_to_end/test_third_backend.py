"""A backend that another package brings: installed as a user installs it, then validated, planned and run."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from daemon_process import Daemons, campaign_text
from runner_command import RunnerCommand

PACKAGE = Path(__file__).parents[1] / "paper_backend"
NO_ADB = 1
"""A port on which no adb server listens: this backend needs none."""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package in it, as pip installs it."""
    folder = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    offline = ["--no-index", "--no-build-isolation", "--no-deps"]
    subprocess.run([*pip, *offline, "--target", folder, PACKAGE], check=True)
    return folder


@pytest.fixture
def sheet(tmp_path: Path, installed: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the backend writes on; every command that is started finds the package."""
    path = tmp_path / "sheet.txt"
    monkeypatch.setenv("PYTHONPATH", str(installed))
    monkeypatch.setenv("PAPER_SHEET", str(path))
    return path


@pytest.fixture
def daemons(tmp_path: Path) -> Iterator[Daemons]:
    made = Daemons(tmp_path)
    made.adb_port = NO_ADB
    made.is_forked = False  # a Python looks for packages when it starts
    yield made
    made.close()


@pytest.fixture
def runner(daemons: Daemons) -> RunnerCommand:
    return RunnerCommand(lambda: daemons.environment, is_forked=False)


def written(folder: Path, backend: str = "paper", **config: str) -> Path:
    data = json.loads(campaign_text("R58M123ABC", at="2099-01-01T00:00:00+00:00"))
    data["backend"] = backend
    data["scripts"]["greet"]["config"] |= config
    path = folder / "trial.yaml"
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


@pytest.mark.usefixtures("sheet")
def test_it_is_validated_by_what_it_declares(tmp_path: Path, runner: RunnerCommand) -> None:
    assert runner("validate", written(tmp_path)).returncode == 0
    other = runner("validate", written(tmp_path, access_method="search"))
    assert other.returncode == 1
    assert "the backend `paper` cannot do `access_method: search`" in other.stdout
    misspelt = runner("validate", written(tmp_path, backend="papre"))
    assert "there is no backend `papre`" in misspelt.stdout
    assert "did you mean `paper`?" in misspelt.stdout
    unlike = runner("validate", written(tmp_path, backend="tablet"))
    assert "the backends are `device`, `local_api` and `paper`" in unlike.stdout


def test_it_is_planned_and_run(tmp_path: Path, runner: RunnerCommand, sheet: Path) -> None:
    campaign = written(tmp_path)
    plan = runner("plan", campaign, "--from", "2099-01-01", "--until", "1d", "--format", "json")
    (task,) = json.loads(plan.stdout)["tasks"]
    assert (task["backend"], task["device"]) == ("paper", "R58M123ABC")
    assert not sheet.exists()
    done = runner("run", campaign, "--format", "json")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "on a sheet of paper" in done.stderr
    (key,) = sheet.read_text(encoding="utf-8").splitlines()
    assert key.startswith("trial/greet/")
    (row,) = json.loads(done.stdout)["tasks"]
    assert (row["key"], row["state"]) == (key, "completed")


def test_a_daemon_carries_tasks_out_with_it(daemons: Daemons, sheet: Path) -> None:
    daemon = daemons.start_soon("R58M123ABC", backend="paper")
    daemon.wait_for("task finished", state="completed")
    (key,) = sheet.read_text(encoding="utf-8").splitlines()
    assert key.startswith("trial/greet/")
    assert daemon.end() == 0


def test_one_that_cannot_be_loaded_is_told_with_its_package(
    tmp_path: Path, runner: RunnerCommand, sheet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    about = tmp_path / "broken" / "torn_backend-2.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: torn-backend\nVersion: 2.0\n")
    (about / "entry_points.txt").write_text("[runner.backends]\ntorn = torn_backend:TORN\n")
    monkeypatch.setenv("PYTHONPATH", str(about.parent))
    said = "the backend 'torn' of the package torn-backend 2.0 cannot be loaded: torn_backend:TORN"
    refused = runner("validate", written(tmp_path, backend="torn"))
    assert (refused.returncode, said in refused.stdout) == (1, True), refused.stdout
    assert runner("validate", written(tmp_path, backend="device")).returncode == 0
    ended = runner("run", written(tmp_path, backend="device"))
    assert (ended.returncode, said in ended.stderr) == (1, True), ended.stderr
    assert not sheet.exists()
