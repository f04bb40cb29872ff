"""Putting a rewritten file in its place, or leaving it alone."""

import os
from pathlib import Path

import pytest

from runner.cli.fixing import write
from runner.errors import RunnerError


def test_the_new_text_is_in_place(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("before", encoding="utf-8")
    write(str(path), "before", "after")
    assert path.read_text(encoding="utf-8") == "after"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_someone_else_changed_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("edited meanwhile", encoding="utf-8")
    with pytest.raises(RunnerError, match=r"a\.yaml was changed while it was read"):
        write(str(path), "before", "after")
    assert path.read_text(encoding="utf-8") == "edited meanwhile"


def test_a_file_that_may_not_be_written_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("before", encoding="utf-8")
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(RunnerError, match=r"a\.yaml cannot be rewritten: it is not writable"):
        write(str(path), "before", "after")
    assert path.read_text(encoding="utf-8") == "before"


def test_a_disk_that_is_full_leaves_the_file_and_no_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("before", encoding="utf-8")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(RunnerError, match=r"a\.yaml cannot be rewritten: No space left on device"):
        write(str(path), "before", "after")
    assert path.read_text(encoding="utf-8") == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_is_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(RunnerError, match=r"a\.yaml cannot be rewritten: No such file"):
        write(str(tmp_path / "a.yaml"), "before", "after")
