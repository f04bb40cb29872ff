"""The simulated year has nothing wrong in it, and would say so if it had."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from year_events import live_through
from year_findings import summary, wrong

from runner.scheduling import timetable
from runner.scheduling.catchup import decide
from runner.store.rows import Decision, OccurrenceState
from runner.tasks import Task

SHORT = datetime(2026, 1, 12, tzinfo=UTC)


@pytest.mark.timeout(1800)
def test_a_year_of_restarts_reloads_and_clock_steps(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    with closing(live_through(tmp_path, 1, until=datetime(2027, 1, 1, tzinfo=UTC))) as year:
        problems = wrong(year)
        with capsys.disabled():
            sys.stdout.write(f"\n{summary(year, problems)}\n")
    assert not problems, problems[:20]
    assert len(year.oracle.expected) >= 100_000
    assert year.counts["restarts"] >= 50
    assert year.counts["reloads"] >= 20


Spoil = Callable[[Decision], Decision | None]


def _spoiling(
    is_it: Callable[[Decision], bool], spoil: Spoil
) -> tuple[Callable[..., Iterator[Decision]], list]:
    """`decide`, with the first decision of a kind spoilt; and that decision, once there is one."""
    spoilt: list[Decision] = []

    def spoiling(*args: object) -> Iterator[Decision]:
        for decision in decide(*args):
            if not spoilt and is_it(decision):
                spoilt.append(decision)
                decision = spoil(decision)  # noqa: PLW2901
            if decision is not None:
                yield decision

    return spoiling, spoilt


def _is(state: OccurrenceState, reason: str = "") -> Callable[[Decision], bool]:
    return lambda decision: decision.state is state and reason in decision.reason


SPOILT = {
    "lost": (_is(OccurrenceState.STARTED), lambda decision: None),
    "skipped without need": (
        _is(OccurrenceState.STARTED),
        lambda decision: replace(decision, state=OccurrenceState.SKIPPED, tasks=()),
    ),
    "started although it overlaps": (
        _is(OccurrenceState.SKIPPED),
        lambda decision: replace(decision, state=OccurrenceState.STARTED, reason=""),
    ),
    "a reason where none is needed": (
        _is(OccurrenceState.STARTED),
        lambda decision: replace(decision, reason="the daemon was down"),
    ),
    "a merge that is not told": (_is(OccurrenceState.MERGED), lambda decision: None),
    "a task too few": (
        lambda decision: len(decision.tasks) > 1,
        lambda decision: replace(decision, tasks=decision.tasks[1:]),
    ),
    "at another instant": (
        _is(OccurrenceState.STARTED),
        lambda decision: replace(
            decision, occurrence=decision.occurrence._replace(instant_utc=datetime(2026, 1, 1, tzinfo=UTC))
        ),
    ),
}


@pytest.mark.parametrize("what", SPOILT)
def test_the_oracle_finds_one_decision_that_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
):
    spoiling, spoilt = _spoiling(*SPOILT[what])
    monkeypatch.setattr(timetable, "decide", spoiling)
    with closing(live_through(tmp_path, 1, until=SHORT)) as year:
        problems = wrong(year)
    (decision,) = spoilt
    identity = (decision.occurrence.campaign, decision.occurrence.entry, decision.occurrence.nominal)
    assert problems
    assert all(problem.startswith(str(identity)) for problem in problems), problems


def test_the_oracle_finds_a_task_that_is_not_handed_over(tmp_path: Path):
    dropped: list[str] = []

    def drop_one(made: timetable.Timetable) -> None:
        submit = made._submit

        def spoiling(tasks: Sequence[Task]) -> None:
            if not dropped:
                dropped.append(tasks[0].key)
                tasks = tasks[1:]
            submit(tasks)

        made._submit = spoiling

    until = datetime(2026, 1, 1, 20, tzinfo=UTC)
    with closing(live_through(tmp_path, 1, until=until, alter=drop_one)) as year:
        (problem,) = wrong(year)
    assert "is pending and was performed at []" in problem


def test_the_oracle_finds_a_look_that_is_too_late(tmp_path: Path):
    def be_late(made: timetable.Timetable) -> None:
        settle, calls = made.settle_due, iter(range(10**9))
        made.settle_due = lambda: None if next(calls) % 20 == 3 else settle()

    until = datetime(2026, 1, 2, tzinfo=UTC)
    with closing(live_through(tmp_path, 1, until=until, alter=be_late)) as year:
        assert any("it was decided at" in problem for problem in wrong(year))
