"""The queues alone: what may go at an instant, and when to look again."""

from datetime import timedelta

from desk import NOON, make_task

from runner.execution.lanes import Away, LaneName, Lanes, Waiting

SECOND = timedelta(seconds=1)


def waiting(place: str, target: str, number: int = 0, due_s: float = 0) -> Waiting:
    task = make_task(place, target, number)
    object.__setattr__(task, "due_utc", NOON + due_s * SECOND)
    return Waiting(task, LaneName("", place), number)


def targets(taken: list[Waiting]) -> list[str | None]:
    return [one.task.target for one in taken]


def test_a_single_lane_gives_one_task_and_then_the_next_when_that_has_ended():
    lanes = Lanes()
    for number, target in enumerate(("@1", "@2")):
        lanes.add(waiting("A", target, number), single=True)
    assert targets(lanes.take(NOON)) == ["@1"] and lanes.next_wake() is None and lanes.are_busy()
    lanes.free(LaneName("", "A"))
    assert lanes.next_wake() == NOON and targets(lanes.take(NOON)) == ["@2"]


def test_a_lane_that_is_not_single_gives_all_that_may_go():
    lanes = Lanes()
    for number, due_s in enumerate((0, 0, 5)):
        lanes.add(waiting("A", f"@{number}", number, due_s), single=False)
    assert targets(lanes.take(NOON)) == ["@0", "@1"]
    assert lanes.next_wake() == NOON + 5 * SECOND


def test_what_is_held_back_keeps_its_place_and_comes_when_its_time_is_over():
    lanes = Lanes()
    lanes.add(waiting("A", "@1", 1), single=True)
    lanes.add(waiting("A", "@2", 2), single=True)
    (first,) = lanes.take(NOON)
    lanes.hold(first, NOON + 9 * SECOND, single=True)
    assert lanes.take_next(first.lane, NOON) is None and not lanes.are_busy()
    assert lanes.next_wake() == NOON + 9 * SECOND
    assert targets(lanes.take(NOON + 9 * SECOND)) == ["@1"]


def test_lifting_makes_what_is_held_back_go_at_once():
    lanes = Lanes()
    lanes.hold(waiting("A", "@1"), NOON + 9 * SECOND, single=True)
    lanes.hold(waiting("B", "@2"), NOON + 9 * SECOND, single=True)
    lanes.lift([LaneName("", "B"), LaneName("", "unknown")])
    assert targets(lanes.take(NOON)) == ["@2"]


def test_a_lane_whose_phone_is_away_gives_nothing_before_the_next_look():
    lanes = Lanes()
    lanes.add(waiting("A", "@1"), single=True)
    lanes.put_off(LaneName("", "A"), Away(NOON), NOON + 15 * SECOND)
    assert lanes.take(NOON) == [] and lanes.next_wake() == NOON + 15 * SECOND
    lanes.is_back(LaneName("", "A"))
    assert targets(lanes.take(NOON)) == ["@1"]


def test_a_task_that_is_forgotten_makes_nobody_look():
    lanes = Lanes()
    lanes.add(one := waiting("A", "@1"), single=True)
    assert lanes.discard(one.task.key) and not lanes.discard(one.task.key)
    assert lanes.next_wake() is None and len(lanes) == 0 and lanes.counts() == {}


def test_looking_again_and_again_leaves_nothing_behind():
    lanes = Lanes()
    one = waiting("A", "@1")
    for number in range(1000):
        lanes.hold(one, NOON + (number + 10) * SECOND, single=True)
        lanes.lift()
        assert targets(lanes.take(NOON)) == ["@1"]
        lanes.free(one.lane)
    assert len(lanes._wakes) < 200 and not lanes._lanes
