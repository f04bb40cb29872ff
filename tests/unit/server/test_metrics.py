"""The figures: from events as they come, and from the ledger and the executor when they are asked for."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from host_shelf import HostShelf
from prometheus_client import CollectorRegistry

from runner.clock import ManualClock
from runner.events import EffectSettled, StepFinished, TaskFinished, TaskStarted
from runner.execution.executor import Executor
from runner.execution.limiter import Limiter
from runner.execution.state import Mode
from runner.phone.states import States
from runner.planning.limits import effective_limits
from runner.server.health import HEARTBEAT_SILENT_S, Health
from runner.server.metrics import EventMetrics, StateMetrics
from runner.store.artifacts import Artifacts
from runner.store.campaign_rows import InForce, InvalidFile
from runner.store.leases import HOST_LEASE
from runner.store.ledger import Ledger
from runner.tasks import AttemptOutcome, Occurrence, Outcome, StepOutcome, Task, TaskState

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
KEY = "demo/greet/2026-11-21T08:00:00Z/A/@one"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def ledger(tmp_path: Path, clock: ManualClock) -> Iterator[Ledger]:
    with Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}", clock) as ledger:
        yield ledger


@pytest.fixture
def executor(ledger: Ledger, clock: ManualClock, tmp_path: Path) -> Executor:
    return Executor(
        ledger=ledger,
        artifacts=Artifacts(tmp_path),
        backends={},
        limiter=Limiter(ledger.effects, lambda campaign: effective_limits({}), UTC, clock),
        clock=clock,
        sink=lambda event: None,
        mode=Mode.daemon(),
    )


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


def put_in_force(ledger: Ledger) -> None:
    version = ledger.campaigns.record("demo", "demo.yaml", "version: 1", None)
    ledger.campaigns.put_in_force(InForce("demo", "demo.yaml", version, None, frozenset(), NOW))


def add_task(ledger: Ledger) -> None:
    occurrence = Occurrence("demo", "greet", "2026-11-21T08:00:00Z", "08:00", NOW)
    task = Task(
        KEY, "demo", "greet", "follow", "device", "A", None, "@one", occurrence.nominal, 0, NOW, 600.0, {}
    )
    version = ledger.campaigns.record("demo", "demo.yaml", "version: 1", None)
    ledger.occurrences.add(version, [occurrence], [task])


def test_events_are_counted(registry: CollectorRegistry) -> None:
    metrics = EventMetrics(registry)
    outcome = Outcome(AttemptOutcome.FAILED, "it failed")
    for late_s in (0.004, 2.0):
        metrics.tell(TaskStarted(KEY, "A", "follow @one", 1, late_s))
    metrics.tell(StepFinished(KEY, "A", 1, "tap", StepOutcome.COMPLETED, "", 0.1))
    metrics.tell(EffectSettled(KEY, "A", "follow", "@one", "refuted"))
    metrics.tell(TaskFinished(KEY, "A", TaskState.FAILED, outcome, 3.0))
    metrics.wrote(0.004)

    def value(name: str, **labels: str) -> float | None:
        return registry.get_sample_value(name, labels)

    assert value("runner_lateness_seconds_bucket", le="0.005") == 1
    assert value("runner_lateness_seconds_count") == 2
    assert value("runner_steps_total", outcome="completed") == 1
    assert value("runner_effects_total", kind="follow", state="refuted") == 1
    assert value("runner_attempts_total", state="failed") == 1
    assert value("runner_ledger_write_seconds_count") == 1


def test_what_is_is_asked_of_the_ledger(
    registry: CollectorRegistry, ledger: Ledger, executor: Executor
) -> None:
    registry.register(
        StateMetrics(ledger, executor, lambda: States({"device": 3, "offline": 1}, answers=True))
    )
    value = registry.get_sample_value
    assert value("runner_tasks", {"state": "pending"}) == 0
    assert value("runner_last_heartbeat_timestamp_seconds") is None

    put_in_force(ledger)
    add_task(ledger)
    ledger.holds.place("A", "a login screen")
    ledger.spans.begin("1.0", "started")
    assert value("runner_tasks", {"state": "pending"}) == 1
    assert value("runner_holds") == 1
    assert value("runner_devices", {"state": "offline"}) == 1
    assert value("runner_campaign_invalid", {"campaign": "demo"}) == 0
    assert value("runner_last_heartbeat_timestamp_seconds") == NOW.timestamp()
    assert value("runner_lanes_running") == 0
    assert value("runner_ledger_readable") == 1

    assert value("runner_invalid_files") == 0
    wrong = [InvalidFile(f"/srv/{name}.yaml", name, "3:1: error", None, NOW) for name in ("demo", None)]
    ledger.campaigns.replace_invalid_files(wrong)
    assert value("runner_campaign_invalid", {"campaign": "demo"}) == 1
    assert value("runner_invalid_files") == 2


def test_a_ledger_that_cannot_be_read_is_told_and_the_rest_too(
    registry: CollectorRegistry, ledger: Ledger, executor: Executor, tmp_path: Path
) -> None:
    registry.register(StateMetrics(ledger, executor, lambda: States({"device": 3}, answers=False)))
    for path in tmp_path.glob("ledger.db*"):
        path.write_bytes(b"no database" * 1000)
    ledger.close()
    assert registry.get_sample_value("runner_ledger_readable") == 0
    assert registry.get_sample_value("runner_devices", {"state": "device"}) == 3
    assert registry.get_sample_value("runner_tasks", {"state": "pending"}) is None


def test_health_gives_reasons_until_all_is_there(
    ledger: Ledger, executor: Executor, clock: ManualClock
) -> None:
    health = Health(ledger, executor, clock)
    assert health.ailments() == []
    assert health.obstacles() == ["no campaign is in force", "the daemon is starting"]
    put_in_force(ledger)
    span = ledger.spans.begin("1.0", "started")
    health.read_heartbeat()
    assert health.obstacles() == []

    clock.advance(HEARTBEAT_SILENT_S + 1)
    assert health.read_heartbeat() == HEARTBEAT_SILENT_S + 1
    assert health.obstacles() == [f"the last heartbeat was written {HEARTBEAT_SILENT_S + 1:.0f} s ago"]
    ledger.spans.heartbeat(span)
    assert health.read_heartbeat() == 0
    assert health.obstacles() == []

    health.draining = True
    assert health.obstacles() == ["the daemon is stopping"]


def test_a_withdrawn_campaign_is_not_in_force(ledger: Ledger, executor: Executor, clock: ManualClock) -> None:
    put_in_force(ledger)
    ledger.spans.begin("1.0", "started")
    health = Health(ledger, executor, clock)
    health.read_heartbeat()
    ledger.campaigns.withdraw("demo", "its file was removed")
    assert health.obstacles() == ["no campaign is in force"]


def test_without_campaign_files_none_need_be_in_force(
    ledger: Ledger, executor: Executor, clock: ManualClock
) -> None:
    ledger.spans.begin("1.0", "started")
    health = Health(ledger, executor, clock, api_only=True)
    health.read_heartbeat()
    assert health.obstacles() == []


def test_a_ledger_that_is_gone_is_an_ailment(
    ledger: Ledger, executor: Executor, clock: ManualClock, tmp_path: Path
) -> None:
    health = Health(ledger, executor, clock)
    (tmp_path / "ledger.db").rename(tmp_path / "moved.db")
    (ailment,) = health.ailments()
    assert f"the ledger {tmp_path / 'ledger.db'} is gone" in ailment
    (tmp_path / "moved.db").rename(tmp_path / "ledger.db")
    assert health.ailments() == []


def test_an_executor_that_hangs_is_an_ailment(
    ledger: Ledger, executor: Executor, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executor, "silent_s", lambda: 40.0)
    assert Health(ledger, executor, clock).ailments() == ["the executor has not looked for work for 40 s"]


# Several hosts


def test_hosts_that_share_the_ledger_have_figures(
    registry: CollectorRegistry, ledger: Ledger, executor: Executor, clock: ManualClock
) -> None:
    registry.register(StateMetrics(ledger, executor, lambda: States({}, answers=True)))
    value = registry.get_sample_value
    assert value("runner_host_up", {"host": "north"}) is None, "there is one host only"
    add_task(ledger)
    shelf = HostShelf(ledger, clock)
    shelf.host("north", is_daemon=True)
    shelf.host("south", "A")
    shelf.leads("north")
    assert [value("runner_host_up", {"host": name}) for name in ("north", "south")] == [1, 1]
    assert [value("runner_host_leads", {"host": name}) for name in ("north", "south")] == [1, 0]
    assert [value("runner_host_lanes", {"host": name}) for name in ("north", "south")] == [0, 1]
    assert [value("runner_host_tasks_waiting", {"host": name}) for name in ("north", "south")] == [0, 1]
    assert value("runner_host_tasks_running", {"host": "south"}) == 0
    assert value("runner_clock_ahead_seconds") == 0
    assert value("runner_host_clock_ahead_seconds", {"host": "south"}) == 0
    epoch = value("runner_leader_epoch")
    shelf.dies("south", ago=timedelta(seconds=4))
    assert value("runner_host_lease_seconds", {"host": "south"}) == 1
    shelf.dies("south", ago=timedelta(minutes=1))
    shelf.leads("south")
    assert value("runner_host_up", {"host": "south"}) == 0
    assert value("runner_host_lease_seconds", {"host": "south"}) == 0
    assert epoch is not None and value("runner_leader_epoch") == epoch + 1


def test_a_host_is_well_while_it_is_sure_of_its_lease(
    ledger: Ledger, executor: Executor, clock: ManualClock
) -> None:
    lease = ledger.hosts.register("north", machine="m", version="1", is_daemon=True)
    ledger.fence.begin(lease)
    health = Health(ledger, executor, clock)
    assert health.obstacles() == [], "it stands by: whoever leads considers what is due"
    ledger.leader.try_take("north")
    assert health.obstacles() == ["no campaign is in force", "the daemon is starting"]
    clock.advance(HOST_LEASE.total_seconds())
    (obstacle,) = health.obstacles()
    assert "the host north has lost its lease" in obstacle
    assert health.ailments() == [], "it begins its next life by itself"
