"""Streams of changes over real sockets: they are resumed, bounded, and leave nothing behind."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import httpx
import pytest
from dashboard_desk import DashboardDesk, TestBrowser
from until import until

from runner.server.dashboard import stream
from runner.server.dashboard.changes import EVERYTHING
from runner.server.dashboard.stream import Streams


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "TICK_S", 0.02)


@pytest.fixture
def url(shown: DashboardDesk) -> Iterator[str]:
    with shown.served() as url:
        yield url


class Listener:
    """One stream, as an EventSource reads it."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self.lines = answer.iter_lines()
        self.last_id = ""

    def next(self) -> list[str]:
        """The topics of the next change."""
        for line in self.lines:
            name, _, value = line.partition(": ")
            if name == "id":
                self.last_id = value
            if name == "data":
                return list(json.loads(value)["topics"])
        raise AssertionError("the stream has ended")

    def ends(self) -> bool:
        return not [line for line in self.lines if line.startswith("data")]


@contextmanager
def listening(url: str, *topics: str, since: str | None = None, **headers: str) -> Iterator[Listener]:
    query = httpx.QueryParams([*(("topics", one) for one in topics), *([("since", since)] if since else [])])
    asked = f"{url}/stream?{query}"
    # Without certificates, which take longer to read than all the rest.
    with (
        httpx.Client(timeout=20, verify=False) as client,
        client.stream("GET", asked, headers=headers) as answer,
    ):
        assert answer.status_code == 200, answer.read()
        yield Listener(answer)


def streams_of(shown: DashboardDesk) -> Streams:
    streams: Streams = shown.app.state.frame.streams
    return streams


def test_a_page_hears_of_its_topics_and_of_now(shown: DashboardDesk, url: str) -> None:
    with listening(url, "phone:S1", since=shown.desk.changes.id) as heard:
        assert heard.answer.headers["content-type"].startswith("text/event-stream")
        assert heard.answer.headers["cache-control"] == "no-store"
        shown.desk.changes.tell("phone:S1", "phone:S2")
        assert heard.next() == ["phone:S1"]
        shown.desk.changes.tell("now", "timeline")
        assert heard.next() == ["now"]
        shown.desk.changes.tell()
        assert heard.next() == [EVERYTHING]


def test_a_stream_that_was_cut_goes_on_where_it_was(shown: DashboardDesk, url: str) -> None:
    with listening(url, "phone:S1", since=shown.desk.changes.id) as heard:
        shown.desk.changes.tell("phone:S1")
        heard.next()
    until(lambda: streams_of(shown).count == 0)
    shown.desk.changes.tell("phone:S1", "now", "phone:S2")
    with listening(url, "phone:S1", since="of old", **{"Last-Event-ID": heard.last_id}) as again:
        assert again.next() == ["now", "phone:S1"]


@pytest.mark.parametrize("last", ["", "another-boot-3"])
def test_whoever_saw_something_else_hears_that_everything_changed(
    shown: DashboardDesk, url: str, last: str
) -> None:
    with listening(url, "phone:S1", **{"Last-Event-ID": last}) as heard:
        assert heard.next() == [EVERYTHING]


def test_a_page_asks_for_the_changes_since_it_was_made(shown: DashboardDesk, url: str) -> None:
    with TestBrowser(url) as browser:
        html = browser.page("/preferences")
    since = html.partition('data-since="')[2].partition('"')[0]
    shown.desk.changes.tell("now")
    with listening(url, since=since) as heard:
        assert heard.next() == ["now"]


def test_a_silent_stream_says_that_it_lives(
    shown: DashboardDesk, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "HEARTBEAT_S", 0.05)
    with listening(url, since=shown.desk.changes.id) as heard:
        assert next(line for line in heard.lines if "alive" in line) == ": alive"


def test_what_many_tell_at_once_is_told_once(
    shown: DashboardDesk, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "TICK_S", 0.3)
    with listening(url, *(f"task:{number}" for number in range(100)), since=shown.desk.changes.id) as heard:
        until(lambda: streams_of(shown).is_ticking)
        before = shown.desk.changes.id
        for number in range(100):
            shown.desk.changes.tell(f"task:{number}")
        told = [heard.next()]
        while len(set().union(*told)) < 100:
            told.append(heard.next())
        assert len(told) <= 2 and before != heard.last_id


def test_two_hundred_streams_leave_nothing_behind(
    shown: DashboardDesk, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "MOST_STREAMS", 200)
    streams, tasks = streams_of(shown), []

    def count_tasks() -> int:
        loop = streams._loop
        assert loop is not None
        counted = threading.Event()

        def count() -> None:
            tasks.append(len(asyncio.all_tasks(loop)))
            counted.set()

        loop.call_soon_threadsafe(count)
        assert counted.wait(10)
        return tasks[-1]

    with listening(url) as heard:
        heard.next()
    until(lambda: streams.count == 0 and not streams.is_ticking)
    before = count_tasks()
    for _ in range(4):
        with ExitStack() as stack:
            opened = [stack.enter_context(listening(url)) for _ in range(50)]
            assert all(one.next() for one in opened)
            assert streams.count == 50
    until(lambda: streams.count == 0 and not streams.is_ticking)
    until(lambda: count_tasks() <= before)


def test_too_many_streams_are_asked_to_come_again(
    shown: DashboardDesk, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "MOST_STREAMS", 2)
    with listening(url), listening(url):
        answer = httpx.get(f"{url}/stream")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
        assert httpx.get(f"{url}/preferences").status_code == 200
    until(lambda: streams_of(shown).count == 0)
    with listening(url) as heard:
        assert heard.next()


def test_the_end_of_the_server_waits_for_no_stream(shown: DashboardDesk) -> None:
    with ExitStack() as stack:
        with shown.served() as url:
            opened = [stack.enter_context(listening(url, since=shown.desk.changes.id)) for _ in range(5)]
            until(lambda: streams_of(shown).count == 5)
            began = time.monotonic()
        assert all(one.ends() for one in opened)
        assert time.monotonic() - began < 3
    assert streams_of(shown).count == 0


def test_asking_whether_there_is_a_stream_opens_none(shown: DashboardDesk, url: str) -> None:
    assert httpx.head(f"{url}/stream").status_code == 200
    assert streams_of(shown).count == 0
