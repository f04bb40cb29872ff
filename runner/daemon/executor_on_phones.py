"""The one place that puts an executor and its parts together, for `run` and for the daemon."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace

from runner.backends import build
from runner.backends.backend import BackendSetup
from runner.backends.supply import Supply
from runner.clock import Clock
from runner.daemon.rehearsal import Rehearsal
from runner.events import EventSink
from runner.execution.executor import Executor
from runner.execution.failing_phones import Patience
from runner.execution.holding import Holding
from runner.execution.limiter import Limiter
from runner.execution.state import Mode
from runner.planning.limits import EffectiveLimits
from runner.scripts.script import FlowText, ProfileText
from runner.settings import Settings
from runner.state_dir import StateDir
from runner.store.artifacts import Artifacts
from runner.store.ledger import Ledger
from runner.tasks import Task


@contextmanager
def executor_on_phones(
    place: StateDir,
    ledger: Ledger,
    settings: Settings,
    clock: Clock,
    *,
    flows: Mapping[tuple[str, str], FlowText],
    profiles: Callable[[str], Mapping[str, ProfileText]],
    limits: Callable[[Task], EffectiveLimits],
    sink: EventSink,
    mode: Mode,
    rehearsal: Rehearsal | None,
    artifacts: Artifacts | None = None,
    supply: Supply | None = None,
    holding: Holding | None = None,
) -> Iterator[Executor]:
    """An executor of the ledger's tasks on the phones that the settings name, or on those of a rehearsal.

    `flows` are campaigns' own flows by campaign and script, `profiles` gives the app profiles of a campaign and
    `limits` those of a task. `artifacts` are the place's, `supply` has the files of tasks if this machine has not;
    `holding` has the lanes of this host, where hosts share the ledger. The caller starts the executor; it is closed
    with its backends when this is.
    """
    if rehearsal is not None:
        settings = rehearsal.replace_phones(settings)
    with ExitStack() as stack:

        def is_settled(key: str) -> bool:
            return not any(effect.asks_somebody for effect in ledger.effects.of(key))

        setup = BackendSetup(settings, clock, flows, ledger.id, profiles, place.traces, is_settled)
        if supply is not None:
            setup = replace(setup, supply=supply)
        if artifacts is None:
            artifacts = place.artifacts(ledger)
        stack.callback(artifacts.close)
        artifacts.start()
        backends = build(setup, rehearsal=rehearsal is not None)
        # Closed after the executor, whose attempts use them.
        for backend in backends.values():
            stack.callback(backend.close)
        if rehearsal is not None:
            backends = rehearsal.replace_backends(backends)
        executor = Executor(
            ledger=ledger,
            artifacts=artifacts,
            backends=backends,
            limiter=Limiter(ledger.effects, limits, settings.zone, clock),
            clock=clock,
            sink=sink,
            mode=mode,
            patience=Patience(settings.phone_failures, settings.phone_cooldown_s),
            holding=holding,
        )
        yield stack.enter_context(closing(executor))
