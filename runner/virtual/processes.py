"""A phone's process table, as far as ps, pidof and kill show it."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Process:
    pid: int
    name: str
    user: str
    command: str
    kill: Callable[[], None] = field(compare=False)


class Processes:
    """The processes that run; pids are never used twice."""

    def __init__(self) -> None:
        self._last_pid = 4000
        self._running: dict[int, Process] = {}

    def start(self, name: str, *, user: str, command: str, kill: Callable[[], None]) -> Process:
        """`kill` is what happens when somebody kills the process; it must lead to `end`."""
        process = Process(self.new_pid(), name, user, command, kill)
        self._running[process.pid] = process
        return process

    def new_pid(self) -> int:
        """The pid of a process that the table does not show."""
        self._last_pid += 7
        return self._last_pid

    def end(self, process: Process) -> None:
        self._running.pop(process.pid, None)

    def all(self) -> list[Process]:
        return list(self._running.values())

    def find(self, name: str) -> Process | None:
        return next((process for process in self._running.values() if process.name == name), None)

    def by_pid(self, pid: int) -> Process | None:
        return self._running.get(pid)
