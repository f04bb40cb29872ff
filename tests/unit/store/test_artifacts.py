from pathlib import Path, PurePosixPath

import pytest

from runner.errors import LedgerError
from runner.store.artifacts import Artifacts


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "artifacts"


def test_what_is_saved_can_be_read(folder: Path) -> None:
    artifacts = Artifacts(folder)
    screenshot = artifacts.save_screenshot("autumn/publish", 1, 0, b"\xff\xd8jpeg")
    hierarchy = artifacts.save_hierarchy("autumn/publish", 1, 0, "<hierarchy text='Följ'/>")
    assert artifacts.read(screenshot) == b"\xff\xd8jpeg"
    assert artifacts.read(hierarchy) == "<hierarchy text='Följ'/>".encode()
    assert (PurePosixPath(screenshot).suffix, PurePosixPath(hierarchy).suffix) == (".jpg", ".xml")


def test_each_step_of_each_attempt_has_a_file_of_its_own(folder: Path) -> None:
    artifacts = Artifacts(folder)
    steps = [(key, attempt, step) for key in ("a", "b") for attempt in (1, 2) for step in (0, 1, 10)]
    assert len({artifacts.save_screenshot(*step, b"") for step in steps}) == len(steps)


@pytest.mark.parametrize("key", ["../../etc/passwd", "/etc/passwd", "a" * 5000, "å/\0/ /%2F", ".."])
def test_no_task_key_leads_out_of_the_folder(folder: Path, key: str) -> None:
    path = Artifacts(folder).save_screenshot(key, 1, 0, b"jpeg")
    assert (folder / path).resolve().is_relative_to(folder)
    assert len(path) < 60


def test_text_that_is_not_quite_unicode_is_kept_all_the_same(folder: Path) -> None:
    artifacts = Artifacts(folder)
    assert artifacts.read(artifacts.save_hierarchy("a", 1, 0, "<a text='\ud83d'/>")) == b"<a text='?'/>"


def test_a_file_that_somebody_has_removed(folder: Path) -> None:
    artifacts = Artifacts(folder)
    path = artifacts.save_screenshot("a", 1, 0, b"jpeg")
    (folder / path).unlink()
    assert artifacts.read(path) is None


def test_a_place_where_nothing_can_be_written(folder: Path) -> None:
    folder.write_text("a file in the way")
    with pytest.raises(LedgerError, match=f"cannot write {folder}") as caught:
        Artifacts(folder).save_screenshot("a", 1, 0, b"jpeg")
    assert caught.value.hint is not None


def test_what_is_removed_leaves_no_empty_folder_and_nothing_else_is_touched(folder: Path) -> None:
    artifacts = Artifacts(folder)
    old, kept = (artifacts.save_screenshot("a", attempt, 0, b"jpeg") for attempt in (1, 2))
    other = artifacts.save_screenshot("b", 1, 0, b"jpeg")
    artifacts.remove([old, other, "no/such/file.jpg"])
    assert (artifacts.read(old), artifacts.read(other), artifacts.read(kept)) == (None, None, b"jpeg")
    artifacts.remove([kept])
    assert [path for path in folder.rglob("*") if path.is_file()] == []
    assert list(folder.glob("*/*")) == []
