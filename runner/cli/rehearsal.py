"""The virtual phones of a rehearsal daemon: those that its campaigns declare, and others as tasks need them."""

import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Self

from runner.backends.backend import Backend, Problem
from runner.campaign.loader import discover, load
from runner.campaign.resolve import resolve
from runner.errors import DeviceNotConnected, RunnerError, UsageError
from runner.tasks import Journal, Listener, Outcome, StopSignal, Task
from runner.virtual.host import DEFAULT_PHONES, serials_of
from runner.virtual.process import PhonesError, PhonesProcess


class Shelf:
    """Virtual phones inside a context; `memory` is the folder that keeps what was done to them."""

    def __init__(self, serials: Sequence[str], memory: Path) -> None:
        self._process = PhonesProcess(serials, memory)
        self._lock = threading.Lock()
        self._memory = memory

    def __enter__(self) -> Self:
        try:
            self._process.start()
        except PhonesError as error:
            raise RunnerError(
                str(error),
                hint=f"the phones' memories are in {self._memory}; `runner phones --virtual` tries them alone",
            ) from error
        return self

    def __exit__(self, *_: object) -> None:
        self._process.stop()

    @property
    def adb_port(self) -> int:
        return self._process.adb_server_port

    @property
    def serials(self) -> list[str]:
        return [phone.serial for phone in self._process.phones]

    def need(self, serial: str) -> None:
        """Have a phone with this serial. Raises PhonesError."""
        with self._lock:
            if serial not in self.serials:
                self._process.add(serial)


class RehearsalBackend:
    """The device backend on a shelf: a phone that a task names and that is not there is put on it."""

    def __init__(self, backend: Backend, shelf: Shelf) -> None:
        self._backend = backend
        self._shelf = shelf

    def check(self, tasks: Iterable[Task]) -> list[Problem]:
        tasks = list(tasks)
        for task in tasks:
            self._need(task)
        return self._backend.check(tasks)

    def perform(
        self, task: Task, journal: Journal, listener: Listener, stop: StopSignal, deadline: float
    ) -> Outcome:
        self._need(task)
        return self._backend.perform(task, journal, listener, stop, deadline)

    def close(self) -> None:
        self._backend.close()

    def _need(self, task: Task) -> None:
        if task.device is None:
            return
        try:
            self._shelf.need(task.device)
        except PhonesError as error:
            raise DeviceNotConnected(
                f"{task.device}: no virtual phone could be started: {error}", sent=False
            ) from error


def serials_for(paths: Sequence[Path], more: int | None) -> list[str]:
    """The phones that the campaigns declare which can be read, and `more` beyond them; without either, four."""
    try:
        loaded = [load(file) for file in discover(paths)]
    except UsageError:  # whoever starts the campaigns says it
        loaded = []
    declared = dict.fromkeys(
        serial for campaign in loaded if not campaign.has_errors for serial in resolve(campaign).serials
    )
    count = more if more is not None else 0 if declared else DEFAULT_PHONES
    others = [serial for serial in serials_of(len(declared) + count) if serial not in declared]
    return [*declared, *others[:count]]
