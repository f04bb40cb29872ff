"""One batch: its tasks, each in its state, and the journal in which the batch writes that down."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from runner.backends.local_api.answers import ServerTask
from runner.backends.local_api.client import Client
from runner.backends.local_api.sent_task import (
    Followed,
    Search,
    Searched,
    SentTask,
    ServerTaskEnd,
    Unsent,
)
from runner.backends.local_api.server import Server
from runner.errors import ApiRefused, ServerApiError
from runner.journals import BatchJournal, Settlement
from runner.tasks import EffectState, Outcome, Task

State = TypeVar("State", Unsent, Searched, Followed)
T = TypeVar("T")


class SentBatch:
    """The tasks that have not ended, by key, and what `flush` writes down of those that have.

    Other batches share the server; this one gives back what it holds of it as its tasks go on and end.
    """

    def __init__(self, server: Server, journal: BatchJournal, tasks: Sequence[Task]) -> None:
        self.server = server
        self.journal = journal
        self.open: dict[str, SentTask] = {task.key: Unsent(task) for task in tasks}
        self._outcomes: dict[str, Outcome] = {}
        self._settlements: list[Settlement] = []

    @property
    def is_leaving(self) -> bool:
        """Whether our process is about to end: the batch makes no further call."""
        return self.journal.leaving() or self.server.closing.is_set()

    def in_state(self, state: type[State]) -> list[State]:
        """The open tasks that are in this state."""
        return [one for one in self.open.values() if isinstance(one, state)]

    def searches(self) -> list[Search]:
        """The searches for tasks of calls that are neither found nor given up."""
        return list(dict.fromkeys(one.search for one in self.in_state(Searched)))

    def searched(self, search: Search) -> list[Searched]:
        """The tasks for which a search goes on, in the order of the call."""
        tasks = (self.open.get(key) for key in search.keys)
        return [one for one in tasks if isinstance(one, Searched)]

    def update(self, one: SentTask) -> None:
        """Put a task in this state."""
        self.open[one.task.key] = one

    def finish(self, one: SentTask, end: ServerTaskEnd) -> None:
        """End the attempt at a task; `flush` writes it down."""
        self._outcomes[one.task.key] = end.outcome
        if end.state is not None:
            self._settlements += settlements([one], end.state, end.evidence)
        self.drop(one)

    def drop(self, one: SentTask) -> None:
        """Have done with a task, and give back what it held of the server."""
        del self.open[one.task.key]
        self.server.load.clear(self, [one.task])
        self.free_idle_lanes([one])

    def free_idle_lanes(self, ones: Iterable[SentTask]) -> None:
        """Give back the devices of these tasks on which the server has no task of this batch."""
        busy = {one.task.lane for one in self.open.values() if not isinstance(one, Unsent)}
        lanes = dict.fromkeys(one.task.lane for one in ones)
        self.server.load.free(self, [lane for lane in lanes if lane not in busy])

    def settle(self, ones: Iterable[SentTask], state: EffectState, evidence: Mapping[str, str]) -> None:
        """Write down now the state of the effects of these tasks."""
        self.journal.settle(settlements(ones, state, evidence))

    def flush(self) -> None:
        """Write down which tasks have ended since the last time, in one transaction."""
        if self._outcomes:
            outcomes, self._outcomes = self._outcomes, {}
            written, self._settlements = self._settlements, []
            self.journal.finish(outcomes, written)

    def watch_open_tasks(self) -> None:
        """Tell the shared view from which task id on the batch wants to know."""
        ids = [min(one.ids) for one in self.in_state(Followed)]
        ids += [search.trace.retry_of or search.trace.newest.id + 1 for search in self.searches()]
        self.server.view.watch(self, min(ids, default=None))

    def release(self) -> None:
        """Give back whatever the batch still holds of the server."""
        tasks = [one.task for one in self.open.values()]
        self.server.load.clear(self, tasks)
        self.server.load.free(self, [task.lane for task in tasks])
        self.server.view.watch(self, None)


class PatientCalls:
    """The calls about single tasks that a batch makes in one pass over them. After one without an answer, or when our
    process is about to end, it makes no other: each call to a server that hangs takes its whole time.

    `asked` counts the questions, `has_failed` is set when a call has had no answer.
    """

    def __init__(self, batch: SentBatch) -> None:
        self._batch = batch
        self.has_failed = False
        self.asked = 0

    def call(self, call: Callable[[Client, int], Any], task_id: int) -> None:
        """Do something with a task. Raises ApiRefused."""
        self._try(lambda: call(self._batch.server.client, task_id))

    def ask(self, task_id: int) -> ServerTask | None:
        """A task as it is; None if there is no answer. Raises ApiRefused."""
        self.asked += 1
        return self._try(lambda: self._batch.server.view.ask(task_id))

    def _try(self, call: Callable[[], T]) -> T | None:
        if self.has_failed or self._batch.is_leaving:
            return None
        try:
            return call()
        except ApiRefused:
            raise
        except ServerApiError:
            self.has_failed = True
            return None


def settlements(
    ones: Iterable[SentTask], state: EffectState, evidence: Mapping[str, str]
) -> list[Settlement]:
    """A settlement for each open effect of these tasks; the evidence goes with the first one of each task."""
    return [
        Settlement(effect, state, evidence if number == 0 else {})
        for one in ones
        if not isinstance(one, Unsent)
        for number, effect in enumerate(one.effects)
    ]
