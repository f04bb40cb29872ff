"""What the pages work on: the ledger, the executor, and what a daemon knows beside them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from runner.campaign.resolve import ResolvedCampaign
from runner.clock import Clock
from runner.execution.live_screen import LiveScreens
from runner.execution.state import ExecutorState
from runner.queries.overview import Surroundings
from runner.queries.phones import devices_of, phones_of_hosts
from runner.queries.situation import Situation
from runner.reports.advice import Options, options_of
from runner.scheduling.registry import Registry
from runner.server.dashboard.changes import Changes
from runner.server.dashboard.phones_now import FleetNow, PhonesNow
from runner.server.dashboard.screens import NewestScreens
from runner.state_dir import StateDir
from runner.store.artifacts import Artifacts
from runner.store.ledger import Ledger
from runner.store.rows import TaskRow
from runner.tasks import Task


@dataclass(frozen=True, slots=True)
class Desk:
    """What pages may use; any thread may.

    `zone` is the fleet's, `paths` are the campaign files and folders that the daemon was given, `place` is its state
    folder. `submit` hands pending tasks to the executor, `refresh` has it look at once for what was written to the
    ledger, `executor_state` tells what runs. `registry` has the campaigns in force, `phones` what adb last said.
    `changes` tells open pages what has changed: whoever writes to the ledger without an event tells it. `url` is the
    address of the dashboard, `pid` the process that carries tasks out. `live` are the screens of
    the phones that it drives, for people; None if it drives none.
    """

    ledger: Ledger
    clock: Clock
    zone: ZoneInfo
    artifacts: Artifacts
    place: StateDir
    paths: tuple[Path, ...]
    registry: Registry
    phones: PhonesNow
    changes: Changes
    submit: Callable[[Iterable[TaskRow | Task]], None]
    refresh: Callable[[], None]
    executor_state: Callable[[], ExecutorState]
    adb_port: int
    url: str
    user: str
    pid: int | None = None
    live: LiveScreens | None = None
    screens: NewestScreens = field(init=False)
    """The newest screen of each phone."""
    fleet: FleetNow = field(init=False)
    """The phones as the hosts that see them wrote down last."""

    def __post_init__(self) -> None:
        fleet = FleetNow(lambda: phones_of_hosts(self.ledger, devices_of(self.campaigns())))
        object.__setattr__(self, "fleet", fleet)
        screens = NewestScreens(self.ledger, self.artifacts, self.clock)
        self.changes.on_event(screens.tell)
        object.__setattr__(self, "screens", screens)  # it is made of the other parts, and frozen with them

    @property
    def is_rehearsal(self) -> bool:
        return self.place.phones is not None

    @property
    def options(self) -> Options:
        """The options with which commands ask this ledger, for advice as commands to type."""
        return options_of(self.place)

    def campaigns(self) -> Sequence[ResolvedCampaign]:
        """The campaigns in force."""
        return self.registry.in_force()

    def situation(self) -> Situation:
        """The ledger's present, as queries want it."""
        return Situation.read(
            self.ledger,
            self.clock.now(),
            self.zone,
            self.pid,
            is_rehearsal=self.is_rehearsal,
            rehearsed_run=self.place.rehearsed_run,
        )

    def surroundings(self) -> Surroundings:
        """What is around the ledger; it asks no phone, and waits for none. Where several hosts share the ledger, it
        tells what each has written of its phones: adb here knows only of its own."""
        phones = self.fleet() if self.ledger.hosts_now.are_several() else self.phones()
        return Surroundings(
            ledger=self.place.ledger,
            is_rehearsal=self.is_rehearsal,
            pid=self.pid,
            url=self.url,
            devices=phones.lines,
            adb_problem=phones.problem,
            rehearsed_run=self.place.rehearsed_run,
        )
