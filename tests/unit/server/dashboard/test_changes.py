"""What pages are told of, and what they are told after they were away."""

import threading

import pytest

from runner.clock import SystemClock
from runner.events import (
    CampaignsReloaded,
    DaemonTroubled,
    OccurrenceDecided,
    StepStarted,
    TaskFinished,
)
from runner.server.dashboard import changes
from runner.server.dashboard.changes import EVERYTHING, Changes, topic, topics_of
from runner.store.ledger import Ledger, Writes
from runner.tasks import AttemptOutcome, Outcome, TaskState

KEY = "my%20campaign/greet/n/S1/@north"
DONE = Outcome(AttemptOutcome.COMPLETED)


class Writing:
    """Who has written, as a test says."""

    def __init__(self) -> None:
        self.writes = Writes(own=False, foreign=False)

    def __call__(self) -> Writes:
        found, self.writes = self.writes, Writes(own=False, foreign=False)
        return found


def test_an_event_concerns_its_task_its_phone_and_its_campaign() -> None:
    assert topics_of(TaskFinished(KEY, "[::1]:5555", TaskState.COMPLETED, DONE, 1.0)) == {
        "now",
        "timeline",
        "campaign:my%20campaign",
        topic("task", KEY),
        "phone:%5B%3A%3A1%5D%3A5555",
    }
    assert topics_of(StepStarted(KEY, "S1", 1, 2, "tap")) == {"now", topic("task", KEY), "phone:S1"}
    decided = OccurrenceDecided("trial", "greet", "n", "missed", "", 0)
    assert topics_of(decided) == {"now", "timeline", "campaigns", "campaign:trial"}
    assert topics_of(CampaignsReloaded(1, 1, 0, 0)) == {EVERYTHING}
    assert topics_of(DaemonTroubled("no files")) == {"now"}


@pytest.mark.parametrize("name", ["a b", "é", "[x]", "a,b", "../x", '"', "a:b"])
def test_a_topic_can_be_the_name_of_an_event(name: str) -> None:
    assert set(topic("phone", name)) <= set("abcdefghijklmnopqrstuvwxyzABCDEF0123456789%:.")


def test_a_page_hears_what_it_asks_for_and_has_missed() -> None:
    told = Changes(Writing())
    seen = told.id
    assert not told.collect() and told.since(seen, ["now"]) == []
    told.tell("now", "phone:S1")
    told.tell("timeline")
    assert told.since(seen, ["now"]) == [], "not before they are collected"
    assert told.collect() and not told.collect()
    told.tell("phone:S2")
    assert told.collect()
    assert told.since(seen, ["now", "phone:S2", "x"]) == ["now", "phone:S2"]
    assert told.since(told.id, ["now"]) == []


@pytest.mark.parametrize(
    "seen", [None, "", "x", "other-0", "other-", "-1", "{boot}-", "{boot}-99", "{boot}--1", "{boot}-²"]
)
def test_a_page_that_has_seen_something_else_hears_that_everything_changed(seen: str | None) -> None:
    told = Changes(Writing())
    boot = told.id.partition("-")[0]
    assert told.since(seen and seen.format(boot=boot), ["now"]) == [EVERYTHING]


def test_what_is_too_long_ago_is_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "REMEMBERED", 3)
    told = Changes(Writing())
    ids = [told.id]
    for number in range(5):
        told.tell(f"task:{number}")
        told.collect()
        ids.append(told.id)
    wanted = [f"task:{number}" for number in range(5)]
    assert told.since(ids[2], wanted) == wanted[2:]
    assert told.since(ids[1], wanted) == [EVERYTHING]


def test_many_things_at_once_are_everything() -> None:
    told = Changes(Writing())
    seen = told.id
    told.tell(*(f"task:{number}" for number in range(changes.MOST_TOPICS + 1)))
    told.collect()
    assert told.since(seen, ["task:1"]) == [EVERYTHING]


def test_a_write_of_another_process_may_have_changed_anything() -> None:
    writing = Writing()
    told = Changes(writing)
    seen = told.id
    writing.writes = Writes(own=False, foreign=True)
    assert told.collect() and told.since(seen, ["x"]) == [EVERYTHING]


def test_writes_without_an_event_are_told_seldom(monkeypatch: pytest.MonkeyPatch) -> None:
    writing = Writing()
    told = Changes(writing)
    seen = told.id
    for expected in (True, False):
        writing.writes = Writes(own=True, foreign=False)
        assert told.collect() is expected
    assert told.since(seen, ["now", "timeline", "phone:S1"]) == ["now", "timeline"]
    monkeypatch.setattr(changes, "SILENT_EVERY_S", -1.0)
    assert told.collect() and not told.collect(), "the second write is told later, and once"


def test_threads_lose_nothing() -> None:
    told = Changes(Writing())
    seen = told.id
    threads = [
        threading.Thread(target=lambda first=first: [told.tell(f"task:{first + at}") for at in range(40)])
        for first in range(0, 400, 40)
    ]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        told.collect()
    told.collect()
    wanted = [f"task:{number}" for number in range(400)]
    assert set(told.since(seen, wanted)) in ({*wanted}, {EVERYTHING})


def test_a_watch_tells_whose_writes_they_are(tmp_path_factory: pytest.TempPathFactory) -> None:
    url = f"sqlite:///{tmp_path_factory.mktemp('watch') / 'ledger.db'}"
    with Ledger.open(url, SystemClock()) as ledger, Ledger.open(url, SystemClock()) as other:
        watch = ledger.watch()
        assert watch() == Writes(own=False, foreign=False)
        ledger.holds.place("S1", "a login screen")
        assert watch() == Writes(own=True, foreign=False)
        other.holds.place("S2", "a login screen")
        assert watch() == Writes(own=False, foreign=True)
        assert watch() == Writes(own=False, foreign=False)
        assert ledger.changed(), "the executor's own look misses nothing by that"
