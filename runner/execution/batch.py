"""Tasks that a backend carries out with one call: their journal, and what follows the call."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from runner.backends.backend import BatchBackend
from runner.errors import LedgerError, RunnerError
from runner.events import EffectSettled, TaskReported
from runner.execution.accounts import Account, refusal_of
from runner.execution.attempt import bug
from runner.execution.journal import ACCOUNT_LOOK
from runner.execution.limiter import WantedEffects
from runner.execution.retry import what_follows_always
from runner.execution.taken_task import Ends, ExecutionContext, TakenTask, decide, finish, tell_finished
from runner.journals import Intent, Settlement
from runner.planning.limits import NotBefore
from runner.store.fence import be_sure
from runner.store.leases import LaneHold
from runner.store.rows import NewEffect
from runner.store.usage_table import UsageTable
from runner.tasks import AttemptOutcome, Effect, EffectState, Outcome


class Batch:
    """The BatchJournal of claimed tasks. It tells `ended` of tasks once their end is written down; `leaving` says
    whether the process is about to end."""

    def __init__(
        self,
        context: ExecutionContext,
        taken_tasks: Sequence[TakenTask],
        ended: Callable[[Ends], None],
        leaving: Callable[[], bool],
    ) -> None:
        self._context = context
        self._hold = taken_tasks[0].hold
        self._open = {taken.key: taken for taken in taken_tasks}
        self._lanes = {taken.key: taken.task.lane for taken in taken_tasks}
        self._ended = ended
        self._leaving = leaving
        self._effects: dict[str, list[Effect]] = {taken.key: [] for taken in taken_tasks}
        earlier = [taken.key for taken in taken_tasks if taken.claimed.number > 1]
        if earlier:
            self._effects |= context.ledger.effects.of_all(earlier)
        self._begun: dict[int, Effect | NewEffect] = {
            effect.id: effect for key in earlier for effect in self._effects[key]
        }
        self._ids = {key: [effect.id for effect in self._effects[key]] for key in earlier}
        self._states = {effect.id: effect.state for key in earlier for effect in self._effects[key]}

    def run(self, backend: BatchBackend) -> None:
        """Have the tasks carried out. Raises LedgerError, and leaves attempts that have not ended open then."""
        try:
            backend.perform_batch([taken.task for taken in self._open.values()], self)
            left = Outcome(
                AttemptOutcome.FAILED,
                "the backend ended without saying what became of the task",
                "see its log",
            )
        except LedgerError:
            raise
        except RunnerError as error:
            left = Outcome(AttemptOutcome.FAILED, error.message, error.hint)
        except Exception as error:  # noqa: BLE001 - a bug: told with the tasks, and raised in the end
            for taken in self._open.values():
                taken.bug = error
            left = bug(f"{len(self._open)} tasks", error)
        self.finish(dict.fromkeys(self._open, left))

    # the journal

    def effects(self) -> Mapping[str, list[Effect]]:
        return {
            key: [replace(effect, state=self._states[effect.id]) for effect in effects]
            for key, effects in self._effects.items()
        }

    def committing(self, intents: Sequence[Intent]) -> Mapping[str, list[int]]:
        by_key: dict[str, list[Intent]] = {}
        for intent in intents:
            by_key.setdefault(intent.task_key, []).append(intent)
        in_use = self._in_use_elsewhere(intents)
        wanted = [
            (self._open[key].task, tuple([(intent.kind, intent.account) for intent in wanted]))
            for key, wanted in by_key.items()
            if key not in in_use
        ]
        free = [intent for intent in intents if intent.task_key not in in_use]
        besides: Mapping[str, NotBefore] = {}
        # The limits are claimed until the effects are written down: else two batches would both get the last place.
        with self._context.limiter.claim_all(wanted) as refused:
            free = [intent for intent in free if intent.task_key not in refused]
            if self._hold is None or not free:
                begun = self._begin(free)
            else:
                still = [one for one in wanted if one[0].key not in refused]
                begun, besides = self._begin_beside_others(free, still, self._hold)
        refused_at_last = {**refused, **besides}
        self.finish(in_use | {key: _held_back(refusal) for key, refusal in refused_at_last.items()})
        return begun

    def be_sure(self) -> None:
        be_sure(self._hold)

    def discovered(self, intents: Sequence[Intent]) -> Mapping[str, list[int]]:
        with self._context.limiter.holding_off(self._names(intents)):
            return self._begin(intents)

    def settle(self, settlements: Sequence[Settlement]) -> None:
        self._context.ledger.effects.settle_all(settlements, self._hold)
        self._note(settlements)

    def begun(self, keys: Sequence[str]) -> None:
        now = self._context.clock.monotonic()
        for taken in (self._open[key] for key in keys):
            if taken.deadline is None:
                taken.deadline = now + taken.task.timeout_s

    def reported(self, messages: Mapping[str, str]) -> None:
        for key, message in messages.items():
            task = self._open[key].task
            self._context.sink(TaskReported(key, task.lane, task.title, message))

    def overdue(self) -> list[str]:
        now = self._context.clock.monotonic()
        return [
            key for key, taken in self._open.items() if taken.deadline is not None and taken.deadline <= now
        ]

    def asked_to_stop(self) -> list[str]:
        return [key for key, taken in self._open.items() if taken.stop.by_person]

    def leaving(self) -> bool:
        return self._leaving()

    def alike(self) -> list[Effect]:
        return self._context.ledger.effects.alike(list(self._effects))

    def finish(self, outcomes: Mapping[str, Outcome], settlements: Sequence[Settlement] = ()) -> None:
        settled = {settlement.effect_id: settlement.state for settlement in settlements}
        # Backends give many tasks one and the same outcome, and it is decided once for all of them.
        always = {id(outcome): what_follows_always(outcome) for outcome in outcomes.values()}
        ends = [
            (
                taken,
                always[id(outcome)] or decide(self._context, taken, outcome, self._states_of(key, settled)),
            )
            for key, outcome in outcomes.items()
            for taken in [self._open[key]]
        ]
        if not ends and not settlements:
            return
        finish(self._context, ends, settlements)
        for key in outcomes:
            del self._open[key]
        try:
            self._note(settlements)
            tell_finished(self._context, ends)
        finally:  # these ends are in the ledger: the board must hear of them even if whoever was told failed
            self._ended(ends)

    # what it keeps in mind

    def _in_use_elsewhere(self, intents: Iterable[Intent]) -> dict[str, Outcome]:
        """By key, tasks whose account works on another phone, with the outcome that this gives them."""
        found: dict[str, Outcome] = {}
        until = self._context.clock.now() + ACCOUNT_LOOK
        named = {(one.task_key, Account.of(None, one.account)) for one in intents if one.account}
        wishes = [(key, self._open[key].waiting.lane, account) for key, account in named]
        refused = self._context.accounts.claim_all(wishes, self._hold)
        for key, account in named:
            if (other := refused.get(key)) is not None:
                reason, kind = refusal_of(account, other)
                found[key] = Outcome(AttemptOutcome.HELD_BACK, reason, not_before=until, kind=kind)
        return found

    def _names(self, intents: Iterable[Intent]) -> set[str]:
        """The devices and the accounts of effects."""
        devices = {self._open[intent.task_key].task.device for intent in intents}
        return {name for name in devices | {intent.account for intent in intents} if name}

    def _begin(self, intents: Sequence[Intent]) -> dict[str, list[int]]:
        rows = self._rows(intents)
        return self._note_begun(
            rows, self._context.ledger.effects.begin_all(rows, self._hold) if rows else []
        )

    def _begin_beside_others(
        self, intents: Sequence[Intent], wanted: Sequence[WantedEffects], hold: LaneHold
    ) -> tuple[dict[str, list[int]], Mapping[str, NotBefore]]:
        """As `_begin`, with another look at the limits while no host makes effects on these devices: returns, by key,
        those that forbid some, too."""
        refused: dict[str, NotBefore] = {}

        def judge(usage: UsageTable) -> Collection[str]:
            refused.clear()
            refused.update(self._context.limiter.judge_all(wanted, usage))
            return refused

        rows, ids = self._context.ledger.effects.begin_allowed(self._rows(intents), hold, judge)
        return self._note_begun(rows, ids), refused

    def _rows(self, intents: Sequence[Intent]) -> list[NewEffect]:
        return [
            NewEffect(
                taken.claimed.id,
                intent.task_key,
                intent.kind,
                intent.target,
                taken.task.device,
                intent.account,
                intent.evidence,
            )
            for intent in intents
            for taken in [self._open[intent.task_key]]
        ]

    def _note_begun(self, rows: Sequence[NewEffect], ids: Sequence[int]) -> dict[str, list[int]]:
        begun: dict[str, list[int]] = {}
        for effect_id, row in zip(ids, rows, strict=True):
            begun.setdefault(row.task_key, []).append(effect_id)
        self._begun.update(zip(ids, rows, strict=True))
        self._states |= dict.fromkeys(ids, EffectState.COMMITTING)
        for key, some in begun.items():
            self._ids[key] = [*self._ids.get(key, ()), *some]
        return begun

    def _states_of(self, key: str, settled: Mapping[int, EffectState]) -> Iterable[EffectState]:
        return [settled.get(effect_id, self._states[effect_id]) for effect_id in self._ids.get(key, ())]

    def _note(self, settlements: Sequence[Settlement]) -> None:
        """Keep in mind what became of effects, and tell it."""
        for settlement in settlements:
            effect_id, state = settlement.effect_id, settlement.state
            if self._states[effect_id] is not state:
                self._states[effect_id] = state
                effect = self._begun[effect_id]
                lane = self._lanes[effect.task_key]
                self._context.sink(EffectSettled(effect.task_key, lane, effect.kind, effect.target, state))


def _held_back(refusal: NotBefore) -> Outcome:
    return Outcome(
        AttemptOutcome.HELD_BACK, refusal.reason, not_before=refusal.instant_utc, kind=refusal.kind
    )
