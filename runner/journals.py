"""What the executor hands to a backend: protocols by which it tells of effects and progress, and asks whether to stop.
A backend never writes to the ledger itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from runner.tasks import Effect, EffectState, Outcome, StepRecord


class Journal(Protocol):
    """A backend writes its effects down here before and after it makes them. Calls are synchronous: when one returns,
    the row is durable."""

    def effects(self) -> list[Effect]:
        """The task's effects so far, from earlier attempts too."""
        ...

    def worked_s(self) -> float:
        """How long earlier attempts at the task have worked, in seconds, as far as their steps tell; the time between
        them does not count."""
        ...

    def works_as(self, app: str, account: str) -> None:
        """Go on as this account of an app, lower case with its `@`; no other attempt does so until this one has ended.
        Raises HeldBack if another one does so now."""
        ...

    def committing(
        self, kind: str, target: str | None, account: str | None, evidence: Mapping[str, str]
    ) -> int:
        """Write down that an effect is about to be made; returns its id. Raises HeldBack if a limit forbids it now."""
        ...

    def be_sure(self) -> None:
        """Raises LeaseLost if another host may work in the task's lane by now. To be asked right before the action that
        makes an effect."""
        ...

    def settle(
        self, effect_id: int, state: EffectState, evidence: Mapping[str, str], *, at_end: bool = False
    ) -> None:
        """Write down what became of the effect; `evidence` is added to what was recorded before.

        `at_end` says that the backend returns now, with nothing left to do: it is written together with the end of the
        attempt, in one transaction, and is not durable when this returns.
        """
        ...


@dataclass(frozen=True, slots=True)
class Intent:
    """An effect that a batch is about to make for one of its tasks."""

    task_key: str
    kind: str
    target: str | None
    account: str | None
    evidence: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Settlement:
    """What became of an effect; `evidence` is added to what was recorded before."""

    effect_id: int
    state: EffectState
    evidence: Mapping[str, str]


class BatchJournal(Protocol):
    """A backend that takes many tasks with one call writes down here what becomes of them. Each call is one durable
    transaction, for however many tasks."""

    def effects(self) -> Mapping[str, list[Effect]]:
        """By task key, the effects of earlier attempts; a task without any has an empty list."""
        ...

    def committing(self, intents: Sequence[Intent]) -> Mapping[str, list[int]]:
        """Write down that these effects are about to be made; returns their ids by task key, in the given order.

        A task that a limit forbids now is left out: it is held back, its attempt has ended, and no later call may name
        it.
        """
        ...

    def be_sure(self) -> None:
        """Raises LeaseLost if another host may call the other side by now. To be asked right before a call that makes
        effects."""
        ...

    def discovered(self, intents: Sequence[Intent]) -> Mapping[str, list[int]]:
        """As `committing`, for effects that the other side makes beside those that it was asked for: no limit can
        forbid them any more, but they count from now on."""
        ...

    def settle(self, settlements: Sequence[Settlement]) -> None: ...

    def begun(self, keys: Sequence[str]) -> None:
        """Note that these tasks run, as the other side reports: their timeout starts here."""
        ...

    def reported(self, messages: Mapping[str, str]) -> None:
        """Tell those who watch what the other side says about tasks that run there, by their keys."""
        ...

    def overdue(self) -> list[str]:
        """The keys of tasks that have begun and whose timeout is over."""
        ...

    def asked_to_stop(self) -> list[str]:
        """The keys of unfinished tasks that a person asks to stop."""
        ...

    def leaving(self) -> bool:
        """Whether the process is about to end: the backend then finishes tasks that run elsewhere as `stopped`, lets
        them run, and takes them up by their effects the next time."""
        ...

    def alike(self) -> list[Effect]:
        """Effects of other tasks, in whatever state, with the same kind and target and the same device or account as
        one of the batch: another claim on the same work of the other side."""
        ...

    def finish(self, outcomes: Mapping[str, Outcome], settlements: Sequence[Settlement] = ()) -> None:
        """Write down how the attempts at these tasks ended, once for each, and what became of their effects."""
        ...


class Listener(Protocol):
    """A backend tells it of its progress."""

    def step_started(self, ordinal: int, total: int, title: str) -> None: ...

    def step_finished(self, record: StepRecord) -> None: ...


class StopSignal(Protocol):
    """A backend asks it at each step boundary."""

    def is_set(self) -> bool: ...

    def wait(self, timeout: float | None = None) -> bool: ...
