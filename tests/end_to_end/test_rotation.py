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

pytestmark = pytest.mark.phones

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


def test_three_runs_post_three_files_a_failed_one_comes_again_and_a_retry_posts_the_same(
    phones: Any, runner: Run, tmp_path: Path
) -> None:
    shelf = phones("A1")
    phone, trial = shelf["A1"], str(tmp_path / "trial.yaml")
    runner(adb_port=shelf.adb_port)
    names: list[str] = []

    def run(*words: str) -> tuple[str, dict[str, Any]]:
        summary = runner("run", trial, *words)
        (task,) = summary["tasks"]
        names.append(Path(task["files"][0]).name)
        return summary["run"], task

    def fail() -> tuple[str, dict[str, Any]]:
        phone.post("app", package=APP, action="show", arguments={"screen": "login"})
        run_id, task = run()
        assert task["state"] == "failed", task
        phone.post("app", package=APP, action="clear", arguments={})
        runner("holds", "release", "A1")
        return run_id, task

    _, first = run()
    assert first["state"] == "completed" and posted(phone) == [promised(first)]

    run_id, second = fail()
    runner("tasks", "retry", second["key"])
    (again,) = runner("run", "--resume", run_id)["tasks"]
    assert (again["state"], again["files"], again["texts"]) == (
        "completed",
        second["files"],
        second["texts"],
    )
    assert posted(phone) == [promised(first), promised(second)]

    fail()
    _, third = run()
    assert posted(phone) == [promised(first), promised(second), promised(third)]
    assert names == ["1.mp4", "2.mp4", "3.mp4", "3.mp4"]
    assert len(set(posted(phone))) == 3
