"""One life of a host in a process: its ledger, its lease, its executor, and what follows the rings for its lanes.

A life ends when somebody asks the process to end, or when the lease is over: the database was away for too long, the
process was frozen, the ledger failed. Then the process begins a new life, and settles what the old one has left, as
after a crash.
"""

import threading
from collections.abc import Callable, Collection
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import Self

from runner import __version__
from runner.backends.fetching import FetchingSupply, Source
from runner.backends.material_cache import MaterialCache
from runner.clock import Clock
from runner.daemon.custody import take_custody
from runner.daemon.executor_on_phones import executor_on_phones
from runner.daemon.rehearsal import Rehearsal
from runner.errors import LedgerError, LedgerRaised
from runner.events import EventSink
from runner.execution.state import Mode
from runner.hosts.about import HostAbout
from runner.hosts.doorbell import Doorbell
from runner.hosts.doorbell_tables import install
from runner.hosts.followed_campaigns import FollowedCampaigns
from runner.hosts.held_lanes import HeldLanes
from runner.hosts.host import Host
from runner.hosts.machine import machine_of
from runner.hosts.renewal import Renewal, Trouble
from runner.hosts.silence import Silence
from runner.phone.fleets import Fleets
from runner.scheduling.registry import Registry
from runner.settings import Settings
from runner.state_dir import StateDir
from runner.store.ledger import Ledger
from runner.store.postgres_connecting import unless_given
from runner.store.url import libpq_url

LOOK_S = 1.0
"""How long adb's phones may take to say who they are."""


@dataclass(frozen=True, slots=True)
class HostGround:
    """What outlives a host's lives: the place and the settings, and the virtual phones, if any. `say` writes a line of
    the log."""

    about: HostAbout
    place: StateDir
    settings: Settings
    clock: Clock
    say: Callable[..., None]
    rehearsal: Rehearsal | None = None


class HostLife:
    """While this is open, it lives; `over` is set when it cannot go on, and `why` says why. Entering raises
    LedgerError, and HostTaken if another process that lives has the name."""

    def __init__(
        self, ground: HostGround, sink: Callable[[Ledger], EventSink], registry: Callable[[Ledger], Registry]
    ) -> None:
        self.over = threading.Event()
        self.why = ""
        self._ground, self._new_sink, self._new_registry = ground, sink, registry
        self._stack = ExitStack()
        self._is_ended = self._is_started = False

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._begin(stack)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _begin(self, stack: ExitStack) -> None:
        ground, about, place = self._ground, self._ground.about, self._ground.place
        readers = None if about.is_daemon else 1  # of the connections that a server has, each host takes few
        ledger = self.ledger = stack.enter_context(
            Ledger.open(place.store_url, ground.clock, readers=readers)
        )
        stack.enter_context(Silence(ledger.database, self._silent_s, self._is_over, self.end))
        take_custody(ledger, place)
        install(ledger.database)
        self.artifacts = place.artifacts(ledger)
        self.material = MaterialCache(place.material, ground.settings.material_cache_bytes)
        lease = self.lease = ledger.hosts.register(
            about.name,
            machine=machine_of(place.folder),
            version=__version__,
            is_daemon=about.is_daemon,
            url=about.url,
            artifacts=self.artifacts.url,
            replaces_dead=True,  # the state folder's lock is held
        )
        stack.callback(self._stop_host)
        renewal = Renewal("host's lease", lease, lambda: ledger.hosts.renew(lease), self.end)
        stack.enter_context(renewal)
        self.registry = self._new_registry(ledger)
        self.campaigns = stack.enter_context(
            FollowedCampaigns(ledger, self.registry, Trouble(ground.say, "campaigns cannot be read now"))
        )
        held = self.held = HeldLanes(ledger, lease)
        self.sink = self._new_sink(ledger)
        self.executor = stack.enter_context(
            executor_on_phones(
                place,
                ledger,
                ground.settings,
                ground.clock,
                flows=self.registry.flows,
                profiles=self.registry.profiles,
                limits=self.registry.limits,
                sink=self.sink,
                mode=Mode.daemon(),
                rehearsal=ground.rehearsal,
                artifacts=self.artifacts,
                supply=self._supply(),
                holding=held,
            )
        )
        self.host = Host(ledger, lease, held, self.executor, self._plugged(), ground.clock, ground.say)
        self._bell = Doorbell(
            lambda: libpq_url(place.store_url),
            about.name,
            self.host,
            self._bell_fails,
            pooled=about.is_pooled,
            options=unless_given(place.store_url),
        )

    def start(self) -> None:
        """Take lanes, and carry their tasks out."""
        self._stack.enter_context(self._bell)
        self._stack.enter_context(self.host)
        self._is_started = True

    def end(self, why: str) -> None:
        """This life cannot go on; any thread may say so."""
        if not self.over.is_set():
            self.why = why
            self.over.set()

    def fails_with(self, error: BaseException) -> bool:
        """Whether an error that has ended a thread ends this life, and not the process: the ledger cannot be used now.
        No new life could use one whose tables have become those of a newer version."""
        if isinstance(error, LedgerError) and not isinstance(error, LedgerRaised):
            self.end(error.message)
            return True
        return False

    def is_sure(self) -> bool:
        """Whether the host's lease goes on, by its own clock: asked as often as a freeze should be noticed."""
        if not self.lease.is_sure():
            self.end("its lease is over")
        return not self.over.is_set()

    def drain(self, grace_s: float | None) -> bool:
        """Begin nothing more, and let current steps end; true if all have in time."""
        self._is_ended = True
        return self.executor.drain(grace_s)

    @property
    def reached(self) -> Settings:
        """The settings, with the adb servers of the phones that it reaches."""
        ground = self._ground
        return ground.rehearsal.replace_phones(ground.settings) if ground.rehearsal else ground.settings

    def _plugged(self) -> Callable[[], Collection[str]]:
        if not self._ground.about.has_phones:
            return tuple
        fleets = Fleets(self.reached.every_adb_server)

        def plugged() -> Collection[str]:
            # Nobody else starts an adb server on a host: without one it would hold no lane, and begin nothing.
            devices = fleets.listed(LOOK_S, starts=True)
            return {one.serial for one in devices if one.serial and one.is_ready}

        return plugged

    def _supply(self) -> FetchingSupply:
        ground, material = self._ground, self.ledger.material

        def sources() -> list[Source]:
            return [Source(host.name, host.url) for host in material.hosts()]

        return FetchingSupply(ground.about.name, sources, ground.settings.token, self.material, ground.clock)

    def _silent_s(self) -> float:
        """How long the executor has been silent; until it has started, how long any question to the database goes on,
        since a life that begins asks nothing that takes long."""
        return self.executor.silent_s() if self._is_started else self.ledger.database.reads_s()

    def _is_over(self) -> bool:
        return self.over.is_set() or self._is_ended

    def _stop_host(self) -> None:
        # Whoever is cut off cannot say so: others wait for the end of the lease.
        with suppress(LedgerError):
            self.ledger.hosts.stop(self.lease, "stopped" if self._is_ended else self.why)

    def _bell_fails(self, reason: str) -> None:
        self._ground.say("doorbell not heard", "warning", reason=reason)
