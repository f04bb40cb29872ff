"""A phone's process table, as far as ps, pidof and kill show it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from runner.virtual import kernel
from runner.virtual.files import Files, share

_SYSTEM = {
    "init": ("root", 0),
    "zygote64": ("root", 0),
    "logd": ("logd", 1036),
    "surfaceflinger": ("system", 1000),
    "system_server": ("system", 1000),
    "com.android.phone": ("radio", 1001),
    "com.android.systemui": ("system", 1000),
}
"""The system's own processes, with the name and the number of their users."""


@dataclass(frozen=True, slots=True)
class Process:
    pid: int
    name: str
    user: str
    command: str
    kill: Callable[[], None] = field(compare=False)


class Processes:
    """The processes that run, with their files below /proc; pids are never used twice."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._last_pid = 4000
        self._running: dict[int, Process] = {}

    def start(
        self, name: str, *, user: str, command: str, kill: Callable[[], None], uid: int = 2000
    ) -> Process:
        """`kill` is what happens when somebody kills the process; it must lead to `end`."""
        process = Process(self.new_pid(), name, user, command, kill)
        self._running[process.pid] = process
        for path, text in kernel.of_process(process.pid, name, command, uid).items():
            self._files.place(path, share(text.encode()))
        return process

    def start_system(self) -> None:
        """What runs from the start, and cannot be killed."""
        for name, (user, uid) in _SYSTEM.items():
            self.start(name, user=user, command=name, kill=_nothing, uid=uid)

    def new_pid(self) -> int:
        """The pid of a process that the table does not show."""
        self._last_pid += 7
        return self._last_pid

    def end(self, process: Process) -> None:
        if self._running.pop(process.pid, None):
            self._files.displace(f"/proc/{process.pid}")

    def all(self) -> list[Process]:
        return list(self._running.values())

    def find(self, name: str) -> Process | None:
        return next((process for process in self._running.values() if process.name == name), None)

    def by_pid(self, pid: int) -> Process | None:
        return self._running.get(pid)


def _nothing() -> None:
    """What a system process does when it is killed."""
