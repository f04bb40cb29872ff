"""What a rehearsal replaces: real phones by virtual ones, and backends by those that can work on them."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Self

from runner import targets
from runner.backend_registry import declared
from runner.backends.backend import Backend, BatchBackend, LendsPhones, Problem
from runner.campaign.resolve import resolve_campaign
from runner.clock import SystemClock
from runner.errors import RunnerError, Unsupported
from runner.journals import Journal, Listener, StopSignal
from runner.reports.log_lines import LogLines
from runner.scheduling.campaign_files import CampaignFiles
from runner.settings import AdbAddress, Settings
from runner.state_dir import StateDir
from runner.tasks import Again, AttemptOutcome, Outcome, Task
from runner.virtual.apps.picturenet.ids import PACKAGE as PICTURE_NETWORK
from runner.virtual.apps.shortvideo.ids import PACKAGE as SHORT_VIDEO
from runner.virtual.host import DEFAULT_PHONES, serials_of
from runner.virtual.process import PhonesError, PhonesProcess

if TYPE_CHECKING:
    from runner.phone.session import Session

PACKAGES = {targets.TIKTOK: SHORT_VIDEO, targets.INSTAGRAM: PICTURE_NETWORK}
"""The apps of virtual phones, by the profiles that are for them."""


@contextmanager
def virtual_phones(
    place: StateDir, serials: Callable[[], Sequence[str]], log: LogLines
) -> "Iterator[Rehearsal | None]":
    """Start the virtual phones of a place; None if its phones are real."""
    if place.phones is None:
        yield None
        return

    def died() -> None:
        log.say("virtual phones had died", "warning", reason="they were started anew, with their memories")

    with Rehearsal(serials(), place.phones, died) as rehearsal:
        where = {"adb_port": rehearsal.adb_port, "control": rehearsal.control}
        log.say("virtual phones", serials=rehearsal.serials, **where)
        yield rehearsal


class Account(NamedTuple):
    """An account on a virtual phone, without its `@`, and the package of its app."""

    serial: str
    package: str
    name: str


class Rehearsal:
    """Virtual phones with an adb server of their own, in a context: nothing real is reached.

    `serials` name the phones that are there from the start; others join when a task needs them. `memory` is the
    folder that keeps what was done to them. If their process dies, the next task that needs one starts them again, as
    they were, and `on_restart` is called.
    """

    def __init__(self, serials: Sequence[str], memory: Path, on_restart: Callable[[], None]) -> None:
        self._process = PhonesProcess(serials, memory)
        self._lock = threading.Lock()
        self._memory = memory
        self._on_restart = on_restart
        self._logged_in: set[Account] = set()

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
    def control(self) -> str:
        return self._process.control

    @property
    def phones(self) -> PhonesProcess:
        """The virtual phones themselves, for those who script what happens to them."""
        return self._process

    @property
    def serials(self) -> list[str]:
        return [phone.serial for phone in self._process.phones]

    def replace_phones(self, settings: Settings) -> Settings:
        """The settings, with the adb servers of the virtual phones in place of the real ones."""
        first, *further = self._process.adb_server_ports
        servers = tuple(AdbAddress("127.0.0.1", port) for port in further)
        return replace(settings, adb_port=first, adb_servers=servers)

    def replace_backends(
        self, backends: Mapping[str, Backend | BatchBackend]
    ) -> dict[str, Backend | BatchBackend]:
        """Those that can do with virtual phones, and no other: the rest send to real servers. A phone that a task names
        and that is not there yet is started."""
        return {
            name: RehearsalBackend(backend, self) if isinstance(backend, Backend) else backend
            for name, backend in backends.items()
            if declared(name).can_rehearse
        }

    def need(self, serial: str, account: Account | None = None) -> None:
        """Make sure that there is a phone with this serial, and that somebody has logged in there as this account.
        Raises PhonesError."""
        with self._lock:  # lanes come at the same time, and must start the process once
            if not self._process.is_alive:
                self._process.start_again()
                self._on_restart()
            self._process.have(serial)
            if account is not None and account not in self._logged_in:
                self._process.log_in(serial, account.package, account.name)
                self._logged_in.add(account)


class RehearsalBackend:
    """The device backend on virtual phones: it starts a phone that a task names and is not there yet."""

    def __init__(self, backend: Backend, rehearsal: Rehearsal) -> None:
        self._backend = backend
        self._rehearsal = rehearsal

    def check(self, tasks: Iterable[Task]) -> list[Problem]:
        looks = [(task, self._need(task)) for task in tasks]
        away = [Problem(task.lane, problem, is_away=True) for task, problem in looks if problem]
        return away + self._backend.check(task for task, problem in looks if not problem)

    def perform(
        self, task: Task, journal: Journal, listener: Listener, stop: StopSignal, deadline: float
    ) -> Outcome:
        if problem := self._need(task):
            return Outcome(AttemptOutcome.FAILED, problem, again=Again.WHEN_BACK)
        return self._backend.perform(task, journal, listener, stop, deadline)

    def session(self, serial: str) -> "Session":
        if not isinstance(self._backend, LendsPhones):
            raise Unsupported(f"the backend of {serial} drives no phones itself")
        return self._backend.session(serial)

    def close(self) -> None:
        self._backend.close()

    def _need(self, task: Task) -> str | None:
        """Make sure that the task's phone is there; returns what prevents that, if anything does."""
        if task.device is not None:
            try:
                self._rehearsal.need(task.device, _account(task))
            except PhonesError as error:
                return f"{task.device}: no virtual phone could be started: {error}"
        return None


def _account(task: Task) -> Account | None:
    """The account that a task names. In an app that no virtual phone has, nobody can log in."""
    package = PACKAGES.get(task.options.app)
    if task.device is None or task.username is None or package is None:
        return None
    return Account(task.device, package, targets.account(task.username).removeprefix("@"))


def serials_for(paths: Sequence[Path], more: int | None) -> list[str]:
    """The phones that right campaigns name, and `more` beyond them; four if there are neither.

    Raises FolderError if a path is not there, or a folder has no campaigns.
    """
    files = CampaignFiles(paths).read(SystemClock().now()).files
    named = dict.fromkeys(
        serial for file in files if not file.is_wrong for serial in resolve_campaign(file.loaded).phones
    )
    count = more if more is not None else 0 if named else DEFAULT_PHONES
    others = [serial for serial in serials_of(len(named) + count) if serial not in named]
    return [*named, *others[:count]]
