"""A flow of 20 steps with engine and ledger, against a script by hand that does the same with uiautomator2.

Both go over our session to one phone, and both keep a picture of each step.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.figures import ratio
from bench.phones import APP, HOME, PROFILE, driven
from runner.backends.device import DeviceBackend
from runner.clock import SystemClock
from runner.daemon.memory import collect_garbage_seldom
from runner.events import ignore
from runner.execution.executor import Executor
from runner.execution.limiter import Limiter
from runner.execution.state import Mode
from runner.phone.session import Session
from runner.planning.limits import effective_limits
from runner.scripts.script import FlowText
from runner.settings import Settings
from runner.store.artifacts import Artifacts
from runner.store.ledger import Ledger
from runner.store.rows import Decision, OccurrenceState
from runner.store.witness import Witnesses
from runner.tasks import Occurrence, Task, TaskState, task_key

STEPS, ROUNDS = 20, 9
WAIT_S = 20.0
TABS = (PROFILE, HOME)
FLOW = (
    f"""\
version: 1
name: rounds
app: {APP}
effects: none
steps:
"""
    + "".join(
        f"  - tap: {{id: {tab.rpartition('/')[2]}}}\n  - wait_for: {{id: {tab.rpartition('/')[2]}}}\n"
        for tab in TABS
    )
    * (STEPS // (2 * len(TABS)))
)


def run() -> Iterator[str]:
    collect_garbage_seldom()  # as the daemon does
    with TemporaryDirectory() as name, driven(1) as (phone,):
        folder = Path(name)
        with _runner(folder, phone.adb_port, phone.session) as flow:
            yield ratio(
                f"a flow of {STEPS} steps with engine and ledger, against a script by hand",
                flow,
                lambda: _by_hand(phone.session, folder / "by-hand"),
                goal=1.1,
                rounds=ROUNDS,
            )


def _by_hand(session: Session, folder: Path) -> None:
    """What somebody would write who has this phone, and wants to see afterwards what was done."""
    folder.mkdir(exist_ok=True)
    device = session._server()
    for number in range(0, STEPS, 2):
        tab = device(resourceId=TABS[number // 2 % len(TABS)])
        tab.click()
        (folder / f"{number}.jpg").write_bytes(session.screenshot())
        tab.wait(timeout=WAIT_S)
        (folder / f"{number + 1}.jpg").write_bytes(session.screenshot())


@contextmanager
def _runner(folder: Path, port: int, session: Session) -> Iterator[Callable[[], None]]:
    """Carries out the flow as a task: what is yielded returns when the ledger has its end."""
    clock = SystemClock()
    settings = replace(Settings.from_environment(), adb_port=port, state_dir=folder)
    backend = DeviceBackend(settings, clock, {("bench", "rounds"): FlowText("flows/rounds.yaml", FLOW)})
    backend._sessions[session.serial] = session
    with Ledger.open(f"sqlite:///{folder / 'ledger.db'}", clock) as ledger:
        ledger.ownership.take(Witnesses(folder / "witness"), is_rehearsal=False)  # as the daemon does
        executor = Executor(
            ledger=ledger,
            artifacts=Artifacts(folder / "artifacts"),
            backends={"device": backend},
            limiter=Limiter(ledger.effects, lambda campaign: effective_limits({}), UTC, clock),
            clock=clock,
            sink=ignore,
            mode=Mode.daemon(),
        )
        executor.start()
        numbers = count()

        def carry_out() -> None:
            task = _task(next(numbers), session.serial, clock)
            occurrence = Occurrence("bench", "rounds", task.nominal, task.nominal, task.due_utc)
            decision = Decision(occurrence, OccurrenceState.STARTED, "", None, [task])
            executor.submit(ledger.occurrences.record([decision]))
            executor.wait_until_idle()
            row = ledger.tasks.get(task.key)
            assert row is not None and row.state is TaskState.COMPLETED, row

        yield carry_out
        executor.close()


def _task(number: int, serial: str, clock: SystemClock) -> Task:
    return Task(
        key=task_key("bench", "rounds", str(number), serial, ""),
        campaign="bench",
        entry="rounds",
        script="rounds",
        backend="device",
        device=serial,
        username=None,
        target=None,
        nominal=str(number),
        ordinal=number,
        due_utc=clock.now(),
        timeout_s=600.0,
        config={},
    )
