"""One life of a daemon under a simulated clock: its own parts, without what only people and machines need of it."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from runner.daemon.executor_on_phones import executor_on_phones
from runner.daemon.rehearsal import Rehearsal
from runner.events import EventSink
from runner.execution.recovery import settle_interrupted
from runner.execution.state import Mode
from runner.scheduling.registry import Registry
from runner.scheduling.service import Service
from runner.scheduling.simulated_jobs import SimulatedJobs
from runner.settings import Settings
from runner.simulated_clock import SimulatedClock
from runner.state_dir import StateDir
from runner.store.ledger import Ledger

LOOK_S = 0.5
"""How often somebody who waits for rest looks whether he is to stop waiting, in real seconds."""


class RehearsedLife:
    """In a context: from the start of a daemon to its end. `end` ends it in an orderly way, before the context does."""

    def __init__(
        self,
        paths: Sequence[Path],
        place: StateDir,
        settings: Settings,
        ledger: Ledger,
        clock: SimulatedClock,
        rehearsal: Rehearsal,
        sink: EventSink,
    ) -> None:
        self._clock = clock
        self._stack = ExitStack()
        self.jobs = SimulatedJobs(clock)
        campaigns = Registry(ledger)
        settle_interrupted(ledger)
        self.executor = self._stack.enter_context(
            executor_on_phones(
                place,
                ledger,
                settings,
                clock,
                flows=campaigns.flows,
                profiles=campaigns.profiles,
                limits=campaigns.limits,
                sink=sink,
                mode=Mode.daemon(),
                rehearsal=rehearsal,
            )
        )
        clock.on_sleep = self.executor.look_again
        self._service = Service(
            paths,
            ledger,
            self.executor,
            clock,
            sink,
            campaigns,
            self.jobs,
            settings.zone,
            watches=False,  # a change in the midst of it would come at another time in each rehearsal
        )
        # As in the daemon: what came too late is missed first, and only then are tasks handed over.
        self._service.start()
        self.executor.submit(ledger.tasks.pending())
        self.executor.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def come_to_rest(self, over: Callable[[], bool]) -> None:
        """Wait until nothing can happen before the clock moves, or it is `over`."""
        while not self.executor.wait_until_at_rest(lambda: self._clock.asleep, LOOK_S) and not over():
            pass

    def end(self, reason: str, *, cut_off: bool) -> None:
        """Begin nothing more; attempts that run stop at their next step if they are to be `cut_off`. The clock has to
        be moved until none runs."""
        self.jobs.stopping.set()
        if cut_off:
            self.executor.drain(0.0)
        self.executor.close()
        self._service.stop(reason)
