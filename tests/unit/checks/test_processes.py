"""Many items, shared among processes."""

import os
from collections.abc import Sequence

import pytest

from runner.checks import processes
from runner.checks.processes import in_processes

pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")


def doubled(items: Sequence[int]) -> list[tuple[int, int]]:
    return [(2 * item, os.getpid()) for item in items]


@pytest.fixture(params=[1, 2, 5])
def processors(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    count: int = request.param
    monkeypatch.setattr(processes, "_processors", lambda: count)
    return count


def test_results_come_in_order(processors: int) -> None:
    results = in_processes(doubled, range(1001))
    assert [result for result, _ in results] == list(range(0, 2002, 2))
    assert len({process for _, process in results}) == processors


def test_few_items_are_worth_no_process(processors: int) -> None:
    assert {process for _, process in in_processes(doubled, range(150))} == {os.getpid()}


def test_a_failure_is_told_with_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_processors", lambda: 2)
    with pytest.raises(RuntimeError, match=r"(?s)in broken.*ZeroDivisionError: division by zero"):
        in_processes(broken, range(200))


def broken(items: Sequence[int]) -> list[float]:
    return [1 / (item - 150) for item in items]


def test_an_end_without_an_answer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_processors", lambda: 2)
    with pytest.raises(RuntimeError, match="ended without an answer"):
        in_processes(deadly, range(200))


def deadly(items: Sequence[int]) -> list[int]:
    if 150 in items:
        os._exit(1)
    return list(items)
