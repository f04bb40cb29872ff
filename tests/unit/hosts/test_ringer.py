"""When the leader rings again."""

from runner.hosts.ringer import _Again
from runner.store.rings import DueLane

A1 = DueLane("A1", 1, (7,))


def test_lanes_with_the_same_tasks_are_rung_ever_more_seldom() -> None:
    again = _Again()
    rung = [second for second in range(120) if again.due([A1], float(second))]
    assert rung == [0, 2, 6, 14, 30, 60, 90]


def test_another_task_is_told_at_once() -> None:
    again = _Again()
    assert again.due([A1], 0.0) == ["A1"]
    assert again.due([A1, DueLane("B2", 1, (8,))], 1.0) == ["B2"]
    assert again.due([A1._replace(shape=(9,))], 1.5) == ["A1"]


def test_a_lane_that_was_empty_is_new() -> None:
    again = _Again()
    assert again.due([A1], 0.0) == ["A1"]
    assert again.due([], 0.5) == []
    assert again.due([A1], 1.0) == ["A1"]


def test_a_task_that_has_begun_is_no_news() -> None:
    again, three = _Again(), DueLane("A1", 3, (9,))
    assert again.due([three], 0.0) == ["A1"]
    assert again.due([three._replace(tasks=1)], 0.5) == []
    assert again.due([three._replace(tasks=2)], 1.0) == ["A1"]
