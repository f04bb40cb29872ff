"""Files that others name are opened if they are files: nothing waits for a pipe, and nothing reads a device."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from runner.campaign.flow_file import FLOW_FILES
from runner.campaign.loader import load, load_limits
from runner.campaign.secrets import read_secret
from runner.errors import TaskError
from runner.phone.fleet import Fleet
from runner.phone.session import Session
from runner.regular_file import open_regular

READERS: dict[str, Callable[[Path], str]] = {
    "a campaign": lambda path: load(path).diagnostics[0].message,
    "limits": lambda path: load_limits(path).diagnostics[0].message,
    "a flow": lambda path: FLOW_FILES.load(path).diagnostics[0].message,
    "a secret": lambda path: told(lambda: read_secret(f"${{file:{path}}}")),
    "a video": lambda path: told(
        lambda: Session(Fleet(5037), "S1").share(path, "app/.Send", "video/mp4", ".mp4")
    ),
}


def told(action: Callable[[], object]) -> str:
    with pytest.raises(TaskError) as caught:
        action()
    return caught.value.message


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    os.mkfifo(tmp_path / "pipe.yaml")
    return tmp_path / "pipe.yaml"


@pytest.mark.timeout(20)
@pytest.mark.parametrize("what", READERS)
def test_a_pipe_or_a_device_is_told_and_never_waited_for(what: str, pipe: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.yaml"
    link.symlink_to(pipe)
    for path in (pipe, link, Path("/dev/zero"), Path("/dev/stdin")):
        if not path.is_file():  # standard input may be one
            assert "it is no regular file" in READERS[what](path)


def test_a_folder_is_told_in_the_systems_words(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        open_regular(tmp_path)


def test_what_is_opened_stays_what_it_was(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"first")
    with open_regular(path) as file:
        path.unlink()
        path.write_bytes(b"second")
        assert file.read() == b"first"
