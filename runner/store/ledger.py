"""The ledger: what is to be done, what was tried, what was changed in the world. Each write is durable."""

import os
import secrets
import socket
from collections.abc import Callable
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Self

from runner.clock import Clock
from runner.errors import LedgerError
from runner.private_files import make_file, make_folder, narrow
from runner.store.account_uses import AccountUses
from runner.store.actions import Actions
from runner.store.artifact_places import ArtifactPlaces
from runner.store.asked.ledger import AskedLedger
from runner.store.attempts import Attempts
from runner.store.campaigns import Campaigns
from runner.store.commands import Commands
from runner.store.database import Database
from runner.store.effects import Effects
from runner.store.fence import Fence
from runner.store.file_uses import FileUses
from runner.store.holds import Holds
from runner.store.host_rows import HostTable
from runner.store.hosts import Hosts
from runner.store.hosts_now import HostsNow
from runner.store.lane_leases import LaneLeases
from runner.store.lanes_now import LanesNow
from runner.store.leader import Leader, check_leads
from runner.store.leases import LeaderLease
from runner.store.material import Material
from runner.store.notifications import Notifications
from runner.store.occurrences import Occurrences
from runner.store.ownership import Ownership
from runner.store.pauses import Pauses
from runner.store.phones import Phones
from runner.store.reports import Reports
from runner.store.retention import Retention
from runner.store.rings import Rings
from runner.store.runs import Runs
from runner.store.spans import Spans
from runner.store.summaries import Summaries
from runner.store.tally import Tally
from runner.store.task_pages import TaskPages
from runner.store.task_times import TaskTimeTable
from runner.store.tasks import Tasks
from runner.store.upgrade import Upgrades, refuse_raised, upgrade
from runner.store.witness import WitnessedTally, Witnesses

if TYPE_CHECKING:
    from runner.store.checking import Flaw
    from runner.store.copying import CopiedTable


class Writes(NamedTuple):
    """Who has written to a ledger since the last look. While this process writes, writes of others go unseen."""

    own: bool
    foreign: bool


class WriteWatch:
    """Looks whether anything has been written; cheap. One thread at a time may look."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._seen = (database.transactions, database.version())

    def __call__(self) -> Writes:
        before, self._seen = self._seen, (self._database.transactions, self._database.version())
        own = before[0] != self._seen[0]
        return Writes(own, foreign=not own and before[1] != self._seen[1])


class Ledger(AskedLedger):
    """One open ledger: its parts, each about one matter. Any thread may call them; each call is a transaction of its
    own, and threads that write at the same time share a flush to the disk.

    `executor` names this process in what it begins; `fence` are the lanes that it holds, where hosts share the ledger.
    """

    tasks: Tasks
    effects: Effects
    occurrences: Occurrences
    campaigns: Campaigns
    spans: Spans
    pauses: Pauses
    holds: Holds
    notifications: Notifications
    hosts_now: HostsNow

    def __init__(self, database: Database, clock: Clock) -> None:
        super().__init__(database)
        # With a random part: the next process of this machine may have the same number, and would take the attempts
        # of this one for its own.
        self.executor = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self.fence = Fence()
        self.tally = Tally(database, self.id)
        self.database = self._database = database
        self._clock = clock
        self._lay_out(database, self.tally, is_rehearsal=self._is_rehearsal)

    def _lay_out(self, database: Database, tally: Tally, *, is_rehearsal: bool) -> None:
        """Make the parts."""
        clock = self._clock
        self.campaigns = Campaigns(database, clock)
        self.occurrences = Occurrences(database, clock)
        self.runs = Runs(database, clock)
        self.reports = Reports(database, clock)
        self.summaries = Summaries(database, clock)
        self.tasks = Tasks(database, clock)
        self.task_times = TaskTimeTable(database, clock)
        self.task_pages = TaskPages(database, clock)
        self.attempts = Attempts(database, clock, self.executor, self.fence)
        self.effects = Effects(database, clock, tally)
        self.commands = Commands(database, clock)
        self.pauses = Pauses(database, clock)
        self.file_uses = FileUses(database, clock)
        self.material = Material(database, clock)
        self.artifact_places = ArtifactPlaces(database, clock)
        self.actions = Actions(database, clock)
        self.notifications = Notifications(database, clock)
        self.holds = Holds(database, clock)
        self.phones = Phones(database, clock)
        self.lanes_now = LanesNow(database, clock)
        self.account_uses = AccountUses(database, clock)
        self.hosts = Hosts(database, clock, self.executor)
        self.lane_leases = LaneLeases(database, clock)
        self.leader = Leader(database, clock)
        self.hosts_now = HostsNow(database, clock)
        self.spans = Spans(database, clock, tally, self.executor)
        self.ownership = Ownership(database, clock, tally, is_rehearsal=is_rehearsal)
        self.retention = Retention(database, clock)
        self.rings = Rings(database, clock)

    @classmethod
    def open(
        cls,
        store_url: str,
        clock: Clock,
        upgrades: Upgrades = Upgrades.ALONE,
        *,
        readers: int | None = None,
    ) -> Self:
        """Open the ledger that a URL names (`sqlite:////path/to/ledger.db`); make it if there is none.

        `sqlite://` lives in memory and ends with the object. `readers` is how many connections to a server read, None
        for as many as serve a daemon's pages. Raises LedgerError for what is no ledger.
        """
        database = Database(store_url, clock, readers)
        try:
            _make_file(database.path)
            upgrade(database, upgrades)
            return cls(database, clock)
        except BaseException:
            database.close()
            raise

    @property
    def is_rehearsal(self) -> bool:
        """Whether it belongs to a rehearsal: nothing in it is meant for real phones."""
        return self.ownership.is_rehearsal

    def host_table(self) -> HostTable | None:
        return self.hosts_now.table()

    @property
    def is_a_file(self) -> bool:
        """Whether it is a file, which no other host can share."""
        return self._database.path is not None

    def led(self, lease: LeaderLease) -> Self:
        """The same ledger, for what only the leader does: it writes nothing once this lease is over, and raises
        LeaseLost then. Whoever opened the ledger closes it."""
        led = copy(self)
        database = self._database.under(lambda connection: check_leads(connection, lease))
        led._lay_out(database, self.tally.under(database), is_rehearsal=self.is_rehearsal)
        return led

    def watch(self) -> "WriteWatch":
        """A look of its own at what is written, beside `changed`, which belongs to the executor."""
        return WriteWatch(self._database)

    def warm_up(self) -> None:
        """Compile the statements that a task begins with, so that the first task does not wait for that."""
        self.occurrences.known([("", "", "")])
        self.occurrences.record([])
        self.effects.usage(device="", account="", now=self._clock.now())
        self.attempts.start_all([""])

    def on_write(self, tell: Callable[[float], None]) -> None:
        """Have `tell` called after each transaction that wrote, with the seconds that it took; it must not raise."""
        self._database.on_write(tell)

    def refuse_raised(self) -> None:
        """Raises LedgerRaised if a newer version of the runner has changed the tables since this opened them."""
        refuse_raised(self._database)

    def flaws(self) -> list["Flaw"]:
        """What is wrong with it; slow for a large one."""
        from runner.store.checking import flaws  # asked seldom

        return flaws(self._database)

    def copy_to(self, store_url: str, witnesses: Witnesses | None = None) -> list["CopiedTable"]:
        """Copy all of it into an empty database, or a file that is not there; returns what was copied, table by table.

        With `witnesses` the copy is the ledger from then on, and this one is older. Raises LedgerError if there is
        anything, or if what came out of the copy is not what went in; then there is nothing.
        """
        from runner.store.copying import copy_ledger, new_database

        with new_database(store_url) as target:
            tally = self.tally.read() + (witnesses is not None)
            copied = copy_ledger(self._database, target, tally)
            if witnesses is not None and target.place is not None:
                witnesses.write(WitnessedTally(self.id, tally, target.place))
            return copied

    def back_up(self, file: Path) -> int:
        """Write it as it is at one moment to a file that is not there yet; returns how many tasks it holds. Raises
        LedgerError, and leaves no file, if that fails."""
        from runner.store.copying import back_up

        return back_up(self._database, file)

    def close(self) -> None:
        self._database.close()
        self.tally.close()


def _make_file(path: Path | None) -> None:
    """Make the ledger's file, for its owner alone: an empty file is an empty database, and SQLite gives the files that
    it makes beside it the same mode.

    It opens no file that is there: to close that again would take SQLite's locks on it from this process.
    """
    if path is None:
        return
    try:
        make_folder(path.parent)
        make_file(path)
        for suffix in ("", "-wal", "-shm"):
            narrow(path.with_name(path.name + suffix))
    except OSError as error:
        raise LedgerError(
            f"cannot make the ledger {path}: {error.strerror}",
            hint="choose another place with --store or RUNNER_STATE_DIR, or make the folder writable",
        ) from error
