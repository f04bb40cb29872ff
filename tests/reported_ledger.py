"""A ledger with tasks in any state, their steps and pictures, for the tests of reports."""

import io
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from claims import claim, task_on_phone
from PIL import Image

from runner.clock import ManualClock
from runner.queries.situation import Situation
from runner.store.artifacts import Artifacts
from runner.store.ledger import Ledger
from runner.store.rows import Decision, OccurrenceState, TaskRow
from runner.tasks import (
    AttemptOutcome,
    EffectState,
    Occurrence,
    Outcome,
    StepOutcome,
    StepRecord,
    TaskState,
)

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
"""A Saturday, of the week 2026-W47."""

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RUN = "20261121-120000-abcd"
SEMI_FINAL = {
    TaskState.COMPLETED: AttemptOutcome.COMPLETED,
    TaskState.FAILED: AttemptOutcome.FAILED,
    TaskState.UNCERTAIN: AttemptOutcome.UNCERTAIN,
}
EFFECTS = {
    TaskState.COMPLETED: EffectState.COMMITTED,
    TaskState.FAILED: EffectState.REFUTED,
    TaskState.UNCERTAIN: EffectState.UNCERTAIN,
}


def picture(seed: int = 0, noisy: bool = False) -> bytes:
    """A screenshot; a noisy one has about as many bytes as one of a busy screen."""
    image = (
        Image.frombytes("RGB", (300, 640), random.Random(seed).randbytes(300 * 640 * 3))
        if noisy
        else Image.new("RGB", (300, 640), (seed % 256, seed // 256 % 256, 90))
    )
    made = io.BytesIO()
    image.save(made, "JPEG", quality=60)
    return made.getvalue()


class ReportedLedger:
    """`clock` stands at NOON until a task moves it to the instant at which it is due."""

    def __init__(self, folder: Path, ledger: Ledger, clock: ManualClock) -> None:
        self.folder, self.ledger, self.clock = folder, ledger, clock
        self.artifacts = Artifacts(folder / "artifacts")
        self.version = ledger.campaigns.record("demo", "campaigns/demo.yaml", "version: 1\n", "f" * 40)
        self._made = 0

    def task(
        self,
        state: TaskState = TaskState.COMPLETED,
        device: str = "S1",
        *,
        entry: str = "greet",
        script: str = "follow",
        target: str | None = "@north",
        username: str | None = None,
        due: datetime | None = None,
        late_s: float = 2,
        reason: str = "",
        hint: str | None = None,
        pictures: int = 1,
        noisy: bool = False,
        title: str = "tap Follow",
        evidence: str = "Follow",
        hierarchy: str | None = None,
        run_id: str | None = RUN,
        campaign: str = "demo",
        config: Mapping[str, Any] | None = None,
        nominal: str | None = None,
    ) -> TaskRow:
        """A task; one that was begun has an attempt with so many steps, each with a picture of its own."""
        self._made += 1
        due = due or NOON + timedelta(seconds=self._made)
        nominal = nominal or f"run:{self._made}"
        made = task_on_phone(campaign, entry, nominal, script, device, username, target, due, config)
        key = made.key
        occurrence = Occurrence(campaign, entry, nominal, "manual", due)
        self.ledger.occurrences.add(self.version, [occurrence], [made], run_id)
        if state is TaskState.MISSED:
            self.ledger.tasks.miss([key], reason)
        elif state is TaskState.CANCELLED:
            self.ledger.tasks.cancel([key], reason)
        elif state in SEMI_FINAL:
            self.clock._now = due + timedelta(seconds=late_s)
            attempt = claim(self.ledger, key)
            effect = self.ledger.effects.begin(
                attempt.id, key, script, target, device, username, {"button": evidence}, "tiktok"
            )
            for ordinal in range(1, pictures + 1):
                is_last = ordinal == pictures
                failed = state is TaskState.FAILED and is_last
                jpeg = picture(self._made * 100 + ordinal, noisy)
                saved = self.artifacts.save_screenshot(key, attempt.id, ordinal, jpeg)
                xml = (
                    self.artifacts.save_hierarchy(key, attempt.id, ordinal, hierarchy)
                    if hierarchy and is_last
                    else None
                )
                outcome = StepOutcome.FAILED if failed else StepOutcome.COMPLETED
                step = StepRecord(ordinal, "tap", title, "follow.yaml:7", outcome, "", due, 1.5)
                self.ledger.attempts.add_step(attempt.id, step, saved, xml)
            self.ledger.effects.settle(effect, EFFECTS[state], {})
            self.ledger.attempts.finish(attempt.id, Outcome(SEMI_FINAL[state], reason, hint), state)
        row = self.ledger.tasks.get(key)
        assert row is not None
        return row

    def not_run(
        self, state: OccurrenceState, reason: str, *, entry: str = "greet", at: datetime = NOON
    ) -> None:
        """An occurrence that made no tasks."""
        one = Occurrence("demo", entry, f"{at:%Y-%m-%dT%H:%M}[UTC]", f"{at:%H:%M}", at)
        self.ledger.occurrences.record([Decision(one, state, reason, self.version)])

    def situation(self, now: datetime = NOON + HOUR) -> Situation:
        return Situation.read(self.ledger, now, UTC, None)


@contextmanager
def reported_ledger(folder: Path) -> Iterator[ReportedLedger]:
    clock = ManualClock(NOON)
    with Ledger.open("sqlite://", clock) as ledger:
        yield ReportedLedger(folder, ledger, clock)
