"""What a backend writes down during one attempt, and then tells those who watch: durable first."""

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import TypeVar

from runner.errors import HeldBack, LedgerError
from runner.events import EffectSettled, StepFinished, StepStarted
from runner.execution.accounts import Account, refusal_of
from runner.execution.taken_task import ExecutionContext, TakenTask
from runner.journals import Settlement
from runner.tasks import Effect, EffectState, StepRecord

T = TypeVar("T")

LOG = logging.getLogger(__name__)

ACCOUNT_LOOK = timedelta(seconds=60)
"""How long a task waits for an account at the latest; it goes on as soon as the account is free."""


class AttemptJournal:
    """The Journal and the Listener of one attempt at one task. It calls `look` at the end of each step, so that the
    next step sees a request to stop."""

    def __init__(self, context: ExecutionContext, taken: TakenTask, look: Callable[[], None]) -> None:
        self._context = context
        self._taken = taken
        self._task = taken.task
        self._attempt_id = taken.claimed.id
        self._look = look
        self._begun: dict[int, tuple[str, str | None]] = {}
        self._told: dict[int, EffectState] = {}
        self.at_end: tuple[Settlement, ...] = ()
        """What became of effects, to be written with the end of the attempt; then `tell` it."""
        self._works_as: Account | None = None
        self._last_picture: tuple[bytes, str] | None = None
        """The one that was kept last, and its path."""

    def effects(self) -> list[Effect]:
        effects = self._context.ledger.effects.of(self._task.key)
        self._begun |= {effect.id: (effect.kind, effect.target) for effect in effects}
        return effects

    def worked_s(self) -> float:
        return self._context.ledger.attempts.worked_s(self._task.key, before=self._attempt_id)

    def works_as(self, app: str, account: str) -> None:
        self.be_sure()
        # Before the questions: a refusal from before the latest lift counts no longer (see `Board._hold`).
        self._taken.lifts = self._context.lifts.count
        who = Account.of(app, account)
        self._context.doubts.ask_as(self._task, who)
        lane, hold = self._taken.waiting.lane, self._taken.hold
        other = self._context.accounts.claim(self._taken.key, lane, who, hold)
        if other is not None:
            reason, kind = refusal_of(who, other)
            raise HeldBack(reason, not_before=self._context.clock.now() + ACCOUNT_LOOK, kind=kind)
        self._works_as = who

    def committing(
        self, kind: str, target: str | None, account: str | None, evidence: Mapping[str, str]
    ) -> int:
        self._taken.lifts = self._context.lifts.count
        app = self._app_of(account)
        self._context.doubts.ask(self._task, kind, Account.of(app, account) if account else None)
        effect_id = self._begin(kind, target, account, evidence, app)
        self._begun[effect_id] = (kind, target)
        return effect_id

    def _begin(
        self, kind: str, target: str | None, account: str | None, evidence: Mapping[str, str], app: str | None
    ) -> int:
        """Ask whether limits forbid an effect, and write it down: both in one, else two lanes could both take the last
        place of an account's limit."""
        task, limiter, effects = self._task, self._context.limiter, self._context.ledger.effects
        about = (self._attempt_id, task.key, kind, target, task.device, account, evidence, app)
        hold = self._taken.hold
        if hold is not None:
            return effects.begin(*about, hold=hold, judge=limiter.judge(task, kind, account))
        with limiter.claim(task, kind, account, app):
            return effects.begin(*about)

    def be_sure(self) -> None:
        self._taken.be_sure()

    def _app_of(self, account: str | None) -> str | None:
        """The app whose account this is; None for an account that the attempt has not said it works as."""
        who = self._works_as
        return who.app if who is not None and account and Account.of(who.app, account) == who else None

    def settle(
        self, effect_id: int, state: EffectState, evidence: Mapping[str, str], *, at_end: bool = False
    ) -> None:
        if at_end:
            self.at_end += (Settlement(effect_id, state, evidence),)
        else:
            self._context.ledger.effects.settle(effect_id, state, evidence, hold=self._taken.hold)
            self._tell(effect_id, state)

    def write_rest(self) -> None:
        """Write down what was to be written with the end: the attempt has not ended in order."""
        if rest := self.at_end:
            self.at_end = ()
            self._context.ledger.effects.settle_all(rest, self._taken.hold)
            self.tell(rest)

    def tell(self, settlements: Iterable[Settlement]) -> None:
        """Tell what became of effects, after it was written down."""
        for one in settlements:
            self._tell(one.effect_id, one.state)

    def _tell(self, effect_id: int, state: EffectState) -> None:
        # A person's stop now waits for the proof: the task is over after it, and nobody would look again.
        self._taken.stop.is_proving = state is EffectState.MADE
        if state.is_in_doubt:
            return
        if self._told.get(effect_id) is not state:
            self._told[effect_id] = state
            kind, target = self._begun[effect_id]
            self._context.sink(EffectSettled(self._task.key, self._task.lane, kind, target, state))

    def step_started(self, ordinal: int, total: int, title: str) -> None:
        self.be_sure()
        self._taken.step = (ordinal, total, title)
        self._context.sink(StepStarted(self._task.key, self._task.lane, ordinal, total, title))

    def step_finished(self, record: StepRecord) -> None:
        self.be_sure()
        # The files first, so that no row names a picture that is not there.
        screenshot = self._picture(record.ordinal, record.screenshot) if record.screenshot else None
        hierarchy = self._hierarchy(record.ordinal, record.hierarchy) if record.hierarchy else None
        self._context.ledger.attempts.add_step(self._attempt_id, record, screenshot, hierarchy)
        self._context.sink(
            StepFinished(
                self._task.key,
                self._task.lane,
                record.ordinal,
                record.title,
                record.outcome,
                record.message,
                record.duration_s,
                screenshot,
            )
        )
        self._look()

    def _picture(self, ordinal: int, jpeg: bytes) -> str | None:
        """Where a picture is kept: the last one, if a step has left the screen as it was."""
        if self._last_picture is None or self._last_picture[0] != jpeg:
            name = (self._task.key, self._attempt_id, ordinal)
            path = _kept(lambda content: self._context.artifacts.save_screenshot(*name, content), jpeg)
            self._last_picture = (jpeg, path) if path is not None else None
        return self._last_picture[1] if self._last_picture is not None else None

    def _hierarchy(self, ordinal: int, xml: str) -> str | None:
        name = (self._task.key, self._attempt_id, ordinal)
        return _kept(lambda content: self._context.artifacts.save_hierarchy(*name, content), xml)


def _kept(save: Callable[[T], str], content: T) -> str | None:
    """Where a screen was kept; None if it could not be: that is told, and is no failure of the task that it shows."""
    try:
        return save(content)
    except LedgerError as error:
        LOG.warning("a screen is lost: %s", error.message)
        return None
