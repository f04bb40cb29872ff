"""What a backend writes down and tells during one attempt: durable first, then told to those who watch."""

from collections.abc import Mapping

from runner.events import EffectSettled, EventSink, StepFinished, StepStarted
from runner.execution.limiter import Limiter
from runner.store.artifacts import Artifacts
from runner.store.ledger import Ledger
from runner.tasks import Effect, EffectState, StepRecord, Task


class AttemptJournal:
    """The Journal and the Listener of one attempt at one task."""

    def __init__(
        self,
        ledger: Ledger,
        artifacts: Artifacts,
        limiter: Limiter,
        sink: EventSink,
        task: Task,
        attempt_id: int,
    ) -> None:
        self._ledger = ledger
        self._artifacts = artifacts
        self._limiter = limiter
        self._sink = sink
        self._task = task
        self._attempt_id = attempt_id
        self._told: dict[int, EffectState] = {}

    def effects(self) -> list[Effect]:
        return self._ledger.effects(self._task.key)

    def committing(
        self, kind: str, target: str | None, account: str | None, evidence: Mapping[str, str]
    ) -> int:
        with self._limiter.claim(self._task, kind, account):
            return self._ledger.begin_effect(
                self._attempt_id, self._task.key, kind, target, self._task.device, account, evidence
            )

    def settle(self, effect_id: int, state: EffectState, evidence: Mapping[str, str]) -> None:
        self._ledger.settle_effect(effect_id, state, evidence)
        if self._told.get(effect_id) is not state:
            self._told[effect_id] = state
            effect = next(effect for effect in self.effects() if effect.id == effect_id)
            self._sink(EffectSettled(self._task.key, self._task.lane, effect.kind, effect.target, state))

    def step_started(self, ordinal: int, total: int, title: str) -> None:
        self._sink(StepStarted(self._task.key, self._task.lane, ordinal, total, title))

    def step_finished(self, record: StepRecord) -> None:
        name = (self._task.key, self._attempt_id, record.ordinal)
        screenshot = record.screenshot and self._artifacts.save_screenshot(*name, record.screenshot)
        hierarchy = record.hierarchy and self._artifacts.save_hierarchy(*name, record.hierarchy)
        self._ledger.add_step(self._attempt_id, record, screenshot or None, hierarchy or None)
        self._sink(
            StepFinished(
                self._task.key,
                self._task.lane,
                record.ordinal,
                record.title,
                record.outcome,
                record.message,
                record.duration_s,
            )
        )
