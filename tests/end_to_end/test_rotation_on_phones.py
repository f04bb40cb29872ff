"""Which files are posted, on a virtual phone that remembers: each once, and a failed post's file again."""

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from runner_command import RunnerCommand

APP = "com.zhiliaoapp.musically"
DEMO = Path(__file__).parents[2] / "campaigns" / "media" / "demo.mp4"
CAMPAIGN = """\
version: 1
name: trial
limits: {min_gap: 0s, per_device: {per_day: {post: 20}, per_hour: {post: 20}}}
scripts:
  publish:
    script: post
    devices: A1
    config: {material_source: localFolder, material_path: media, captions: "{New|Fresh|Bright} drop"}
"""

pytestmark = [pytest.mark.phones, pytest.mark.timeout(600)]  # many commands, one after the other

Run = Callable[..., Any]


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[Run]:
    (tmp_path / "media").mkdir()
    for number in (1, 2, 3):
        (tmp_path / "media" / f"{number}.mp4").write_bytes(DEMO.read_bytes() + bytes([number]))
    (tmp_path / "trial.yaml").write_text(CAMPAIGN)
    settings = {"RUNNER_STATE_DIR": str(tmp_path / "state"), "RUNNER_TIMEZONE": "UTC"}
    command = RunnerCommand(lambda: os.environ | settings)

    def run(*words: str, adb_port: int | None = None) -> Any:
        if adb_port is not None:
            settings["ANDROID_ADB_SERVER_PORT"] = str(adb_port)
        done = command(*words, "--format", "json") if words else None
        assert done is None or done.stdout, done.stderr
        return done and json.loads(done.stdout)

    yield run
    command.close()


def posted(phone: Any) -> list[tuple[str, str]]:
    """The hash and the caption of each post, oldest first."""
    posts = phone.memory(APP)["posts"]
    return [(post["media"][0]["sha256"], post["caption"]) for post in posts]


def promised(task: dict[str, Any]) -> tuple[str, str]:
    """The same as a task says of itself."""
    (path,) = task["files"]
    return hashlib.sha256(Path(path).read_bytes()).hexdigest(), task["texts"]["caption"]


class Trial:
    """Runs of the campaign by hand, each of which is an occurrence."""

    def __init__(self, phones: Any, runner: Run, folder: Path) -> None:
        shelf = phones("A1")
        runner(adb_port=shelf.adb_port)
        self.phone, self.runner, self._file = shelf["A1"], runner, str(folder / "trial.yaml")

    def run(self, *words: str) -> tuple[str, dict[str, Any]]:
        """The id of a run, and its task."""
        summary = self.runner("run", self._file, *words)
        (task,) = summary["tasks"]
        return summary["run"], task

    def fail(self) -> tuple[str, dict[str, Any]]:
        """The same, while the app asks for a login."""
        self.phone.app(APP, "show", screen="login")
        run_id, task = self.run()
        assert task["state"] == "failed", task
        self.phone.app(APP, "clear")
        self.runner("holds", "release", "A1")
        return run_id, task


@pytest.fixture
def trial(phones: Any, runner: Run, tmp_path: Path) -> Trial:
    return Trial(phones, runner, tmp_path)


def test_three_runs_post_three_files(trial: Trial) -> None:
    tasks = [trial.run()[1] for _ in range(3)]

    assert posted(trial.phone) == [promised(task) for task in tasks]
    assert [Path(task["files"][0]).name for task in tasks] == ["1.mp4", "2.mp4", "3.mp4"]


def test_a_retry_posts_the_same_file_and_caption(trial: Trial) -> None:
    run_id, failed = trial.fail()
    trial.runner("tasks", "retry", failed["key"])
    (again,) = trial.runner("run", "--resume", run_id)["tasks"]

    assert again["state"] == "completed"
    assert (again["files"], again["texts"]) == (failed["files"], failed["texts"])
    assert posted(trial.phone) == [promised(failed)]


def test_the_file_of_a_post_that_failed_comes_again(trial: Trial) -> None:
    _, failed = trial.fail()
    _, following = trial.run()

    assert following["files"] == failed["files"]
    assert posted(trial.phone) == [promised(following)]
