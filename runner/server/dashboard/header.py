"""What the header of each page tells: how much runs, how much needs a person, and whether everything is paused."""

from dataclasses import dataclass

from runner.queries.attention import Needs, needs
from runner.queries.notifications import NotificationTrouble, trouble_with
from runner.queries.situation import Situation
from runner.queries.wall import away
from runner.queries.why_host import lane_of
from runner.server.dashboard.desk import Desk
from runner.store.host_rows import HostTable
from runner.store.request_rows import PauseRow, PauseScope


@dataclass(frozen=True, slots=True)
class Header:
    """`running` counts the tasks at work, `needs` is what needs a person, as the page Now lists it; `pause` is that of
    everything, if there is one; `untold` is what nobody could be told; `hosts` are those that share the ledger, None if
    it belongs to one."""

    running: int
    needs: Needs
    pause: PauseRow | None
    untold: NotificationTrouble | None
    hosts: HostTable | None = None


def read_header(desk: Desk) -> Header:
    situation, around = desk.situation(), desk.surroundings()
    running = _running(desk, situation)
    return Header(
        running=len(running),
        needs=needs(
            desk.ledger,
            situation,
            desk.ledger.effects.doubts(),
            set(running),
            away(around.devices, set(running.values())),
            around.outdated,
        ),
        pause=next((pause for pause in situation.pauses if pause.scope is PauseScope.ALL), None),
        untold=trouble_with(desk.ledger, desk.clock.now()),
        hosts=situation.hosts,
    )


def _running(desk: Desk, situation: Situation) -> dict[str, str]:
    """The lanes of tasks at work, by the tasks' keys: of this process, or, where several hosts share the ledger, of all
    that live."""
    if situation.hosts is None:
        return {one.key: one.lane for one in desk.executor_state().running}
    rows = (row.task for row in desk.ledger.lanes_now.running())
    return {task.key: task.lane for task in rows if situation.hosts.holds(lane_of(task))}
