import subprocess
import sys
from pathlib import Path

import pytest

from runner.scheduling.unread_changes import DOUBT_S, PATIENCE_S, QUIET_S, UnreadChanges, is_open_for_writing

GOOD = """\
version: 1
name: autumn
devices: {studio: [R58M123ABC]}
scripts:
  greet: {script: follow, devices: studio, config: {target_users: ["@one"]}}
"""


def over_after(unread: UnreadChanges, *git_folders: Path) -> float:
    """How many seconds after the change at 0.0 the files can be read, to a twentieth."""
    return next(tick / 20 for tick in range(500) if unread.can_be_read(tick / 20, git_folders))


@pytest.mark.parametrize(
    ("name", "text", "seconds"),
    [
        ("autumn.yaml", GOOD, QUIET_S),
        ("autumn.yaml", "", DOUBT_S),
        ("autumn.yaml", GOOD[:60], DOUBT_S),
        ("autumn.yaml", None, DOUBT_S),
        ("flows/wave.yaml", "version: 1\n", DOUBT_S),
        ("accounts.yaml", "version: 1\n", DOUBT_S),
        ("accounts.yaml", "version: 1\naccounts: {a: {app: tiktok}}\n", QUIET_S),
        ("clip.mp4", "", QUIET_S),
        ("clip.mp4", None, DOUBT_S),
        ("folder", None, DOUBT_S),
    ],
)
def test_how_long_a_change_settles(tmp_path: Path, name: str, text: str | None, seconds: float) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    if text is not None:
        path.write_text(text)
    unread = UnreadChanges()
    unread.note(str(path), 0.0)

    assert over_after(unread) == seconds


def test_another_change_begins_anew(tmp_path: Path) -> None:
    (tmp_path / "autumn.yaml").write_text(GOOD)
    unread = UnreadChanges()
    unread.note(str(tmp_path / "autumn.yaml"), 0.0)
    unread.note(str(tmp_path / "winter.yaml"), 0.15)
    (tmp_path / "winter.yaml").write_text(GOOD)

    assert 0.15 + QUIET_S <= over_after(unread) + 0.001 <= 0.45


@pytest.mark.parametrize(
    "name", [".autumn.yaml", "autumn.yaml~", "#autumn.yaml#", "4913", "notes.txt", ".git"]
)
def test_what_is_of_no_interest_is_forgotten(tmp_path: Path, name: str) -> None:
    unread = UnreadChanges()
    unread.note(str(tmp_path / name), 0.0)

    assert not unread


def test_a_lock_that_git_left_behind_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    (tmp_path / "autumn.yaml").write_text(GOOD)
    (tmp_path / "index.lock").touch()
    unread = UnreadChanges()
    unread.note(str(tmp_path / "autumn.yaml"), 0.0)

    assert over_after(unread, tmp_path) == PATIENCE_S


def test_a_file_that_stays_open_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    path = tmp_path / "autumn.yaml"
    unread = UnreadChanges()
    unread.note(str(path), 0.0)
    with path.open("w") as file:
        file.write(GOOD)
        file.flush()
        assert over_after(unread) == PATIENCE_S


def test_it_is_seen_who_writes_and_not_who_reads(tmp_path: Path) -> None:
    path = tmp_path / "autumn.yaml"
    with path.open("w"):
        assert is_open_for_writing(str(path))
    with path.open():
        assert not is_open_for_writing(str(path))
    assert not is_open_for_writing(str(tmp_path / "gone"))
    assert not is_open_for_writing(str(tmp_path))


def test_asking_harms_neither_side(tmp_path: Path) -> None:
    """A process that opens the file in the instant of a lease gets it, and its signal ends nobody."""
    path = tmp_path / "autumn.yaml"
    path.touch()
    writing = f"for _ in range(30_000): open({str(path)!r}, 'a').close()"
    asked = 0
    with subprocess.Popen([sys.executable, "-c", writing]) as writer:
        while writer.poll() is None:
            is_open_for_writing(str(path))
            asked += 1

    assert writer.returncode == 0
    assert asked > 100
