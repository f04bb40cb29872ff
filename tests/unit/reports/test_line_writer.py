"""Lines for a reader who may stand still."""

import os
import threading
from collections.abc import Iterator

import pytest

from runner.reports.line_writer import LineWriter

PATIENCE_S = 30.0


class Reader:
    """Takes lines only while it is `awake`."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.awake = threading.Event()
        self.asked = threading.Event()

    def take(self, line: str) -> None:
        self.asked.set()
        assert self.awake.wait(PATIENCE_S)
        self.lines.append(line)


@pytest.fixture
def reader() -> Iterator[Reader]:
    reader = Reader()
    yield reader
    reader.awake.set()


@pytest.fixture
def writer(reader: Reader) -> Iterator[LineWriter]:
    writer = LineWriter(reader.take, lambda count: f"{count} dropped", most_waiting=10)
    writer.start()
    yield writer
    reader.awake.set()
    assert writer.close(PATIENCE_S)


def test_who_writes_does_not_wait_and_what_is_dropped_is_counted_and_said(
    reader: Reader, writer: LineWriter
) -> None:
    writer.put("first")
    assert reader.asked.wait(PATIENCE_S)
    for line in ("second", "3rd", "too much", "4", "5"):
        writer.put(line)
    assert writer.dropped == 3 and writer.stalled_s > 0
    assert not writer.flush(0.01)
    reader.awake.set()
    assert writer.flush(PATIENCE_S)
    writer.put("later")
    assert writer.flush(PATIENCE_S)
    assert reader.lines == ["first", "second", "3rd", "3 dropped", "later"]
    assert writer.stalled_s == 0


def test_an_end_does_not_wait_for_a_reader_who_stands_still(reader: Reader, writer: LineWriter) -> None:
    writer.put("first")
    assert reader.asked.wait(PATIENCE_S)
    assert not writer.close(0.01)


@pytest.mark.parametrize("error", [BrokenPipeError(), ValueError("closed"), SystemExit(1)])
def test_a_reader_who_has_gone_costs_lines_only(error: BaseException) -> None:
    def refuse(line: str) -> None:
        raise error

    writer = LineWriter(refuse, str)
    writer.start()
    writer.put("one")
    writer.put("two")
    assert writer.flush(PATIENCE_S)
    assert writer.dropped == 2
    writer.close(0)


def test_a_pipe_that_nobody_reads_stops_nobody() -> None:
    read, write = os.pipe()
    writer = LineWriter(lambda line: os.write(write, line.encode()) and None, str)
    writer.start()
    for _ in range(100):
        writer.put("x" * 4096)
    assert not writer.flush(0.05)
    os.close(read)  # the write that waits fails
    assert writer.flush(PATIENCE_S)
    writer.close(PATIENCE_S)
    os.close(write)
