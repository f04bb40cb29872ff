"""One run of a flow: it performs the steps, makes the effect, and proves it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from runner import targets
from runner.clock import Clock
from runner.errors import HeldBack, PhoneError, Stopped, TaskError, WrongAccount
from runner.flows.language import Action, Flow, Step
from runner.flows.profile import VARIABLES as SOUGHT_BY
from runner.flows.profile import AppView
from runner.flows.proof_result import HAPPENED, NOT_HAPPENED, UNDECIDED, Finding, ProofResult, not_looked
from runner.flows.typed_values import filled
from runner.flows.watch import POLL_S, Watch
from runner.phone.driver import Driver
from runner.tasks import EffectState, Journal, Listener, SeenFile, StepOutcome, StepRecord, StopSignal

REACH_S = 60.0
"""How long to wait for a phone that went away after a commit point, so that the effect can be verified."""

ROUNDS = 3
"""How often a verification looks at most before it says that it cannot tell."""

TITLE_LENGTH = 100
"""Where titles are cut: they may hold captions and names from the screen."""

JUDGE_S = 3.0
"""How long each round of a verification waits for one of its conditions."""


@dataclass(slots=True)
class OpenEffect:
    """The effect that an attempt is about, and what is known of it so far."""

    id: int
    kind: str
    state: EffectState
    evidence: Mapping[str, str]
    proved: bool = False


class FlowRun(Watch):
    """Performs steps one after the other and reports each of them.

    `works_as` is the account of the task, lower case with its `@`; None if it names none, and any will do.
    `seen` has the hashes, by path, of files that may be shared only if they have not changed since; `variables` grows
    as the flow remembers; `effect` is set at the commit point; `finished` holds the reason if the flow ended early.
    """

    def __init__(
        self,
        flow: Flow,
        app: AppView,
        phone: Driver,
        *,
        variables: dict[str, str],
        journal: Journal,
        listener: Listener,
        stop: StopSignal,
        clock: Clock,
        deadline: float,
        seen_files: Iterable[SeenFile] = (),
        works_as: str | None = None,
    ) -> None:
        super().__init__(app, phone, variables, clock, deadline)
        self.seen = {file.path: file.sha256 for file in seen_files if file.sha256}
        self.flow = flow
        self.works_as = works_as
        self.effect: OpenEffect | None = None
        self.finished: str | None = None
        self._journal = journal
        self._listener = listener
        self._stop = stop
        self._ordinal = 0
        self._is_preparing = self._is_known = False
        self._completed = 0

    # steps

    def prepare(self, flow: Flow) -> None:
        """Perform the steps of another flow that changes nothing but what the app shows: none of them begins the effect
        of this one."""
        self._is_preparing = True
        try:
            self.perform(flow.steps)
        finally:
            self._is_preparing = False

    def perform(self, steps: Sequence[Step]) -> None:
        """Perform steps until they end, or one of them finishes the flow.

        Raises Stopped between two steps, and what a step raises.
        """
        for step in steps:
            if self._stop.is_set():
                raise Stopped
            if self._clock.monotonic() >= self._deadline:
                raise TaskError("the task did not end within its timeout", hint="give it a longer timeout")
            taken = self._report(step)
            if self.finished is None:
                self.perform(step.then if taken else step.otherwise)
            if self.finished is not None:
                return

    def _report(self, step: Step) -> bool | None:
        self._ordinal += 1
        action, unfit = self._filled(step)
        ordinal, title = (
            self._ordinal,
            self.text_for_people(step.action.kind if unfit else action.title())[:TITLE_LENGTH],
        )
        self._listener.step_started(ordinal, max(self.flow.length, ordinal), title)
        started_utc, started = self._clock.now(), self._clock.monotonic()

        def finish(
            outcome: StepOutcome, message: str, screenshot: bytes | None, hierarchy: str | None
        ) -> None:
            took_s = self._clock.monotonic() - started
            kind = step.action.kind
            record = StepRecord(
                ordinal,
                kind,
                title,
                step.source,
                outcome,
                message,
                started_utc,
                took_s,
                screenshot,
                hierarchy,
            )
            self._listener.step_finished(record)

        try:
            if unfit:
                raise unfit
            # Such a flow does not say what it changes, so its first input counts as the effect of all of it.
            is_first = not self.flow.is_repeatable and self.effect is None and not self._is_preparing
            if action.is_input and is_first:
                self.begin_effect(self.flow.name, {})
            taken = action.perform(self)
        except (HeldBack, Stopped) as error:
            finish(StepOutcome.SKIPPED, error.message, None, None)
            raise
        except TaskError as error:
            lost = isinstance(error, PhoneError)  # a phone that is away takes no picture either
            seen = self._seen.xml if self._seen is not None else None
            finish(StepOutcome.FAILED, error.message, None if lost else self._screenshot(), seen)
            raise
        finish(StepOutcome.COMPLETED, "", self._screenshot(), None)
        self._completed += 1
        return taken

    def _filled(self, step: Step) -> tuple[Action, TaskError | None]:
        """A step's action with its variables replaced, and the error if that cannot be done."""
        try:
            return filled(step.action, self.variables), None
        except TaskError as error:
            return step.action, error

    def _screenshot(self) -> bytes | None:
        """A picture for the record; None, which fails no step, if there is none (a protected window)."""
        try:
            return self.phone.screenshot()
        except PhoneError:
            return None

    @property
    def has_begun(self) -> bool:
        """Whether anything was done on the phone."""
        return self._completed > 0

    def remember(self, name: str, value: str | None) -> None:
        """Keep a variable; None means that it could not be read. Raises HeldBack if it is an account as which another
        phone works now, WrongAccount if it is another than the task's, and TaskError if selectors need it and it could
        not be read."""
        if value is None and name in SOUGHT_BY:
            raise TaskError(f"{self.phone.serial}: {name} could not be read")
        self.variables.pop(name, None)  # an old value must not pass for one that could not be read now
        if value is not None:
            self.variables[name] = value
            if name == "account":
                self.variables["handle"] = value.strip().lstrip("@")
        if name == "account" and self.account is not None:
            if self.works_as not in (None, self.account):
                raise self.wrong_account(self.account, "somebody has switched meanwhile")
            self._journal.works_as(self.flow.app, self.account)
            self._is_known = True

    def _may_stop(self) -> bool:
        """Whether somebody asks for a stop. A later attempt proves what this one leaves unproved."""
        return self._stop.is_set()

    # effects

    @property
    def target(self) -> str | None:
        return self.variables["target"] or None

    @property
    def account(self) -> str | None:
        """The account in the app, as `@name` in lower case; None if the flow has not read it."""
        return self.account_in("account")

    def account_in(self, variable: str) -> str | None:
        """The account in a variable, in normal form; None if it is empty, or was not read."""
        name = self.variables.get(variable, "").strip().lstrip("@")
        return targets.account(name) if name else None

    def claim_account(self) -> None:
        """Keep every other phone from working as the task's account. Raises HeldBack if one does."""
        assert self.works_as is not None
        self._journal.works_as(self.flow.app, self.works_as)

    def wrong_account(self, shown: str | None, why: str) -> WrongAccount:
        """The failure of a task whose account is not the one that the app shows."""
        return WrongAccount(
            f"{self.phone.serial}: the app {self.flow.app} shows the account {shown or '(none)'}, and the task is for "
            f"{self.works_as}: {why}",
            hint=f"switch to {self.works_as} on the phone, or correct where `accounts:` says that it is",
        )

    def begin_effect(self, kind: str, evidence: Mapping[str, str]) -> None:
        """Write down that an effect is about to be made. Raises HeldBack if a limit forbids it, and WrongAccount unless
        somebody has seen that the app shows the account of the task."""
        if self.works_as is not None and not self._is_known:
            raise self.wrong_account(None, f"the flow {self.flow.name} does not read which account is shown")
        effect_id = self._journal.committing(kind, self.target, self.account, evidence)
        self.effect = OpenEffect(effect_id, kind, EffectState.COMMITTING, evidence)

    def settle(self, state: EffectState, evidence: Mapping[str, str]) -> None:
        """Write down what became of the effect."""
        assert self.effect is not None
        self._journal.settle(self.effect.id, state, evidence)
        self.effect.state = state

    def confirm(self) -> None:
        """Write down that the app shows the effect."""
        assert self.effect is not None
        self.settle(EffectState.COMMITTED, {"verified": "yes"})
        self.effect.proved = True

    def verify(self) -> None:
        """Prove the effect and settle it. Raises TaskError unless it happened."""
        assert self.effect is not None
        finding = self.prove()
        if finding.obstacle is not None:
            raise finding.obstacle
        if finding.verdict is ProofResult.HAPPENED:
            self.confirm()
        elif finding.verdict is ProofResult.NOT_HAPPENED:
            self.settle(EffectState.REFUTED, {"verified": "no"})
            raise TaskError(
                f"{self.phone.serial}: the {self.effect.kind} did not happen: its button was tapped, "
                "and the app shows no change",
                hint="look at the screenshots of the task's steps",
            )
        else:
            self.settle(EffectState.UNCERTAIN, {"verified": "cannot tell"})
            raise TaskError(f"{self.phone.serial}: it cannot be told whether the {self.effect.kind} happened")

    def reach(self) -> None:
        """Wait until a phone that went away is back. Raises PhoneError if it stays away, and Stopped."""
        until = self._clock.monotonic() + REACH_S
        while True:
            try:
                return self.phone.reconnect()
            except PhoneError:
                if self._stop.is_set():
                    raise Stopped from None
                if self._clock.monotonic() >= until:
                    raise
            self.pause(1.0)

    def prove(self) -> Finding:
        """Run the flow's verification, within its own time. An obstacle on the way to its page is no verdict.

        It must see twice in a row that nothing happened: the task is done again after that. Raises Stopped, and
        HeldBack if another phone works as the account that the app shows.
        """
        verification = self.flow.verification
        assert verification is not None and self.effect is not None
        for name in self.flow.evidence:
            self.remember(f"evidence.{name}", self.effect.evidence.get(name))
        # Its own time: that of the attempt may be over, and what was tapped must be proved all the same.
        kept, self._deadline = (
            self._deadline,
            self._clock.monotonic() + self.seconds(verification.proof.timeout),
        )
        before = UNDECIDED
        try:
            for _ in range(ROUNDS):
                self.perform(verification.steps)
                finding = self._judge()
                if finding is HAPPENED or finding is before is NOT_HAPPENED:
                    return finding
                before = finding
                self.pause(self.seconds(verification.proof.settle))
            return UNDECIDED
        except TaskError as obstacle:
            return not_looked(obstacle)
        finally:
            self._deadline = kept

    def _judge(self) -> Finding:
        assert self.flow.verification is not None
        proof, until = self.flow.verification.proof, self._clock.monotonic() + JUDGE_S
        while True:
            screen = self.read_screen()
            if self.holds(proof.happened, screen):
                return HAPPENED
            if self.holds(proof.not_happened, screen):
                return NOT_HAPPENED
            if self._clock.monotonic() >= until:
                return UNDECIDED
            self.pause(POLL_S)
