"""What the daemon removes when it has become old."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from claims import claim

from runner.clock import ManualClock, SystemClock
from runner.clock_watch import ClockWatch
from runner.daemon.retention import RetentionJob
from runner.reports.log_lines import LogLines
from runner.scheduling.jobs import Jobs
from runner.store.artifacts import Artifacts
from runner.store.ledger import Ledger
from runner.tasks import (
    AttemptOutcome,
    Occurrence,
    Outcome,
    StepOutcome,
    StepRecord,
    Task,
    TaskState,
)

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
KEEP = timedelta(days=90)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def ledger(tmp_path: Path, clock: ManualClock) -> Iterator[Ledger]:
    with Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}", clock) as ledger:
        yield ledger


@pytest.fixture
def artifacts(tmp_path: Path) -> Artifacts:
    return Artifacts(tmp_path / "artifacts")


def occurrence_of(
    ledger: Ledger, clock: ManualClock, nominal: str
) -> tuple[int, list[Occurrence], list[Task]]:
    """An occurrence of one task, and the version of its campaign."""
    occurrence = Occurrence("demo", "greet", nominal, "08:00", clock.now())
    key = f"demo/greet/{nominal}/A/@one"
    task = Task(
        key, "demo", "greet", "follow", "device", "A", None, "@one", nominal, 0, clock.now(), 600.0, {}
    )
    version = ledger.campaigns.record("demo", "demo.yaml", "version: 1", None)
    return version, [occurrence], [task]


def carry_out(ledger: Ledger, artifacts: Artifacts, clock: ManualClock, nominal: str) -> tuple[str, str]:
    """A task that is completed now; its key, and the path of its screenshot."""
    version, occurrences, tasks = occurrence_of(ledger, clock, nominal)
    assert ledger.occurrences.add(version, occurrences, tasks) == 1
    key = tasks[0].key
    attempt = claim(ledger, key)
    screenshot = artifacts.save_screenshot(key, 1, 1, b"jpeg")
    step = StepRecord(1, "tap", "tap", "follow.yaml:1", StepOutcome.COMPLETED, "", clock.now(), 0.1)
    ledger.attempts.add_step(attempt.id, step, screenshot, None)
    ledger.attempts.finish(attempt.id, Outcome(AttemptOutcome.COMPLETED), TaskState.COMPLETED)
    return key, screenshot


def test_old_screenshots_and_attempts_go_and_the_key_stays(
    ledger: Ledger, artifacts: Artifacts, clock: ManualClock
) -> None:
    _, old_screenshot = carry_out(ledger, artifacts, clock, "2026-11-21T08:00:00Z")
    clock.advance(KEEP.total_seconds() / 2)
    young, young_screenshot = carry_out(ledger, artifacts, clock, "2027-01-05T08:00:00Z")
    clock.advance(KEEP.total_seconds() / 2 + 1)

    stream = StringIO()
    with LogLines(stream, "json", UTC) as log:
        retention = RetentionJob(ledger, artifacts, KEEP, clock, log, threading.Event())
        retention.prune()
        retention.prune()
    (line,) = map(json.loads, stream.getvalue().splitlines())
    assert (line["event"], line["tasks"], line["files"]) == ("old records removed", 1, 1)
    assert (artifacts.read(old_screenshot), artifacts.read(young_screenshot)) == (None, b"jpeg")
    record = ledger.tasks.record_of(young)
    assert record is not None and len(record.attempts) == 1
    assert ledger.occurrences.add(*occurrence_of(ledger, clock, "2026-11-21T08:00:00Z")) == 0


def test_an_end_does_not_wait_for_all_that_is_old(
    ledger: Ledger, artifacts: Artifacts, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    screenshots = [carry_out(ledger, artifacts, clock, f"2026-11-21T08:0{n}:00Z")[1] for n in range(3)]
    clock.advance(KEEP.total_seconds() + 1)
    monkeypatch.setattr("runner.store.retention.AT_ONCE", 1)
    stream = StringIO()
    with LogLines(stream, "json", UTC) as log:
        retention = RetentionJob(ledger, artifacts, KEEP, clock, log, threading.Event())
        retention._stop.set()
        retention.prune()
    line = json.loads(stream.getvalue())
    assert (line["tasks"], line["files"]) == (1, 1)
    assert [artifacts.read(screenshot) for screenshot in screenshots].count(None) == 1


def test_what_cannot_be_removed_is_told_and_tried_again(
    ledger: Ledger, artifacts: Artifacts, clock: ManualClock
) -> None:
    _, screenshot = carry_out(ledger, artifacts, clock, "2026-11-21T08:00:00Z")
    clock.advance(KEEP.total_seconds() + 1)
    tries: list[int] = []
    was_tried_again = threading.Event()

    stream = StringIO()
    path = Path(artifacts.where(screenshot))
    path.unlink()
    path.mkdir()
    system = SystemClock()
    failures: list[BaseException] = []
    with (
        LogLines(stream, "json", UTC) as log,
        Jobs(system, ClockWatch(system), failures.append) as jobs,
    ):
        retention = RetentionJob(ledger, artifacts, KEEP, clock, log, jobs.stopping)

        def prune() -> None:
            tries.append(1)
            if len(tries) > 1:
                was_tried_again.set()
            retention.prune()

        jobs.every(0.01, "retention", prune, retention.say_failed, at_once=True)
        assert was_tried_again.wait(20)
    assert failures == []
    line = json.loads(stream.getvalue())
    assert (line["event"], line["level"]) == ("old records not removed", "warning")
    assert str(path) in line["reason"]
