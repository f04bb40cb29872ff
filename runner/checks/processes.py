"""Shares work on many items among processes: reading a thousand files keeps one processor busy for a second."""

import os
import pickle
import threading
import traceback
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_WORTHWHILE = 100
"""With fewer items for each, a process costs more than it saves."""


def in_processes(work: Callable[[Sequence[Item]], list[Result]], items: Sequence[Item]) -> list[Result]:
    """The results of `work` for all items, in order; it is called once, or in each process for its part of them.

    Results must be picklable. There is only one process where the system has no `fork`, or while this process has other
    threads: a fork would copy their locks, but not the threads that release them.
    """
    count = min(_processors(), len(items) // _WORTHWHILE)
    if count < 2:
        return work(items)
    bounds = [len(items) * number // count for number in range(count + 1)]
    own, *others = (items[first:last] for first, last in pairwise(bounds))
    children = [_Child(work, part) for part in others]
    results = work(own)
    for child in children:
        results += child.results()
    return results


def _processors() -> int:
    if not hasattr(os, "fork") or threading.active_count() > 1:
        return 1
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Child:
    """A process that works on some items, and sends its results through a pipe."""

    def __init__(self, work: Callable[[Sequence[Item]], list[Result]], items: Sequence[Item]) -> None:
        self._pipe, pipe = os.pipe()
        self._process = os.fork()
        if not self._process:
            try:
                with os.fdopen(pipe, "wb") as out:
                    out.write(_answer(work, items))
            finally:
                # Not `sys.exit`: the parent's cleanup and unflushed output are not the child's.
                os._exit(0)
        os.close(pipe)

    def results(self) -> list[Any]:
        with os.fdopen(self._pipe, "rb") as pipe:
            # Read before waiting: a child blocks on a pipe that is full.
            answer = pipe.read()
        os.waitpid(self._process, 0)
        results, error = pickle.loads(answer) if answer else (None, "it ended without an answer")
        if results is None:
            raise RuntimeError(f"a process that shares the work failed: {error}")
        return list(results)


def _answer(work: Callable[[Sequence[Item]], list[Result]], items: Sequence[Item]) -> bytes:
    try:
        return pickle.dumps((work(items), None), pickle.HIGHEST_PROTOCOL)
    except Exception:  # noqa: BLE001 - the parent reports it
        return pickle.dumps((None, traceback.format_exc()))
