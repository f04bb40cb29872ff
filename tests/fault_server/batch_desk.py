"""Tasks for the Local API, and a journal in memory that keeps the promises of a BatchJournal."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from runner.clock import Clock
from runner.errors import LeaseLost
from runner.journals import Intent, Settlement
from runner.scripts import SCRIPTS, complete
from runner.tasks import (
    NO_OPTIONS,
    NO_RETRY,
    Effect,
    EffectState,
    Outcome,
    RetryRule,
    Task,
    TaskOptions,
    task_key,
)

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def make_tasks(
    script: str = "post",
    devices: Iterable[str] = ("D1",),
    *,
    usernames: Iterable[str] = (),
    config: Mapping[str, Any] | None = None,
    entry: str = "entry",
    nominal: str = "run:1",
    options: TaskOptions = NO_OPTIONS,
    timeout_s: float = 600.0,
    retry: RetryRule = NO_RETRY,
    due_utc: datetime = NOON,
) -> list[Task]:
    """The tasks of one entry, as planning makes them."""
    kind = SCRIPTS[script]
    whole = complete(kind, config or {"captions": "hello"})
    lanes: list[tuple[str | None, str | None]] = [(None, name) for name in usernames]
    lanes = lanes or [(device, None) for device in devices]
    pairs = [(lane, target) for lane in lanes for target in dict.fromkeys(kind.targets(whole))]
    return [
        Task(
            key=task_key("demo", entry, nominal, device or username or "", target),
            campaign="demo",
            entry=entry,
            script=script,
            backend="local_api",
            device=device,
            username=username,
            target=target,
            nominal=nominal,
            ordinal=ordinal,
            due_utc=due_utc,
            timeout_s=timeout_s,
            config=whole,
            options=options,
            retry=retry,
        )
        for ordinal, ((device, username), target) in enumerate(pairs)
    ]


@dataclass
class Memory:
    """What a ledger would hold: every effect, its device and account, and the outcome of each attempt."""

    effects: dict[int, Effect] = field(default_factory=dict)
    places: dict[int, tuple[str | None, str | None]] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)

    def of(self, key: str) -> list[Effect]:
        return [effect for effect in self.effects.values() if effect.task_key == key]


class MemoryJournal:
    """The journal of one attempt at tasks. Tests set `stop` and `leave` while it goes on."""

    def __init__(self, memory: Memory, tasks: Sequence[Task], clock: Clock, held: Iterable[str] = ()) -> None:
        self.memory, self.clock, self.held = memory, clock, set(held)
        self.open = {task.key: task for task in tasks}
        self.deadlines: dict[str, float] = {}
        self.stop: set[str] = set()
        self.leave = False
        self.lost: LeaseLost | None = None
        self.writes: list[str] = []
        self.said: list[tuple[str, str]] = []

    def effects(self) -> Mapping[str, list[Effect]]:
        return {key: self.memory.of(key) for key in self.open}

    def committing(self, intents: Sequence[Intent]) -> Mapping[str, list[int]]:
        self.writes.append("committing")
        written: dict[str, list[int]] = {}
        for intent in intents:
            task = self.open.get(intent.task_key)
            if task is None or task.key in self.held:
                self.open.pop(intent.task_key, None)
                continue
            number = len(self.memory.effects) + 1
            count = len(self.memory.of(task.key))
            effect = Effect(
                number, task.key, count, intent.kind, intent.target, EffectState.COMMITTING, intent.evidence
            )
            self.memory.effects[number] = effect
            self.memory.places[number] = (task.device, intent.account)
            written.setdefault(task.key, []).append(number)
        return written

    def be_sure(self) -> None:
        if self.lost is not None:
            raise self.lost

    def discovered(self, intents: Sequence[Intent]) -> Mapping[str, list[int]]:
        return self.committing(intents)

    def settle(self, settlements: Sequence[Settlement]) -> None:
        self.writes.append("settle")
        for one in settlements:
            effect = self.memory.effects[one.effect_id]
            evidence = {**effect.evidence, **one.evidence}
            self.memory.effects[one.effect_id] = replace(effect, state=one.state, evidence=evidence)

    def begun(self, keys: Sequence[str]) -> None:
        for key in keys:
            self.deadlines.setdefault(key, self.clock.monotonic() + self.open[key].timeout_s)

    def reported(self, messages: Mapping[str, str]) -> None:
        self.said += [(self.open[key].lane, message) for key, message in messages.items()]

    def overdue(self) -> list[str]:
        now = self.clock.monotonic()
        return [key for key, at in self.deadlines.items() if key in self.open and at <= now]

    def asked_to_stop(self) -> list[str]:
        return [key for key in self.open if key in self.stop]

    def leaving(self) -> bool:
        return self.leave

    def alike(self) -> list[Effect]:
        own = {
            (effect.kind, effect.target, self.memory.places[effect.id])
            for key in self.open
            for effect in self.memory.of(key)
        }
        return [
            effect
            for effect in self.memory.effects.values()
            if effect.task_key not in self.open
            and (effect.kind, effect.target, self.memory.places[effect.id]) in own
        ]

    def finish(self, outcomes: Mapping[str, Outcome], settlements: Sequence[Settlement] = ()) -> None:
        self.settle(settlements)
        for key, outcome in outcomes.items():
            del self.open[key]
            self.memory.outcomes[key] = outcome
