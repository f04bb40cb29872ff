"""Which effects a task has made: whatever ends its attempts, none of them is made again."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from runner.phone.screen import normalise
from runner.tasks import LEAVE_OPEN, Effect, EffectState

PROOF = "proof"
"""The evidence that names the proof of an effect, for an attempt that takes it up."""

RESERVED = frozenset({PROOF, LEAVE_OPEN})
"""Evidence that the runner keeps by itself."""

_Key = tuple[str, str]


class MadeEffects:
    """The effects of a task that have happened, or may have: those of `earlier` attempts, and those of this one."""

    def __init__(self, earlier: Iterable[Effect] = ()) -> None:
        self._earlier = Counter(_key(effect.kind, effect.target) for effect in _not_refuted(earlier))
        self._passed: Counter[_Key] = Counter()
        self._now: set[_Key] = set()

    def has(self, kind: str, target: str | None, *, is_own: bool) -> bool:
        """Whether the effect that a flow has come to was made already. A target of its own has one effect of a kind; of
        others the first are those that earlier attempts have made."""
        key = _key(kind, target)
        if is_own:
            return key in self._now or self._earlier[key] > 0
        self._passed[key] += 1
        return self._passed[key] <= self._earlier[key]

    def begun(self, kind: str, target: str | None) -> None:
        self._now.add(_key(kind, target))

    def refuted(self, kind: str, target: str | None) -> None:
        """It did not happen, so it may be made after all."""
        self._now.discard(_key(kind, target))


def _not_refuted(effects: Iterable[Effect]) -> Iterable[Effect]:
    return (effect for effect in effects if effect.state is not EffectState.REFUTED)


def _key(kind: str, target: str | None) -> _Key:
    return kind, normalise(target or "").casefold()


@dataclass(slots=True)
class OpenEffect:
    """The effect that an attempt is about, and what is known of it so far. `step` counts the steps that had ended when
    it was begun; None if an earlier attempt has begun it."""

    id: int
    kind: str
    target: str | None
    state: EffectState
    evidence: Mapping[str, str]
    step: int | None = None

    @classmethod
    def of(cls, effect: Effect) -> "OpenEffect":
        """An effect of an earlier attempt."""
        return cls(effect.id, effect.kind, effect.target, effect.state, effect.evidence)

    @property
    def may_stay_open(self) -> bool:
        return LEAVE_OPEN in self.evidence

    @property
    def is_refuted(self) -> bool:
        return self.state is EffectState.REFUTED

    @property
    def asks_somebody(self) -> bool:
        """Whether nobody knows yet if it happened, and the runner or a person has to find out."""
        is_left_open = self.state is EffectState.UNCERTAIN and self.may_stay_open
        return self.state.is_unsettled and not is_left_open

    @property
    def words(self) -> str:
        return f"the {self.kind} of {self.target}" if self.target else f"the {self.kind}"
