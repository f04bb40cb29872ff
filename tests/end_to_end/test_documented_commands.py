"""Every command that stands in a code block of the documents is run, in a world that has what it names."""

import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import Start
from daemon_process import DaemonProcess, Daemons
from notified_services import notified_services
from postgres_server import Databases
from runner_command import RunnerCommand

ROOT = Path(__file__).parents[2]
OWN_SCRIPT = "own-script.md"
"""A page whose commands follow each other: test_own_script.py."""
PAGES = (
    ROOT / "README.md",
    *sorted(page for page in (ROOT / "docs").glob("*.md") if page.name != OWN_SCRIPT),
)
_COMMAND = re.compile(r"^(?: {4}|\$ | {4}\$ )(runner .*)$", re.MULTILINE)
_NO_PART = re.compile(r"\s{2,}|\s+#|\s+2?>|\s+&&|\s+\||\\$")
"""What follows a command in its line: a comment, or what a shell does with it."""

pytestmark = [pytest.mark.phones, pytest.mark.xdist_group("documented-commands")]

LAUNCH = """\
version: 1
name: launch
timezone: Europe/Stockholm
limits: {min_gap: 0s}

scripts:
  greet:
    script: follow
    config: {target_users: ["@demo_north"]}
    devices: [R58M123ABC]
    start_times: "09:00"
"""
SCREEN = (
    '<hierarchy><node package="com.zhiliaoapp.musically" bounds="[0,0][1080,2400]">'
    '<node package="com.zhiliaoapp.musically" text="Post" bounds="[550,2179][1048,2305]"/></node></hierarchy>'
)
API_LIMITS = "per_device: {per_day: {follow: 30}}\n"
DATABASE = "postgresql://runner@db.example/campaigns"
RUN_ID = re.compile(r"\b\d{8}-\d{6}-[0-9a-f]{4}\b")


def documented() -> list[str]:
    """Every command, once, without placeholders that may be left out."""
    lines = {
        re.sub(r" \[[A-Z.]+\]", "", _NO_PART.split(line)[0])
        for page in PAGES
        for line in _COMMAND.findall(page.read_text(encoding="utf-8"))
    }
    return sorted(lines)


@dataclass
class World:
    """A repository of campaigns with a ledger behind it, the phones that it names, a Local API, and a service that
    is told of news."""

    folder: Path
    environment: Mapping[str, str]
    run: RunnerCommand
    database: str
    run_id: str = ""

    def words(self, line: str) -> list[str]:
        """The words of a command, with what is of this world in place of what the page has as an example."""
        line = line.replace("/var/lib/campaign-runner", str(self.folder)).replace(DATABASE, self.database)
        line = RUN_ID.sub(self.run_id, line)
        return [name for word in shlex.split(line)[1:] for name in self._names(word)]

    def _names(self, word: str) -> list[str]:
        """The files that a shell puts in place of a pattern."""
        found = sorted(self.folder.glob(word)) if word.endswith("*.xml") else []
        return [str(path.relative_to(self.folder)) for path in found] or [word]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, phones: Start, postgres: Databases) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("world")
    shelf = phones("VIRTUAL01", "VIRTUAL02", "VIRTUAL03", "VIRTUAL04", "R58M123ABC")
    server = Daemons(tmp_path_factory.mktemp("server"))
    api = server.start("--virtual", "--phones", "1", api_only=True).ready()
    with notified_services("secret") as told:
        yield _world(folder, api.url, shelf.adb_port, told.where, postgres.new_database())
    server.close()


def _world(folder: Path, api_url: str, adb_port: int, notified: str, database: str) -> World:
    environment = os.environ | {
        "RUNNER_STATE_DIR": str(folder / "state"),
        "RUNNER_TIMEZONE": "Europe/Stockholm",
        "RUNNER_API_URL": f"{api_url}/api/v1",
        "RUNNER_NOTIFY": f"json://{notified}",
        "ANDROID_ADB_SERVER_PORT": str(adb_port),
    }
    world = World(folder, environment, RunnerCommand(lambda: environment, folder), database)
    _write_campaigns(folder)
    for name in ("demo", "launch"):
        done = world.run("run", f"campaigns/{name}.yaml")
        assert done.returncode == 0, done.stdout + done.stderr
        world.run_id = RUN_ID.findall(done.stdout + done.stderr)[0]
    daemon = DaemonProcess(world.run.start("daemon", "campaigns", "--port", "0"))
    assert daemon.ready().end() == 0  # it has put the campaigns in force
    return world


def _write_campaigns(folder: Path) -> None:
    media = folder / "campaigns" / "media"
    media.mkdir(parents=True)
    clip = (ROOT / "campaigns" / "media" / "demo.mp4").read_bytes()
    (media / "demo.mp4").write_bytes(clip)
    (folder / "campaigns" / "demo.yaml").write_bytes((ROOT / "campaigns" / "demo.yaml").read_bytes())
    (folder / "campaigns" / "launch.yaml").write_text(LAUNCH, encoding="utf-8")
    page = (ROOT / "docs" / "planning.md").read_text(encoding="utf-8")
    (autumn, *_) = re.findall(r"^```yaml\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    (folder / "autumn.yaml").write_text(autumn, encoding="utf-8")
    page = (ROOT / "docs" / "own-virtual-app.md").read_text(encoding="utf-8")
    (shop,) = re.findall(r"^```yaml\n# shop.yaml\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    (folder / "shop.yaml").write_text(shop, encoding="utf-8")
    (folder / "media").mkdir()
    (folder / "media" / "launch.mp4").write_bytes(clip)
    (folder / "api-limits.yaml").write_text(API_LIMITS, encoding="utf-8")
    (folder / "screens").mkdir()
    (folder / "screens" / "post.xml").write_text(SCREEN, encoding="utf-8")
    for words in (("init", "--quiet"), ("add", "."), ("commit", "--quiet", "--message", "Campaigns")):
        author = ("-c", "user.name=Tester", "-c", "user.email=tester@example.org")
        subprocess.run(["git", *author, *words], cwd=folder, check=True, capture_output=True)


@pytest.mark.parametrize("line", documented())
def test_a_documented_command_does_what_it_is_for(line: str, world: World) -> None:
    words = world.words(line)
    match words[0]:
        case "daemon":
            port = [] if "--port" in words else ["--port", "0"]
            assert DaemonProcess(world.run.start(*words, *port)).ready().end() == 0
        case "worker":
            worker = DaemonProcess(world.run.start(*words))
            worker.wait_for("ready")
            assert worker.end() == 0
        case "phones":
            _start_phones(world, words)
        case _:
            done = world.run(*words)
            assert done.returncode == 0, done.stdout + done.stderr


def _start_phones(world: World, words: list[str]) -> None:
    """Virtual phones stay until they are told to end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "runner", *words],
        cwd=world.folder,
        env=dict(world.environment),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    with process.stdout as stream:
        assert any("Ctrl-C" in text for text in stream)
        process.send_signal(signal.SIGINT)
    assert process.wait(60) in (0, 130)


def test_the_pages_have_commands() -> None:
    assert len(documented()) > 25
