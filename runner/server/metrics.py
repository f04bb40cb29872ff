"""What Prometheus gets: counts of events as they come, and what the ledger and the executor say at each scrape."""

from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import CounterMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from runner import __version__
from runner.errors import LedgerError
from runner.events import EffectSettled, Event, StepFinished, TaskFinished, TaskStarted
from runner.execution.executor import Executor
from runner.phone.states import States
from runner.server.gauges import gauge
from runner.server.host_metrics import host_figures
from runner.store.ledger import Ledger
from runner.tasks import TaskState

LATENESS_S = (0.005, 0.01, 0.025, 0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 14400)
WRITE_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 10)


class EventMetrics:
    """Counts events. Any thread may call it."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._ended = Counter(
            "runner_attempts",
            "Attempts that have ended, by their task's state then.",
            ["state"],
            registry=registry,
        )
        self._steps = Counter("runner_steps", "Steps that have ended.", ["outcome"], registry=registry)
        self._effects = Counter(
            "runner_effects", "Effects that were settled.", ["kind", "state"], registry=registry
        )
        self._lateness = Histogram(
            "runner_lateness_seconds",
            "From a task's due instant, or the end of what held it back, to its attempt.",
            buckets=LATENESS_S,
            registry=registry,
        )
        self._writes = Histogram(
            "runner_ledger_write_seconds",
            "From asking for a transaction to its being on the disk.",
            buckets=WRITE_S,
            registry=registry,
        )

    def tell(self, event: Event) -> None:
        match event:
            case TaskStarted():
                self._lateness.observe(max(event.late_s, 0.0))
            case TaskFinished():
                self._ended.labels(event.state).inc()
            case StepFinished():
                self._steps.labels(event.outcome).inc()
            case EffectSettled():
                self._effects.labels(event.kind, event.state).inc()
            case _:
                pass

    def wrote(self, seconds: float) -> None:
        """A transaction of the ledger took this long."""
        self._writes.observe(seconds)


class StateMetrics(Collector):
    """Reads the present state at each scrape; a ledger that cannot be read shows as `runner_ledger_readable 0`.

    `devices` says how many phones adb has in each state; it never raises, and never waits long.
    """

    def __init__(
        self,
        ledger: Ledger,
        executor: Executor,
        devices: Callable[[], States],
    ) -> None:
        self._ledger = ledger
        self._executor = executor
        self._devices = devices

    def collect(self) -> Iterable[Metric]:
        yield gauge("runner_info", "The runner's version.", {__version__: 1}, "version")
        running = self._executor.state().running
        yield gauge("runner_lanes_running", "Attempts that go on now.", {"": len(running)})
        words = "Phones that adb lists, by its word for their state."
        states = self._devices()
        yield gauge("runner_devices", words, states.by_state, "state")
        words = "0: the adb server is not there or does not answer; phones are told as it told of them last."
        yield gauge("runner_adb_answers", words, {"": states.answers})
        try:
            # As a list: a ledger that fails in the middle must not leave half of its figures.
            told = list(self._from_ledger())
        except LedgerError:
            told = []
        yield gauge("runner_ledger_readable", "Whether the ledger could be read.", {"": bool(told)})
        yield from told

    def _from_ledger(self) -> Iterable[Metric]:
        counts = self._ledger.tasks.counts()
        tasks = {state.value: counts.get(state, 0) for state in TaskState}
        yield gauge("runner_tasks", "Tasks in the ledger.", tasks, "state")
        holds = self._ledger.holds.current()
        held_back = sum(hold.ends_by_itself for hold in holds)
        yield gauge("runner_holds", "Phones that wait for a person.", {"": len(holds) - held_back})
        words = "Phones that are held back for a time, since they failed repeatedly."
        yield gauge("runner_phones_held_back", words, {"": held_back})
        files = self._ledger.campaigns.invalid_files()
        yield gauge("runner_invalid_files", "Campaign files that are wrong now.", {"": len(files)})
        rows = [row for row in self._ledger.campaigns.all() if row.withdrawn_utc is None]
        invalid = {row.name: 0 for row in rows} | {file.campaign: 1 for file in files if file.campaign}
        words = "1: the campaign's file is wrong; its last good text goes on, if there is one."
        yield gauge("runner_campaign_invalid", words, invalid, "campaign")
        if (span := self._ledger.spans.last()) is not None:
            words = "When all that was due had been considered."
            seen = {"": span.seen_utc.timestamp()}
            yield gauge("runner_last_heartbeat_timestamp_seconds", words, seen)
        yield from host_figures(self._ledger)


class LogMetrics(Collector):
    """`dropped` gives the number of lines that the log has lost."""

    def __init__(self, dropped: Callable[[], int]) -> None:
        self._dropped = dropped

    def collect(self) -> Iterable[Metric]:
        words = "Lines of the log that could not be written: their reader stood still, or had gone."
        yield CounterMetricFamily("runner_log_lines_dropped", words, value=self._dropped())
