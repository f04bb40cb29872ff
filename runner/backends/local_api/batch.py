"""One batch: its tasks on their way through the server, from the first look at earlier attempts to the last end."""

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from runner.backends.local_api.client import Client
from runner.backends.local_api.ending import Ending
from runner.backends.local_api.gate import Gate
from runner.backends.local_api.view import View
from runner.backends.local_api.work import Lot, Work
from runner.clock import Clock
from runner.tasks import BatchJournal, EffectState, Outcome, Settlement, Task


@dataclass(frozen=True, slots=True)
class Server:
    """What the batches of one server share; `closing` is set when they shall let go of it."""

    client: Client
    view: View
    gate: Gate
    clock: Clock
    closing: threading.Event


class Batch:
    """The tasks that have not ended, by key; the lots that are still searched for; what is to be written down."""

    def __init__(self, server: Server, journal: BatchJournal, tasks: Sequence[Task]) -> None:
        self.server = server
        self.journal = journal
        self.open = {task.key: Work(task) for task in tasks}
        self.lots: list[Lot] = []
        self._outcomes: dict[str, Outcome] = {}
        self._settlements: list[Settlement] = []

    @property
    def is_leaving(self) -> bool:
        """Whether our process is about to end: no further call is made."""
        return self.journal.leaving() or self.server.closing.is_set()

    def finish(self, work: Work, ending: Ending) -> None:
        """The attempt at a task has ended; `flush` writes it down."""
        self._outcomes[work.task.key] = ending.outcome
        if ending.state is not None:
            self._settlements += settlements([work], ending.state, ending.evidence)
        self.drop(work)

    def drop(self, work: Work) -> None:
        """Nothing more is to be said of a task."""
        del self.open[work.task.key]
        self.server.gate.found(self, [work.task])
        self.tidy([work])

    def tidy(self, works: Iterable[Work]) -> None:
        """Leave the devices on which nothing of the batch is on the server."""
        busy = {work.task.lane for work in self.open.values() if not work.is_waiting}
        lanes = dict.fromkeys(work.task.lane for work in works)
        self.server.gate.leave(self, [lane for lane in lanes if lane not in busy])

    def settle(self, works: Iterable[Work], state: EffectState, evidence: Mapping[str, str]) -> None:
        """Write down now what is known of the effects of these tasks."""
        self.journal.settle(settlements(works, state, evidence))

    def flush(self) -> None:
        """Write down which tasks have ended since the last time, at once."""
        if self._outcomes:
            outcomes, self._outcomes = self._outcomes, {}
            written, self._settlements = self._settlements, []
            self.journal.finish(outcomes, written)

    def keep_in_view(self) -> None:
        """Tell the shared view from which task on the batch wants to know."""
        ids = [min(work.ids) for work in self.open.values() if work.ids]
        ids += [lot.trace.retry_of or lot.trace.newest.id + 1 for lot in self.lots]
        self.server.view.watch(self, min(ids, default=None))

    def release(self) -> None:
        """Let go of whatever the batch still holds of what is shared."""
        works = list(self.open.values())
        self.server.gate.found(self, [work.task for work in works])
        self.server.gate.leave(self, [work.task.lane for work in works])
        self.server.view.watch(self, None)


def settlements(works: Iterable[Work], state: EffectState, evidence: Mapping[str, str]) -> list[Settlement]:
    """For all open effects of these tasks; the evidence goes with the first of each."""
    return [
        Settlement(effect, state, evidence if number == 0 else {})
        for work in works
        for number, effect in enumerate(work.effects)
    ]
