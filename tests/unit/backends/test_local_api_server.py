"""The list is read through in whatever order and pages the server has it, and no further than needed."""

import random
from math import ceil

import pytest

from runner.backends.local_api.answers import ServerTaskPage, task
from runner.backends.local_api.server import Sweep


def swept(ids: list[int], size: int, floor: int, *, total: bool) -> tuple[set[int], int]:
    """The ids that a sweep sees, and how many pages that takes."""
    sweep, seen, pages = Sweep(floor), set[int](), 0
    while not sweep.done:
        start = (sweep.page - 1) * size
        items = tuple(task({"id": number}) for number in ids[start : start + size])
        seen.update(one.id for one in items)
        pages += 1
        sweep.take(ServerTaskPage(items, len(ids) if total else None, None))
    return seen, pages


@pytest.mark.parametrize("total", [True, False])
@pytest.mark.parametrize("order", ["newest", "oldest", "shuffled"])
@pytest.mark.parametrize("count", [0, 1, 5, 6, 7, 50, 61])
def test_everything_from_the_floor_on_is_seen(count: int, order: str, total: bool) -> None:
    for floor in (1, 3, count // 2, count):
        ids = list(range(1, count + 1))
        if order == "newest":
            ids.reverse()
        if order == "shuffled":
            random.Random(count).shuffle(ids)
        seen, pages = swept(ids, 6, floor, total=total)
        assert seen >= {number for number in ids if number >= floor}
        assert pages <= ceil(count / 6) + 1


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_old_tasks_are_not_read(order: str) -> None:
    ids = sorted(range(1, 1001), reverse=order == "newest")
    _, pages = swept(ids, 100, 990, total=True)
    assert pages <= 2


def test_a_server_that_ignores_pages_is_read_once_more_at_most() -> None:
    sweep = Sweep(1)
    page = ServerTaskPage(tuple(task({"id": number}) for number in (3, 2, 1)), None, None)
    sweep.take(page)
    sweep.take(page)
    assert sweep.done
