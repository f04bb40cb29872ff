"""`runner run` as a user types it, on virtual phones over a real adb server. The phones' memories are the truth."""

import hashlib
import json
import os
import re
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from lives import Command
from runner_command import RunnerCommand

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "campaigns" / "demo.yaml"
APP = "com.zhiliaoapp.musically"
SHELF = ("VIRTUAL01", "VIRTUAL02", "VIRTUAL03", "VIRTUAL04")
VIDEO_SHA256 = hashlib.sha256((ROOT / "campaigns" / "media" / "demo.mp4").read_bytes()).hexdigest()

pytestmark = pytest.mark.phones


class Runner(RunnerCommand):
    """The command, with a state directory and phones of its own."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.adb_port: int | None = None
        super().__init__(lambda: os.environ | self._settings)

    @property
    def _settings(self) -> dict[str, str]:
        port = {"ANDROID_ADB_SERVER_PORT": str(self.adb_port)} if self.adb_port else {}
        return {"RUNNER_STATE_DIR": str(self.state), "RUNNER_TIMEZONE": "UTC"} | port

    def summary(self, *words: str | Path) -> tuple[int, dict[str, Any]]:
        result = self("run", *words, "--format", "json")
        assert result.stdout, result.stderr
        return result.returncode, json.loads(result.stdout)


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[Runner]:
    runner = Runner(tmp_path / "state")
    yield runner
    runner.close()


@pytest.fixture
def campaign(tmp_path: Path) -> Callable[..., Path]:
    """Write a campaign that follows users on phones, and posts if asked to."""

    def write(*serials: str, users: tuple[str, ...] = ("@demo_north",), post: bool = False) -> Path:
        data: dict[str, Any] = {
            "version": 1,
            "name": "trial",
            "limits": {"min_gap": "0s"},
            "devices": {"shelf": list(serials)},
            "scripts": {},
        }
        if post:
            config = {"captions": "A trial", "material_list": [str(DEMO.parent / "media" / "demo.mp4")]}
            data["scripts"]["publish"] = {"script": "post", "devices": "shelf", "config": config}
        if users:
            config = {"target_users": list(users)}
            data["scripts"]["greet"] = {"script": "follow", "devices": "shelf", "config": config}
        path = tmp_path / "trial.yaml"
        path.write_text(json.dumps(data), encoding="utf-8")  # JSON is YAML
        return path

    return write


def lines_until(process: Command, pattern: str) -> Iterator[str]:
    for line in process.stdout:
        yield line
        if re.search(pattern, line):
            return
    raise AssertionError(f"the run ended before it said {pattern!r}")


def follows(phone: Any) -> Counter[str]:
    return Counter(follow["user"] for follow in phone.memory(APP)["follows"])


def assert_done_once(phones: Any, serials: tuple[str, ...] = SHELF) -> None:
    for serial in serials:
        memory = phones[serial].memory(APP)
        captions = [post["caption"] for post in memory["posts"]]
        assert len(captions) == 1, f"{serial}: {captions}"
        assert captions[0] in ("Hello from the shelf #demo", "Greetings from the shelf #demo")
        assert [media["sha256"] for media in memory["posts"][0]["media"]] == [VIDEO_SHA256]
        assert follows(phones[serial]) == {"demo_north": 1, "demo_south": 1}


def test_the_demo_makes_four_posts_and_eight_follows(phones: Any, runner: Runner) -> None:
    shelf = phones(*SHELF)
    runner.adb_port = shelf.adb_port
    code, summary = runner.summary(DEMO)
    assert (code, summary["counts"]) == (0, {"completed": 12})
    assert_done_once(shelf)
    report = Path(summary["report"]).read_text(encoding="utf-8")
    assert report.count('role="img"') > 100
    assert report.count("data:image/jpeg;base64,") > 20
    assert not re.search(r"(src|href)=\"https?:", report)


def test_a_rehearsal_has_phones_and_a_ledger_of_its_own(runner: Runner) -> None:
    result = runner("run", DEMO, "--virtual")
    assert result.returncode == 0, result.stdout
    assert "12 tasks: 12 completed" in result.stdout
    assert not (runner.state / "ledger.db").exists()
    rehearsal = next((runner.state / "rehearsals").iterdir())
    memories = [json.loads(path.read_text()) for path in (rehearsal / "phones").glob("*.json")]
    assert [len(memory["apps"][APP]["posts"]) for memory in memories] == [1, 1, 1, 1]
    assert [len(memory["apps"][APP]["follows"]) for memory in memories] == [2, 2, 2, 2]


@pytest.mark.parametrize("moment", ["post: started", "post: committed", "follow @demo_south: started"])
def test_a_killed_run_is_resumed_to_the_same_end(phones: Any, runner: Runner, moment: str) -> None:
    shelf = phones(*SHELF)
    runner.adb_port = shelf.adb_port
    process = runner.start("run", DEMO)
    said = "".join(lines_until(process, moment))
    process.kill()
    process.communicate()
    run_id = re.search(r"run (\S+) on", said)[1]
    code, summary = runner.summary("--resume", run_id)
    assert (code, summary["counts"]) == (0, {"completed": 12}), summary
    assert_done_once(shelf)


def test_a_killed_rehearsal_is_resumed_on_the_same_phones(runner: Runner) -> None:
    process = runner.start("run", DEMO, "--virtual")
    said = "".join(lines_until(process, "post: committed"))
    process.kill()
    process.communicate()
    run_id = re.search(r"run (\S+) on", said)[1]
    code, summary = runner.summary("--resume", run_id)
    assert (code, summary["counts"]) == (0, {"completed": 12}), summary
    folder = runner.state / "rehearsals" / run_id / "phones"
    memories = [json.loads(path.read_text())["apps"][APP] for path in folder.glob("*.json")]
    assert [len(memory["posts"]) for memory in memories] == [1, 1, 1, 1]
    assert [len(memory["follows"]) for memory in memories] == [2, 2, 2, 2]


def test_ctrl_c_stops_after_the_current_step_and_leaves_the_rest_for_later(
    phones: Any, runner: Runner
) -> None:
    shelf = phones(*SHELF)
    runner.adb_port = shelf.adb_port
    for serial in SHELF:  # slow enough that no phone reaches its commit point before the stop
        shelf[serial].post("latency", seconds=0.5)
    process = runner.start("run", DEMO)
    said = "".join(lines_until(process, "post: started"))
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "stopping after the current steps" in rest
    assert "12 pending" in rest, rest
    run_id = re.search(r"run (\S+) on", said)[1]
    assert f"runner run --resume {run_id}" in rest
    assert shelf.adb("-s", shelf["VIRTUAL01"].address, "shell", "echo usable").stdout.strip() == "usable"
    for serial in SHELF:
        shelf[serial].calm()
    code, summary = runner.summary("--resume", run_id)
    assert (code, summary["counts"]) == (0, {"completed": 12}), summary
    assert_done_once(shelf)


def test_a_second_ctrl_c_stops_at_once(phones: Any, runner: Runner, campaign: Callable[..., Path]) -> None:
    shelf = phones("A1")
    runner.adb_port = shelf.adb_port
    shelf["A1"].fault("dumpWindowHierarchy", "delay", seconds=30, times=1)
    process = runner.start("run", campaign("A1"))
    list(lines_until(process, "started"))
    process.send_signal(signal.SIGINT)
    list(lines_until(process, "interrupt again"))
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=5) == 130
    process.communicate()


def test_a_second_run_on_the_same_ledger_refuses(
    phones: Any, runner: Runner, campaign: Callable[..., Path]
) -> None:
    shelf = phones("A1")
    runner.adb_port = shelf.adb_port
    shelf["A1"].fault("dumpWindowHierarchy", "delay", seconds=5, times=1)
    path = campaign("A1")
    process = runner.start("run", path)
    list(lines_until(process, "started"))
    second = runner("run", path)
    assert second.returncode == 1
    assert f"process {process.pid}" in second.stderr
    process.communicate(timeout=60)
    assert process.returncode == 0
    assert follows(shelf["A1"]) == {"demo_north": 1}


def test_a_phone_that_is_not_there_fails_alone(
    phones: Any, runner: Runner, campaign: Callable[..., Path]
) -> None:
    shelf = phones("A1")
    runner.adb_port = shelf.adb_port
    code, summary = runner.summary(campaign("A1", "NOTHERE9"))
    by_device = {task["device"]: task for task in summary["tasks"]}
    assert code == 1
    assert by_device["A1"]["state"] == "completed"
    assert by_device["NOTHERE9"]["state"] == "failed"
    assert "NOTHERE9" in by_device["NOTHERE9"]["reason"]
    assert "connected" in by_device["NOTHERE9"]["reason"]


@pytest.mark.parametrize(
    ("wish", "word"),
    [
        ("unauthorized", "unauthorized"),
        ("offline", "offline"),
        ("unplug", "no connected phone has this serial"),
    ],
)
def test_a_phone_that_cannot_be_used_says_why_and_what_to_do(
    phones: Any, runner: Runner, campaign: Callable[..., Path], wish: str, word: str
) -> None:
    shelf = phones("A1")
    runner.adb_port = shelf.adb_port
    shelf["A1"].post(wish)
    result = runner("run", campaign("A1"))
    assert result.returncode == 1
    assert word in " ".join(result.stdout.split())
    assert not follows(shelf["A1"])


def test_a_missing_app_is_named(phones: Any, runner: Runner, campaign: Callable[..., Path]) -> None:
    shelf = phones("A1")
    runner.adb_port = shelf.adb_port
    shelf["A1"].post("uninstall", package=APP)
    code, summary = runner.summary(campaign("A1"))
    assert code == 1
    assert APP in summary["tasks"][0]["reason"]


def test_an_element_that_never_appears_is_in_the_report_with_its_screen(
    phones: Any, runner: Runner, campaign: Callable[..., Path]
) -> None:
    shelf = phones("A1")
    runner.adb_port = shelf.adb_port
    code, summary = runner.summary(campaign("A1", users=("@missing_account",)))
    assert code == 1
    assert "@missing_account" in summary["tasks"][0]["reason"]
    report = Path(summary["report"]).read_text(encoding="utf-8")
    assert "hierarchy at" in report
    assert "&lt;hierarchy" in report


def test_a_login_screen_puts_the_phone_on_hold_until_it_is_released(
    phones: Any, runner: Runner, campaign: Callable[..., Path]
) -> None:
    shelf = phones("A1")
    runner.adb_port = shelf.adb_port
    shelf["A1"].app(APP, "show", screen="login")
    path = campaign("A1", users=("@demo_north", "@demo_south"))
    code, summary = runner.summary(path)
    assert (code, summary["counts"]) == (1, {"failed": 1, "pending": 1})
    assert "login" in summary["tasks"][0]["reason"]
    assert "on hold" in summary["tasks"][1]["reason"]
    assert not shelf["A1"].memory(APP)["answers"]

    assert "A1" in runner("holds").stdout
    shelf["A1"].app(APP, "clear")
    assert runner("run", path).returncode == 1
    assert runner("holds", "release", "A1").returncode == 0
    assert runner("run", path).returncode == 0
    assert follows(shelf["A1"]) == {"demo_north": 1, "demo_south": 1}


@pytest.mark.parametrize(("kind", "state", "made"), [("drop", "failed", 0), ("drop_after", "completed", 1)])
def test_a_phone_that_drops_at_the_commit_point_is_asked_what_happened(
    phones: Any, runner: Runner, campaign: Callable[..., Path], kind: str, state: str, made: int
) -> None:
    shelf = phones("A1")
    runner.adb_port = shelf.adb_port
    shelf["A1"].fault(
        "click", kind, times=1, skip=1
    )  # the first tap is on the profile tab, the second one commits
    _, summary = runner.summary(campaign("A1"))
    assert summary["tasks"][0]["state"] == state, summary
    assert follows(shelf["A1"]) == ({"demo_north": 1} if made else {})


def test_a_phone_unplugged_before_the_commit_point_has_done_nothing(
    phones: Any, runner: Runner, campaign: Callable[..., Path]
) -> None:
    shelf = phones("A1")
    runner.adb_port = shelf.adb_port
    process = runner.start("run", campaign("A1"))
    list(lines_until(process, "follow @demo_north: started"))
    shelf["A1"].post("unplug")
    rest, _ = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "A1  failed" in rest
    assert "1 task: 1 failed" in rest
    assert not follows(shelf["A1"])


def test_a_phone_unplugged_after_the_commit_point_is_verified_when_it_is_back(
    phones: Any, runner: Runner, campaign: Callable[..., Path]
) -> None:
    shelf = phones("A1")
    runner.adb_port = shelf.adb_port
    process = runner.start("run", campaign("A1"))
    list(lines_until(process, "follow @demo_north: committed"))
    shelf["A1"].post("unplug")
    shelf["A1"].post("online")
    rest, _ = process.communicate(timeout=120)
    assert process.returncode == 0, rest
    assert follows(shelf["A1"]) == {"demo_north": 1}


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["nowhere.yaml"], 2, "nowhere.yaml"),
        (["--resume", "19990101-000000-0000"], 2, "has no run 19990101-000000-0000"),
        (["--resume", "19990101-000000-0000", "--virtual"], 2, "no rehearsal 19990101-000000-0000"),
    ],
)
def test_what_is_not_there_is_named(runner: Runner, words: list[str], code: int, message: str) -> None:
    result = runner("run", *words)
    assert result.returncode == code
    assert message in result.stderr


def test_a_file_with_errors_is_not_run(runner: Runner, tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text("version: 1\nname: wrong\nscripts: {a: {script: pots, devices: X1}}\n", encoding="utf-8")
    result = runner("run", path, "--virtual")
    assert result.returncode == 1
    assert "unknown-reference" in result.stderr
    assert not runner.state.exists()
