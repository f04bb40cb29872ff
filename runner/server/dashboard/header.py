"""What the header of each page tells: whether the daemon works, and how much needs a person."""

from dataclasses import dataclass

from runner.queries.notifications import NotificationTrouble, trouble_with
from runner.server.dashboard.desk import Desk
from runner.store.rows import PauseRow, PauseScope, TaskFilter
from runner.tasks import TaskState


@dataclass(frozen=True, slots=True)
class Header:
    """`running` and `waiting` tasks of this executor; `attention` is what needs a person: devices on hold, uncertain
    tasks and invalid files; `pause` is that of everything; `untold` is what nobody could be told."""

    running: int
    waiting: int
    holds: int
    uncertain: int
    invalid: int
    pause: PauseRow | None
    untold: NotificationTrouble | None

    @property
    def attention(self) -> int:
        return self.holds + self.uncertain + self.invalid


def read_header(desk: Desk) -> Header:
    state, ledger = desk.executor_state(), desk.ledger
    pauses = [pause for pause in ledger.pauses.current() if pause.scope is PauseScope.ALL]
    uncertain, _ = ledger.tasks.page(TaskFilter(states={TaskState.UNCERTAIN}), 0, 1)
    return Header(
        running=len(state.running),
        waiting=sum(state.waiting.values()),
        holds=len({hold.device for hold in ledger.holds.current()}),
        uncertain=uncertain,
        invalid=len(ledger.campaigns.invalid_files()),
        pause=pauses[0] if pauses else None,
        untold=trouble_with(ledger, desk.clock.now()),
    )
