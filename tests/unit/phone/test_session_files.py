"""Files on their way to a phone."""

from pathlib import Path

import pytest

from runner.errors import TaskError
from runner.phone.fleet import Fleet
from runner.phone.session import Session


def test_a_file_that_is_gone_by_now_is_named(tmp_path: Path) -> None:
    gone = tmp_path / "launch.mp4"
    with pytest.raises(TaskError, match=r"launch\.mp4 could not be read .*: No such file or directory"):
        Session(Fleet(5037), "S1").share(gone, "com.app/.Send", "video/mp4", ".mp4")
