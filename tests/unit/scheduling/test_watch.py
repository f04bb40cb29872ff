"""The watcher on real files: one call for what changed, none for what is not a campaign's, and soon."""

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue

import pytest

from runner.clock import SystemClock
from runner.scheduling import watch as watch_module
from runner.scheduling.folder import CampaignFolder
from runner.scheduling.reload import Reload
from runner.scheduling.watch import Watch
from runner.store.ledger import Ledger

PATIENCE_S = 20.0
A_WHILE_S = 1.4
"""Longer than the watcher takes to tell of anything that it is going to tell."""

GOOD = """\
version: 1
name: autumn
timezone: Europe/Stockholm
devices:
  studio: [R58M123ABC]
scripts:
  greet:
    script: follow
    devices: studio
    start_times: ["09:00"]
    config: {target_users: ["@one"]}
"""


class Watched:
    """A watcher's calls. How soon they come is measured by `bench`, where nothing else keeps the machine busy."""

    def __init__(self) -> None:
        self.calls: Queue[None] = Queue()

    def on_change(self) -> None:
        self.calls.put(None)

    def soon(self) -> None:
        """Wait for a call."""
        self.calls.get(timeout=PATIENCE_S)

    def once(self) -> None:
        """The same, and it stays the only one."""
        self.soon()
        self.never()

    def never(self) -> None:
        with pytest.raises(Empty):
            self.calls.get(timeout=A_WHILE_S)


@contextmanager
def watching(*paths: Path) -> Iterator[Watched]:
    watched = Watched()
    watch = Watch(paths, watched.on_change)
    watch.start()
    try:
        yield watched
    finally:
        watch.stop()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "campaigns"
    (folder / "flows").mkdir(parents=True)
    (folder / "media").mkdir()
    (folder / "autumn.yaml").write_text(GOOD)
    return folder


def _in_place(folder: Path) -> None:
    (folder / "autumn.yaml").write_text(GOOD + "# more\n")


def _as_vim_does(folder: Path) -> None:
    """With backupcopy=auto: a probe, the old file renamed, a new one written, the backup removed."""
    (folder / "4913").touch()
    (folder / "4913").unlink()
    (folder / ".autumn.yaml.swp").write_text("swap")
    (folder / "autumn.yaml").rename(folder / "autumn.yaml~")
    (folder / "autumn.yaml").write_text(GOOD)
    (folder / "autumn.yaml~").unlink()
    (folder / ".autumn.yaml.swp").unlink()


def _as_emacs_does(folder: Path) -> None:
    (folder / ".#autumn.yaml").symlink_to("user@host.1234:1700000000")
    (folder / "#autumn.yaml#").write_text(GOOD)
    (folder / "autumn.yaml").rename(folder / "autumn.yaml~")
    (folder / "autumn.yaml").write_text(GOOD)
    (folder / "#autumn.yaml#").unlink()
    (folder / ".#autumn.yaml").unlink()


def _by_replacing(folder: Path) -> None:
    (folder / "autumn.yaml.tmp-1234").write_text(GOOD)
    (folder / "autumn.yaml.tmp-1234").replace(folder / "autumn.yaml")


def _new_flow(folder: Path) -> None:
    (folder / "flows" / "wave.yaml").write_text("version: 1\n")


def _new_folder(folder: Path) -> None:
    (folder.parent / "elsewhere").mkdir()
    (folder.parent / "elsewhere" / "winter.yaml").write_text(GOOD)
    (folder.parent / "elsewhere").rename(folder / "more")


def _removal(folder: Path) -> None:
    (folder / "autumn.yaml").unlink()


def _wrong(folder: Path) -> None:
    (folder / "autumn.yaml").write_text("version: 1\n")


def _material(folder: Path) -> None:
    (folder / "media" / "clip.mp4").write_bytes(b"\x00\x00\x00\x18ftypisom")


def _gone(folder: Path) -> None:
    shutil.rmtree(folder)


@pytest.mark.parametrize(
    "change",
    [
        _in_place,
        _as_vim_does,
        _as_emacs_does,
        _by_replacing,
        _new_flow,
        _new_folder,
        _removal,
        _wrong,
        _material,
        _gone,
    ],
)
def test_a_change_is_told_once_and_soon(folder: Path, change: Callable[[Path], None]) -> None:
    with watching(folder) as watched:
        change(folder)

        watched.once()


def test_what_editors_and_git_leave_beside_campaigns_is_no_change(folder: Path) -> None:
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
    with watching(folder) as watched:
        for name in ("4913", "autumn.yaml~", "#autumn.yaml#", ".autumn.yaml.swp", "autumn.yaml.tmp", "x.log"):
            (folder / name).write_text("x")
            (folder / name).unlink()
        subprocess.run(["git", "add", "."], cwd=folder, check=True)
        os.utime(folder)

        watched.never()


def test_a_file_that_is_still_open_is_waited_for(folder: Path) -> None:
    """The half of it would be a campaign in its own right, with less to do."""
    with watching(folder) as watched, (folder / "autumn.yaml").open("w") as file:
        file.write(GOOD)
        file.flush()
        watched.never()
        file.write("# the end\n")
        file.close()

        watched.soon()


@pytest.mark.parametrize("half", ["", GOOD[:90]])
def test_a_file_that_is_halfway_is_given_time(folder: Path, half: str) -> None:
    with watching(folder) as watched:
        (folder / "autumn.yaml").write_text(half)
        time.sleep(0.6)
        (folder / "autumn.yaml").write_text(GOOD)

        watched.once()


def test_a_file_that_is_gone_for_a_moment_was_not_removed(folder: Path) -> None:
    with watching(folder) as watched:
        (folder / "autumn.yaml").unlink()
        time.sleep(0.6)
        (folder / "autumn.yaml").write_text(GOOD)

        watched.once()


def test_a_checkout_is_waited_for(folder: Path) -> None:
    git_folder = folder.parent / ".git"
    subprocess.run(["git", "init", "--quiet"], cwd=folder.parent, check=True)
    with watching(folder) as watched:
        (git_folder / "index.lock").touch()
        (folder / "autumn.yaml").write_text(GOOD + "# one\n")
        watched.never()
        (folder / "winter.yaml").write_text(GOOD)
        (git_folder / "index.lock").unlink()

        watched.soon()


def test_another_branch_is_one_change_and_a_commit_is_one_too(folder: Path) -> None:
    def git(*arguments: str) -> None:
        who = ("-c", "user.name=Tester", "-c", "user.email=tester@example.org", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *who, *arguments], cwd=folder.parent, check=True, capture_output=True)

    git("init", "--quiet", "--initial-branch=main")
    git("add", ".")
    git("commit", "--quiet", "--message", "First")
    git("checkout", "--quiet", "-b", "other")
    for number in range(50):
        (folder / f"campaign-{number}.yaml").write_text(GOOD)
    with watching(folder) as watched:
        git("add", ".")
        git("commit", "--quiet", "--message", "Fifty")
        watched.once()
        git("checkout", "--quiet", "main")
        watched.once()


def test_a_folder_that_is_made_again_is_watched_again(folder: Path) -> None:
    with watching(folder) as watched:
        shutil.rmtree(folder)
        watched.soon()
        folder.mkdir()
        (folder / "autumn.yaml").write_text(GOOD)
        watched.once()
        (folder / "autumn.yaml").write_text(GOOD + "# more\n")
        watched.soon()


def test_a_folder_that_is_not_there_yet_is_watched_when_it_comes(folder: Path) -> None:
    with watching(folder / "later") as watched:
        (folder / "later").mkdir()

        watched.soon()


def test_a_link_to_another_release_is_followed(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "release-2")
    current = tmp_path / "current"
    current.symlink_to(folder)
    with watching(current) as watched:
        (tmp_path / "new").symlink_to(tmp_path / "release-2")
        (tmp_path / "new").replace(current)
        watched.soon()
        (tmp_path / "release-2" / "autumn.yaml").write_text(GOOD + "# more\n")
        watched.soon()


def test_what_a_link_leads_to_is_watched(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "shared.yaml").write_text(GOOD)
    (folder / "linked.yaml").symlink_to(tmp_path / "shared.yaml")
    with watching(folder) as watched:
        (tmp_path / "shared.yaml").write_text(GOOD + "# more\n")

        watched.soon()


def test_a_single_file_is_watched_with_its_flows_and_without_its_neighbours(folder: Path) -> None:
    with watching(folder / "autumn.yaml") as watched:
        (folder / "winter.yaml").write_text(GOOD)
        watched.never()
        _by_replacing(folder)
        watched.soon()
        _new_flow(folder)
        watched.soon()
        (folder / "accounts.yaml").write_text("version: 1\naccounts: {a: {app: tiktok}}\n")
        watched.soon()


def test_media_that_are_being_copied_do_not_keep_campaigns_waiting(folder: Path) -> None:
    stop = threading.Event()

    def copy() -> None:
        with (folder / "media" / "long.mp4").open("wb") as file:
            while not stop.wait(0.02):
                file.write(b"x" * 1000)
                file.flush()

    copying = threading.Thread(target=copy)
    with watching(folder) as watched:
        copying.start()
        try:
            time.sleep(0.5)
            _in_place(folder)
            watched.once()
        finally:
            stop.set()
            copying.join()
        watched.soon()


def test_where_notifications_are_used_up_it_polls(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As inotify answers when there are too many watches or instances."""

    def refuse(*arguments: object) -> object:
        raise OSError(28, "OS file watch limit reached.")

    monkeypatch.setattr(watch_module, "RustNotify", refuse)
    watched = Watched()
    watch = Watch([folder], watched.on_change)
    watch.start()
    try:
        assert (
            watch.no_notifications is not None
            and "no file notifications left" in watch.no_notifications.message
        )
        for change in (_in_place, _by_replacing, _new_flow, _material, _removal, _gone):
            change(folder)
            watched.soon()
    finally:
        watch.stop()


@pytest.mark.parametrize("place", ["", ".git", "media"])
def test_a_name_that_is_no_utf8_ends_notifications_and_nothing_else(folder: Path, place: str) -> None:
    watched = Watched()
    watch = Watch([folder], watched.on_change)
    (folder / place).mkdir(exist_ok=True)
    watch.start()
    try:
        (folder / place / os.fsdecode(b"caf\xe9.yaml")).write_text(GOOD)
        watched.soon()
        assert watch.no_notifications is not None and "no UTF-8" in watch.no_notifications.message
        for change in (_in_place, _by_replacing, _new_flow, _material, _removal, _gone):
            change(folder)
            watched.soon()
    finally:
        watch.stop()


def test_a_folder_whose_name_is_no_utf8_is_polled(folder: Path) -> None:
    odd = folder.rename(folder.parent / os.fsdecode(b"caf\xe9"))
    with watching(odd) as watched:
        _in_place(odd)
        watched.soon()


def test_a_linked_folder_is_watched_and_so_is_the_next_one_it_leads_to(folder: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "winter.yaml").write_text(GOOD)
    with watching(folder) as watched:
        (folder / "more").symlink_to(tmp_path / "one")
        watched.soon()
        (tmp_path / "one" / "winter.yaml").write_text(GOOD + "# more\n")
        watched.soon()
        (tmp_path / "new").symlink_to(tmp_path / "two")
        (tmp_path / "new").replace(folder / "more")
        watched.soon()
        (tmp_path / "two" / "winter.yaml").write_text(GOOD + "# more\n")
        watched.soon()


def test_a_change_that_keeps_size_and_time_is_noticed_by_glances(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object) -> object:
        raise OSError(28, "OS file watch limit reached.")

    monkeypatch.setattr(watch_module, "RustNotify", refuse)
    with watching(folder) as watched:
        before = (folder / "autumn.yaml").stat()
        (folder / "autumn.yaml").write_text(GOOD.replace("09:00", "09:30"))
        os.utime(folder / "autumn.yaml", ns=(before.st_atime_ns, before.st_mtime_ns))
        watched.soon()


def test_files_are_looked_at_now_and_then_in_any_case(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch_module, "ANYWAY_S", 0.3)
    with watching(folder) as watched:
        for _ in range(2):
            watched.soon()


def test_it_says_nothing_more_once_it_is_stopped(folder: Path) -> None:
    watched = Watched()
    watch = Watch([folder], watched.on_change)
    watch.start()
    _in_place(folder)

    watch.stop()

    watched.never()


def test_it_can_be_stopped_from_what_it_calls(folder: Path) -> None:
    stopped = threading.Event()

    def on_change() -> None:
        watch.stop()
        stopped.set()

    watch = Watch([folder], on_change)
    watch.start()
    _in_place(folder)

    assert stopped.wait(PATIENCE_S)


def test_another_branch_is_in_force_soon(tmp_path: Path) -> None:
    """Watcher, files, git and ledger together, a hundred campaigns, and an entry that the other branch moves."""

    def git(*arguments: str) -> str:
        who = ("-c", "user.name=Tester", "-c", "user.email=tester@example.org", "-c", "commit.gpgsign=false")
        answer = subprocess.run(
            ["git", *who, *arguments], cwd=work_tree, check=True, capture_output=True, text=True
        )
        return answer.stdout.strip()

    work_tree = tmp_path / "work-tree"
    work_tree.mkdir()
    git("init", "--quiet", "--initial-branch=main")
    for branch, hour in (("main", "09"), ("other", "10")):
        git("checkout", "--quiet", "-B", branch)
        for number in range(100):
            text = GOOD.replace("autumn", f"autumn-{number}").replace("09:00", f"{hour}:{number % 60:02}")
            (work_tree / f"campaign-{number}.yaml").write_text(text)
        git("add", ".")
        git("commit", "--quiet", "--message", branch)
    reloads: Queue[Reload] = Queue()
    with Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}", SystemClock()) as ledger:
        folder = CampaignFolder([work_tree], ledger, SystemClock())
        watch = Watch([work_tree], lambda: reloads.put(folder.load()))
        watch.start()
        try:
            folder.load()
            git("checkout", "--quiet", "main")
            reload = reloads.get(timeout=PATIENCE_S)
        finally:
            watch.stop()

    assert [str(change.what) for change in reload.changes] == ["moved"] * 100
    assert {campaign.commit for campaign in folder.campaigns} == {git("rev-parse", "main")}
