"""What the header of each page tells: how much runs, how much needs a person, and whether everything is paused."""

from dataclasses import dataclass

from runner.queries.attention import Needs, needs
from runner.queries.notifications import NotificationTrouble, trouble_with
from runner.queries.wall import away
from runner.server.dashboard.desk import Desk
from runner.store.request_rows import PauseRow, PauseScope


@dataclass(frozen=True, slots=True)
class Header:
    """`running` counts the tasks at work, `needs` is what needs a person, as the page Now lists it; `pause` is that of
    everything, if there is one; `untold` is what nobody could be told."""

    running: int
    needs: Needs
    pause: PauseRow | None
    untold: NotificationTrouble | None


def read_header(desk: Desk) -> Header:
    running, situation, around = desk.executor_state().running, desk.situation(), desk.surroundings()
    return Header(
        running=len(running),
        needs=needs(
            desk.ledger,
            situation,
            desk.ledger.effects.doubts(),
            {one.key for one in running},
            away(around.devices, {one.lane for one in running}),
            around.outdated,
        ),
        pause=next((pause for pause in situation.pauses if pause.scope is PauseScope.ALL), None),
        untold=trouble_with(desk.ledger, desk.clock.now()),
    )
