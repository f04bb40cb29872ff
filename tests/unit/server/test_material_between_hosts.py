"""Files of tasks go from the host that has them to the host that posts them, over real sockets."""

import hashlib
import os
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from meddler import Meddler
from prometheus_client import CollectorRegistry

from runner.backends.fetching import FetchingSupply, Source
from runner.backends.material_cache import MaterialCache
from runner.clock import SystemClock
from runner.errors import HeldBack, Stopped, TaskError
from runner.media_file import FileHashes
from runner.reasons import ReasonKind
from runner.server.app import ServerState, create_app
from runner.server.material import MaterialServer
from runner.server.ports import listen, url_of
from runner.server.serving import Serving
from runner.store.ledger import Ledger
from runner.tasks import Occurrence, SeenFile, Task, TaskOptions

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TOKEN = "sesame-sesame-sesame-sesame-sesame"
VIDEO = b"\0\0\0\x18ftypmp42" + bytes(range(256)) * 4000
"""About a megabyte."""

SOON = 1e12
"""A deadline that is far away."""


class Leader:
    """A host with campaigns: a ledger with a task, and a server; and the files of the task, which `video` is one of."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "leader"
        self.folder.mkdir()
        self.video = self.folder / "launch.mp4"
        self.video.write_bytes(VIDEO)
        self.ledger = Ledger.open(f"sqlite:///{folder / 'ledger.db'}", SystemClock())
        self.task = self.plan("k/launch", self.video)
        self.port = 0

    def plan(self, key: str, *files: Path) -> Task:
        """A task in the ledger that posts these files as they are now."""
        seen = tuple(SeenFile(str(path), sha256(path)) for path in files)
        occurrence = Occurrence("autumn", "publish", f"run:{key}", "now", NOW)
        task = Task(
            key, "autumn", "publish", "post", "device", "A1", None, None, f"run:{key}", 0, NOW, 60.0, {},
            options=TaskOptions(files=seen, order="next"),
        )  # fmt: skip
        version = self.ledger.campaigns.record("autumn", "/srv/autumn.yaml", "text", None)
        self.ledger.occurrences.add(version, [occurrence], [task])
        return task

    @contextmanager
    def serving(self, name: str = "north", cache: MaterialCache | None = None) -> Iterator[str]:
        server = MaterialServer(self.ledger.material, name, FileHashes(), cache)
        state = ServerState(CollectorRegistry(), tuple, tuple)
        listening = listen("127.0.0.1", 0)
        with Serving(create_app(state, token=TOKEN, material=server), listening):
            self.port = listening.getsockname()[1]
            yield url_of(listening)


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def leader(tmp_path: Path) -> Iterator[Leader]:
    made = Leader(tmp_path)
    yield made
    made.ledger.close()


def elsewhere(leader: Leader) -> Task:
    """The task as a host sees it that has no such path."""
    away = leader.folder.with_name("elsewhere")
    files = tuple(file._replace(path=str(away / Path(file.path).name)) for file in leader.task.options.files)
    return replace(leader.task, options=replace(leader.task.options, files=files))


def supply(folder: Path, *urls: str, most_bytes: int = 10**9, token: str | None = TOKEN) -> FetchingSupply:
    cache = MaterialCache(folder / "material", most_bytes)
    sources = [Source(f"north{number or ''}", url) for number, url in enumerate(urls)]
    return FetchingSupply("south", lambda: sources, token, cache, SystemClock())


def fetched(of: FetchingSupply, task: Task) -> bytes:
    with of.at_hand(task, threading.Event(), SOON) as here:
        return b"".join(Path(file.path).read_bytes() for file in here.options.files)


def refusal(of: FetchingSupply, task: Task, kind: type[HeldBack] | type[TaskError] = HeldBack) -> str:
    with pytest.raises(kind) as caught, of.at_hand(task, threading.Event(), SOON):
        pass
    assert not isinstance(caught.value, HeldBack) or caught.value.kind is ReasonKind.MATERIAL_AWAY
    return caught.value.message


def test_a_file_comes_by_its_hash_under_its_name_and_only_once(leader: Leader, tmp_path: Path) -> None:
    task = elsewhere(leader)
    with leader.serving() as url:
        south = supply(tmp_path, url)
        with south.at_hand(task, threading.Event(), SOON) as here:
            (file,) = here.options.files
            assert Path(file.path).read_bytes() == VIDEO
            assert Path(file.path) == tmp_path / "material" / file.sha256 / "launch.mp4"
    assert fetched(supply(tmp_path), task) == VIDEO  # nobody serves any more, and the process is another one


def test_a_file_at_its_own_path_is_not_copied(leader: Leader, tmp_path: Path) -> None:
    with supply(tmp_path).at_hand(leader.task, threading.Event(), SOON) as here:
        assert here.options.files[0].path == str(leader.video)
    assert not (tmp_path / "material").exists()


def test_another_file_at_the_same_path_is_none(leader: Leader, tmp_path: Path) -> None:
    task = elsewhere(leader)
    other = Path(task.options.files[0].path)
    other.parent.mkdir()
    other.write_bytes(b"another video")
    with leader.serving() as url:
        assert fetched(supply(tmp_path, url), task) == VIDEO


def test_the_config_names_the_file_where_it_is(leader: Leader, tmp_path: Path) -> None:
    seen = elsewhere(leader).options.files[0]
    options = TaskOptions(named=(seen,))
    task = replace(
        leader.task, options=options, config={"picture": seen.path, "more": [seen.path, "x"], "n": 1}
    )
    with leader.serving() as url, supply(tmp_path, url).at_hand(task, threading.Event(), SOON) as here:
        path = here.options.named[0].path
        assert Path(path).read_bytes() == VIDEO
        assert here.config == {"picture": path, "more": [path, "x"], "n": 1}


def test_a_cut_is_gone_on_from(leader: Leader, tmp_path: Path) -> None:
    with leader.serving(), Meddler(leader.port, cuts=(300_000, 400_000, 250_000)) as cut:
        south = supply(tmp_path, cut.url)
        assert fetched(south, elsewhere(leader)) == VIDEO
        assert cut.connections == 4


def test_cuts_without_progress_hold_the_task_back_and_lose_nothing(leader: Leader, tmp_path: Path) -> None:
    task = elsewhere(leader)
    with leader.serving(), Meddler(leader.port, cuts=(300_000, 10, 10, 10)) as cut:
        south = supply(tmp_path, cut.url)
        said = refusal(south, task)
        assert "host south asked for" in said and f"host north ({cut.url})" in said and "launch.mp4" in said
        (part,) = (tmp_path / "material").iterdir()
        assert 200_000 < part.stat().st_size < 300_000
        assert fetched(south, task) == VIDEO
        assert not part.exists()


def test_a_part_that_came_whole_before_its_process_ended(leader: Leader, tmp_path: Path) -> None:
    task = elsewhere(leader)
    part = tmp_path / "material" / f"{task.options.files[0].sha256}.part"
    part.parent.mkdir()
    part.write_bytes(VIDEO)
    with leader.serving() as url:
        assert fetched(supply(tmp_path, url), task) == VIDEO


@pytest.mark.parametrize(
    "wrong", [b"not of this file", VIDEO + b"longer", bytes(len(VIDEO))], ids=["short", "longer", "zeros"]
)
def test_a_part_that_is_wrong_comes_anew(leader: Leader, tmp_path: Path, wrong: bytes) -> None:
    task = elsewhere(leader)
    part = tmp_path / "material" / f"{task.options.files[0].sha256}.part"
    part.parent.mkdir()
    part.write_bytes(wrong)
    with leader.serving() as url:
        assert fetched(supply(tmp_path, url), task) == VIDEO


def test_a_kept_file_that_the_disk_has_changed_comes_anew(leader: Leader, tmp_path: Path) -> None:
    task = elsewhere(leader)
    with leader.serving() as url:
        with supply(tmp_path, url).at_hand(task, threading.Event(), SOON) as here:
            Path(here.options.files[0].path).write_bytes(b"rotten")
        assert fetched(supply(tmp_path, url), task) == VIDEO


def test_wrong_bytes_are_refused_with_words(leader: Leader, tmp_path: Path) -> None:
    with leader.serving(), Meddler(leader.port, flips=1000) as wrong:
        said = refusal(supply(tmp_path, wrong.url), elsewhere(leader), TaskError)
    assert "host south asked for" in said and "host north: what it sent has another SHA-256" in said
    assert list((tmp_path / "material").iterdir()) == []


def test_a_file_that_has_changed_since_it_was_planned_is_refused(leader: Leader, tmp_path: Path) -> None:
    leader.video.write_bytes(VIDEO + b"a new cut")
    with leader.serving() as url:
        said = refusal(supply(tmp_path, url), elsewhere(leader), TaskError)
    assert f"{leader.video} on north is not what it was when the task was planned" in said


def test_a_file_that_is_gone_is_told(leader: Leader, tmp_path: Path) -> None:
    leader.video.unlink()
    with leader.serving() as url:
        said = refusal(supply(tmp_path, url), elsewhere(leader), TaskError)
    assert f"{leader.video} is not to be read on north: No such file" in said


def test_another_daemon_that_keeps_the_file_gives_it(leader: Leader, tmp_path: Path) -> None:
    task = elsewhere(leader)
    cache = MaterialCache(tmp_path / "east" / "material", 10**9)
    with leader.serving() as url:
        fetched(FetchingSupply("east", lambda: [Source("north", url)], TOKEN, cache, SystemClock()), task)
    leader.video.unlink()
    with leader.serving() as north, leader.serving("east", cache) as east:
        assert fetched(supply(tmp_path, north, east), task) == VIDEO


def test_nobody_answers(leader: Leader, tmp_path: Path) -> None:
    with leader.serving() as url:
        pass
    said = refusal(supply(tmp_path, url), elsewhere(leader))
    assert f"could not get it: host north ({url}): " in said
    assert "no daemon says where it serves" in refusal(supply(tmp_path), elsewhere(leader))


def test_a_wrong_token_is_told(leader: Leader, tmp_path: Path) -> None:
    with leader.serving() as url:
        said = refusal(supply(tmp_path, url, token="w" * 32), elsewhere(leader))
    assert "wants its token" in said and "RUNNER_TOKEN is the same on all hosts" in said


def test_a_file_that_nobody_could_read_when_it_was_planned(leader: Leader, tmp_path: Path) -> None:
    task = replace(leader.task, options=TaskOptions(named=(SeenFile("/gone/a.png", ""),)))
    assert "could not be read where the task was made" in refusal(supply(tmp_path), task, TaskError)


def test_lanes_that_want_one_file_fetch_it_once(leader: Leader, tmp_path: Path) -> None:
    task = elsewhere(leader)
    with leader.serving(), Meddler(leader.port) as way, ThreadPoolExecutor(8) as pool:
        way.hold.clear()
        south = supply(tmp_path, way.url)
        lanes = [pool.submit(fetched, south, task) for _ in range(8)]
        way.hold.set()
        assert [lane.result() for lane in lanes] == [VIDEO] * 8
        assert way.connections == 1


def test_a_stop_ends_the_wait_for_another_lanes_fetch(leader: Leader, tmp_path: Path) -> None:
    task, stop = elsewhere(leader), threading.Event()
    with leader.serving(), Meddler(leader.port) as way, ThreadPoolExecutor(1) as pool:
        way.hold.clear()
        south = supply(tmp_path, way.url)
        first = pool.submit(fetched, south, task)
        while not way.connections:
            pass
        stop.set()
        with pytest.raises(Stopped), south.at_hand(task, stop, SOON):
            pass
        way.hold.set()
        assert first.result() == VIDEO


def test_the_end_of_an_attempts_time_keeps_what_has_come(leader: Leader, tmp_path: Path) -> None:
    with leader.serving() as url:
        south = supply(tmp_path, url)
        with pytest.raises(HeldBack) as caught, south.at_hand(elsewhere(leader), threading.Event(), 0.0):
            pass
    assert "of it within the task's timeout" in caught.value.message


# the bound of the cache


def test_what_was_used_the_longest_ago_makes_room(leader: Leader, tmp_path: Path) -> None:
    with leader.serving() as url:
        south = supply(tmp_path, url, most_bytes=2_500_000)
        tasks = []
        for number in range(3):
            (leader.folder / f"{number}.mp4").write_bytes(VIDEO + bytes([number]))
            planned = leader.plan(f"k/{number}", leader.folder / f"{number}.mp4")
            tasks.append(
                replace(planned, options=replace(planned.options, files=tuple(
                    file._replace(path=f"/elsewhere/{number}.mp4") for file in planned.options.files
                )))
            )  # fmt: skip
        for number in (0, 1):
            fetched(south, tasks[number])
            os.utime(tmp_path / "material" / tasks[number].options.files[0].sha256, (number, number))
        with south.at_hand(tasks[0], threading.Event(), SOON):  # used now, and in use
            fetched(south, tasks[2])
            kept = {path.name for path in (tmp_path / "material").iterdir()}
            assert kept == {tasks[0].options.files[0].sha256, tasks[2].options.files[0].sha256}


def test_nothing_that_is_in_use_makes_room(leader: Leader, tmp_path: Path) -> None:
    other = leader.folder / "other.mp4"
    other.write_bytes(VIDEO + b"other")
    planned = leader.plan("k/other", other)
    seen = tuple(file._replace(path="/elsewhere/other.mp4") for file in planned.options.files)
    second = replace(planned, options=replace(planned.options, files=seen))
    with leader.serving() as url:
        south = supply(tmp_path, url, most_bytes=1_500_000)
        with south.at_hand(elsewhere(leader), threading.Event(), SOON) as here:
            said = refusal(south, second)
            assert "has no room for it: the cache" in said and "all of it is in use" in said
            assert Path(here.options.files[0].path).read_bytes() == VIDEO
        assert fetched(south, second) == VIDEO + b"other"


def test_a_file_longer_than_the_cache_says_which_setting(leader: Leader, tmp_path: Path) -> None:
    with leader.serving() as url:
        said = refusal(supply(tmp_path, url, most_bytes=1000), elsewhere(leader))
    assert "keeps 0.0 MB at most" in said and "RUNNER_MATERIAL_CACHE" in said


FULL = """
import sys, threading
from pathlib import Path
from runner.backends.fetching import FetchingSupply, Source
from runner.backends.material_cache import MaterialCache
from runner.clock import SystemClock
from runner.errors import HeldBack
from runner.tasks import SeenFile, Task, TaskOptions
from datetime import datetime, UTC
folder, url, sha256, token, blind = Path(sys.argv[1]), *sys.argv[2:]
options = TaskOptions(files=(SeenFile("/elsewhere/launch.mp4", sha256),))
what = ("k/launch", "c", "e", "post", "device", "A1", None, None, "n", 0)
task = Task(*what, datetime.now(UTC), 60.0, {}, options=options)
cache = MaterialCache(folder, 10**9)
if blind == "blind":  # others fill the disk after the look at it
    cache._free = lambda: 10**9
supply = FetchingSupply("south", lambda: [Source("north", url)], token, cache, SystemClock())
filler = folder / "filler"
filler.write_bytes(bytes(600_000))
try:
    with supply.at_hand(task, threading.Event(), 1e12):
        print("got it")
except HeldBack as error:
    print(error.message)
filler.unlink()
with supply.at_hand(task, threading.Event(), 1e12) as here:
    print(Path(here.options.files[0].path).stat().st_size)
"""
MOUNT = ("unshare", "--mount", "sh", "-c", 'mount -t tmpfs -o size=1200k tmpfs "$0" && exec "$@"')


@pytest.mark.parametrize("look", ["looks", "blind"])
def test_a_full_disk_is_told_and_loses_nothing(leader: Leader, tmp_path: Path, look: str) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.geteuid() != 0 or subprocess.run([*MOUNT, str(disk), "true"], check=False).returncode:
        pytest.skip("only root may mount a small disk")
    with leader.serving() as url:
        arguments = (str(disk), url, leader.task.options.files[0].sha256, TOKEN, look)
        done = subprocess.run(
            [*MOUNT, str(disk), sys.executable, "-c", textwrap.dedent(FULL), *arguments],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    said, size = done.stdout.splitlines()
    assert "host south asked for" in said and "has no room for it: the disk of" in said
    assert int(size) == len(VIDEO)


# the server


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/material/{sha}?task=k/launch", 200),
        ("/material/{sha}", 404),
        ("/material/{sha}?task=k/other", 404),
        ("/material/" + "0" * 64 + "?task=k/launch", 404),
        ("/material/..%2F..%2Fetc%2Fpasswd?task=k/launch", 404),
        ("/material/launch.mp4?task=k/launch", 404),
        ("/material//etc/passwd?task=k/launch", 404),
    ],
)
def test_only_what_stands_in_a_task_is_served(leader: Leader, path: str, status: int) -> None:
    sha = leader.task.options.files[0].sha256
    with leader.serving() as url:
        answer = httpx.get(
            f"{url.rstrip('/')}{path.format(sha=sha)}", headers={"Authorization": f"Bearer {TOKEN}"}
        )
        assert answer.status_code == status
        assert httpx.get(f"{url.rstrip('/')}{path.format(sha=sha)}").status_code in (401, 404)


def test_a_range_is_answered(leader: Leader) -> None:
    sha = leader.task.options.files[0].sha256

    def get(url: str, asked: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {TOKEN}", "Range": asked}
        return httpx.get(f"{url.rstrip('/')}/material/{sha}", params={"task": "k/launch"}, headers=headers)

    with leader.serving() as url:
        answer = get(url, "bytes=1000-")
        assert (answer.status_code, answer.content) == (206, VIDEO[1000:])
        assert answer.headers["content-range"] == f"bytes 1000-{len(VIDEO) - 1}/{len(VIDEO)}"
        assert get(url, f"bytes={len(VIDEO)}-").status_code == 416
        assert get(url, "bytes=0-1,5-9").content == VIDEO  # ranges that nobody asks for are not taken


def test_a_name_that_is_none_here(leader: Leader, tmp_path: Path) -> None:
    for number, name in enumerate(("/elsewhere/..", "/", "/a/\0b")):
        files = (leader.task.options.files[0]._replace(path=name),)
        task = replace(leader.task, options=replace(leader.task.options, files=files))
        with leader.serving() as url, suppress(OSError):
            south = supply(tmp_path / str(number), url)
            with south.at_hand(task, threading.Event(), SOON) as here:
                assert Path(here.options.files[0].path).name == "file"
