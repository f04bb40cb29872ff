"""What carries tasks out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from runner.backends.supply import LocalSupply, Supply
from runner.clock import Clock
from runner.journals import BatchJournal, Journal, Listener, StopSignal
from runner.scripts.script import FlowText, ProfileText
from runner.settings import Settings
from runner.tasks import Outcome, Task

if TYPE_CHECKING:
    from runner.phone.session import Session


@dataclass(frozen=True, slots=True)
class BackendSetup:
    """What a backend is made from: `flows` are users' own flows by campaign and script, `ledger_id` names the ledger
    that this process works on; `profiles` gives users' own app profiles, by app, of a campaign. `traces` is the folder
    in which it writes down what it changes on phones before it does, None if nothing outlives it; `is_settled` says of
    a task, by its key, whether all of its effects are known."""

    settings: Settings
    clock: Clock
    flows: Mapping[tuple[str, str], FlowText]
    ledger_id: str | None
    profiles: Callable[[str], Mapping[str, ProfileText]] = lambda campaign: {}
    traces: Path | None = None
    is_settled: Callable[[str], bool] = lambda key: True
    supply: Supply = field(default_factory=LocalSupply)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a lane cannot work, found before anything starts, and what to do. `is_away` means that its phone, or the
    other side, is not there now and may come back by itself."""

    lane: str
    message: str
    hint: str | None = None
    is_away: bool = False


@runtime_checkable
class Backend(Protocol):
    """One way to carry tasks out. Several lanes call it at the same time, each from a thread of its own."""

    def check(self, tasks: Iterable[Task]) -> list[Problem]:
        """The problems that would keep these tasks from being done, as far as one can see without doing anything.

        Raises RunnerError if nothing can be done at all.
        """
        ...

    def perform(
        self, task: Task, journal: Journal, listener: Listener, stop: StopSignal, deadline: float
    ) -> Outcome:
        """Make one attempt at a task. `deadline` is on the monotonic clock, in seconds.

        It first takes up the effects that earlier attempts left in the journal, and never repeats what was made.
        Failures of the phone and the app are outcomes; a LedgerError of the journal goes through.
        """
        ...

    def close(self) -> None:
        """Let go of the phones. Never raises."""
        ...


@runtime_checkable
class LendsPhones(Protocol):
    """A backend that drives phones itself, and whose phones people may see and touch while no task has them."""

    def session(self, serial: str) -> "Session":
        """The session that tasks on this phone use, not yet opened. Only whoever has the phone's lane may use it."""
        ...


@runtime_checkable
class LeavesNoTrace(Protocol):
    """A backend that writes down what it changes on phones, and undoes it: after each attempt by itself, and when it is
    asked, what could not be undone then."""

    def traced(self) -> list[str]:
        """The phones on which something is left that can be undone now, as far as that is known without them."""
        ...

    def undo(self, serial: str, *, may_sleep: bool) -> None:
        """Undo it, unless a person has changed it since. Only whoever has the phone's lane may call it; raises
        TaskError."""
        ...


@runtime_checkable
class BatchBackend(Protocol):
    """A way to carry out many tasks with one call: those of an entry that are due at one instant come together, and
    take no lane. Several batches run at the same time, each in a thread of its own."""

    def check(self, tasks: Iterable[Task]) -> list[Problem]:
        """As `Backend.check`."""
        ...

    def perform_batch(self, tasks: Sequence[Task], journal: BatchJournal) -> None:
        """Make one attempt at each of the tasks; returns when it has finished every one of them in the journal.

        It first takes up the effects that earlier attempts left in the journal, and never repeats what was made.
        Failures of the other side are outcomes; a LedgerError of the journal goes through. A task that it has not
        finished when it returns or raises counts as failed.
        """
        ...

    def close(self) -> None:
        """Let go of the other side. Never raises."""
        ...
