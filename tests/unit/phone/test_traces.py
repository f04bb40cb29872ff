"""What was changed on phones is on the disk before it is changed, and another process finds it there."""

from pathlib import Path

import pytest

from runner.errors import TaskError
from runner.phone.traces import Trace, TraceKind, Traces

FILE = Trace(TraceKind.MEDIA, "a/task", "/sdcard/Movies/campaign-runner/1.mp4", 7)
SCREEN = Trace(TraceKind.SCREEN, "a/task", "1234")


def test_another_process_finds_them(tmp_path: Path) -> None:
    traces = Traces(tmp_path / "traces")
    traces.note("10.0.0.5:5555", FILE)
    traces.note("10.0.0.5:5555", SCREEN)
    traces.note("../odd", SCREEN)
    again = Traces(tmp_path / "traces")
    assert again.serials() == ["../odd", "10.0.0.5:5555"]
    assert again.of("10.0.0.5:5555") == (FILE, SCREEN)
    assert {path.parent for path in tmp_path.rglob("*.json")} == {tmp_path / "traces"}


def test_what_is_forgotten_is_gone_for_good(tmp_path: Path) -> None:
    traces = Traces(tmp_path)
    traces.note("S1", FILE)
    traces.note("S1", FILE)
    assert traces.of("S1") == (FILE,)
    traces.forget("S1", [FILE])
    traces.forget("S1", [FILE])
    assert traces.serials() == Traces(tmp_path).serials() == []


def test_nothing_is_undone_by_a_file_that_cannot_be_understood(tmp_path: Path) -> None:
    (tmp_path / "S1.json").write_text("[{}]")
    (tmp_path / "S2.json").write_text("[")
    (tmp_path / "S3.json").write_text('[{"kind": "moon", "task": "a"}]')
    assert Traces(tmp_path).serials() == []


def test_what_cannot_be_written_down_is_refused(tmp_path: Path) -> None:
    (tmp_path / "traces").write_text("in the way")
    traces = Traces(tmp_path / "traces")
    with pytest.raises(TaskError, match="S1: what is changed on the phone could not be written down"):
        traces.note("S1", FILE)
    assert traces.serials() == []
