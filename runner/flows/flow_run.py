"""One run of a flow: it performs the steps, makes the effect, and proves it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from runner import targets
from runner.clock import Clock
from runner.errors import HeldBack, NeedsPerson, PhoneError, Stopped, TaskError
from runner.flows.flow import SECTION, Action, Flow, Proof, Step, Verification
from runner.flows.made_effects import PROOF, MadeEffects
from runner.flows.profile import VARIABLES as SOUGHT_BY
from runner.flows.profile import AppView
from runner.flows.proof_result import HAPPENED, NOT_HAPPENED, UNDECIDED, Finding, ProofResult, not_looked
from runner.flows.typed_values import filled
from runner.flows.watch import POLL_S, Watch
from runner.phone.driver import Driver
from runner.tasks import (
    LEAVE_OPEN,
    Effect,
    EffectState,
    Journal,
    Listener,
    SeenFile,
    StepOutcome,
    StepRecord,
    StopSignal,
)

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
    """The effect that an attempt is about, and what is known of it so far. `step` counts the steps that had ended when
    it was begun; None if an earlier attempt has begun it."""

    id: int
    kind: str
    target: str | None
    state: EffectState
    evidence: Mapping[str, str]
    step: int | None = None
    proved: bool = False

    @classmethod
    def of(cls, effect: Effect) -> "OpenEffect":
        """An effect of an earlier attempt."""
        return cls(effect.id, effect.kind, effect.target, effect.state, effect.evidence)

    @property
    def may_stay_open(self) -> bool:
        return LEAVE_OPEN in self.evidence

    @property
    def words(self) -> str:
        return f"the {self.kind} of {self.target}" if self.target else f"the {self.kind}"


class FlowRun(Watch):
    """Performs steps one after the other and reports each of them.

    `seen` has the hashes, by path, of files that may be shared only if they have not changed since; `variables` grows
    as the flow remembers; `step` is the one that goes on; `effect` is the latest one, set at its commit point; `made`
    knows all that the task has made; `finished` holds the reason if the flow ended early.
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
    ) -> None:
        super().__init__(app, phone, variables, clock, deadline)
        self.seen = {file.path: file.sha256 for file in seen_files}
        self.flow = flow
        self.effect: OpenEffect | None = None
        self.made = MadeEffects()
        self.finished: str | None = None
        self._journal = journal
        self._listener = listener
        self._stop = stop
        self.step = flow.steps[0]
        self._ordinal = 0
        self._completed = 0
        self._skipped = ""

    # steps

    def perform(self, steps: Sequence[Step]) -> None:
        """Perform steps until they end, or one of them finishes the flow.

        Raises Stopped between two steps, and what a step raises.
        """
        for step in steps:
            if self._stop.is_set():
                raise Stopped
            if self._clock.monotonic() >= self._deadline:
                raise TaskError("the task did not end within its timeout", hint="give it a longer timeout")
            outer, self.step = self.step, step
            try:
                taken = self._report(step)
            finally:
                self.step, self._skipped = outer, ""
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
            if action.is_input and not self.flow.is_repeatable and self.effect is None:
                self.begin_effect(self.flow.name, {}, self.target)
            taken = action.perform(self)
        except (HeldBack, Stopped) as error:
            finish(StepOutcome.SKIPPED, error.message, None, None)
            raise
        except TaskError as error:
            lost = isinstance(error, PhoneError)  # a phone that is away takes no picture either
            seen = self._seen.xml if self._seen is not None else None
            finish(StepOutcome.FAILED, error.message, None if lost else self._screenshot(), seen)
            raise
        finish(
            StepOutcome.SKIPPED if self._skipped else StepOutcome.COMPLETED,
            self._skipped,
            self._screenshot(),
            None,
        )
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

    def skip(self, why: str) -> None:
        """Tell that the present step has nothing to do, and why; the flow goes on."""
        self._skipped = why

    def remember(self, name: str, value: str | None) -> None:
        """Keep a variable; None means that it could not be read. Raises HeldBack if it is an account as which another
        phone works now, and TaskError if selectors need it and it could not be read."""
        if value is None and name in SOUGHT_BY:
            raise TaskError(f"{self.phone.serial}: {name} could not be read")
        self.variables.pop(name, None)  # an old value must not pass for one that could not be read now
        if value is not None:
            self.variables[name] = value
        if name == "account" and self.account is not None:
            self._journal.works_as(self.flow.app, self.account)

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
        name = self.variables["account"].strip().lstrip("@")
        return targets.account(name) if name else None

    def begin_effect(
        self, kind: str, evidence: Mapping[str, str], target: str | None, *, leave_open: bool = False
    ) -> None:
        """Write down that an effect is about to be made. Raises HeldBack if a limit forbids it."""
        kept = dict(evidence)
        if self.step.proof != SECTION:
            kept[PROOF] = self.step.proof
        if leave_open:
            kept[LEAVE_OPEN] = "yes"
        effect_id = self._journal.committing(kind, target, self.account, kept)
        self.effect = OpenEffect(effect_id, kind, target, EffectState.COMMITTING, kept, self._completed)
        self.made.begun(kind, target)

    def settle(self, state: EffectState, evidence: Mapping[str, str]) -> None:
        """Write down what became of the effect."""
        assert self.effect is not None
        self._journal.settle(self.effect.id, state, evidence)
        self.effect.state = state
        if state is EffectState.REFUTED:
            self.made.refuted(self.effect.kind, self.effect.target)

    def confirm(self) -> None:
        """Write down that the app shows the effect."""
        assert self.effect is not None
        self.settle(EffectState.COMMITTED, {"verified": "yes"})
        self.effect.proved = True

    def verify_open(self) -> None:
        """Prove the latest effect, if its tap was made and nobody has looked at it yet."""
        if self.effect is not None and self.effect.state is EffectState.MADE:
            self.verify()

    def verify(self) -> None:
        """Prove the latest effect and settle it. Raises TaskError unless it happened, or may stay open."""
        assert self.effect is not None
        effect, finding = self.effect, self.prove()
        if finding.verdict is ProofResult.HAPPENED:
            self.confirm()
        elif finding.verdict is ProofResult.NOT_HAPPENED:
            self.settle(EffectState.REFUTED, {"verified": "no"})
            self._unless_open(
                f"the {effect.kind} did not happen: its button was tapped, and the app shows no change",
                "look at the screenshots of the task's steps",
            )
        elif finding.obstacle is None:
            self.settle(EffectState.UNCERTAIN, {"verified": "cannot tell"})
            self._unless_open(f"it cannot be told whether the {effect.kind} happened")
        else:
            self.leave(finding.obstacle)

    def leave(self, obstacle: TaskError) -> None:
        """Let an effect that may stay open be uncertain, since its proof has not looked. Raises the obstacle for any
        other, and if it is the phone or a person that is needed: the flow could not go on either."""
        assert self.effect is not None
        if not self.effect.may_stay_open or isinstance(obstacle, NeedsPerson | PhoneError):
            raise obstacle
        self.settle(EffectState.UNCERTAIN, {"verified": f"could not look: {obstacle.message}"})
        self.skip(f"whether it happened stays open: {obstacle.message}")

    def _unless_open(self, message: str, hint: str | None = None) -> None:
        assert self.effect is not None
        if not self.effect.may_stay_open:
            raise TaskError(f"{self.phone.serial}: {message}", hint=hint)
        self.skip(message)

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

    @property
    def verification(self) -> Verification | None:
        """How the latest effect is proved; None if the flow cannot tell."""
        assert self.effect is not None
        return self.flow.proofs.get(self.effect.evidence.get(PROOF, SECTION))

    @property
    def can_look(self) -> bool:
        """Whether the proof of the latest effect can be made from here. One without steps can only look at the screen
        that the tap has left, so no step may have come in between."""
        assert self.effect is not None
        verification = self.verification
        is_on_screen = self.effect.step == self._completed
        return verification is not None and (bool(verification.steps) or is_on_screen)

    def prove(self) -> Finding:
        """Make the proof of the latest effect, within its own time. An obstacle on the way to its page is no verdict.

        It must see twice in a row that nothing happened: the task is done again after that. Raises Stopped, and
        HeldBack if another phone works as the account that the app shows.
        """
        verification = self.verification
        assert verification is not None and self.effect is not None
        for name in verification.evidence:
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
                finding = self._judge(verification.proof)
                if finding is HAPPENED or finding is before is NOT_HAPPENED:
                    return finding
                before = finding
                self.pause(self.seconds(verification.proof.settle))
            return UNDECIDED
        except TaskError as obstacle:
            return not_looked(obstacle)
        finally:
            self._deadline = kept

    def _judge(self, proof: Proof) -> Finding:
        until = self._clock.monotonic() + JUDGE_S
        while True:
            screen = self.read_screen()
            if self.holds(proof.happened, screen):
                return HAPPENED
            if self.holds(proof.not_happened, screen):
                return NOT_HAPPENED
            if self._clock.monotonic() >= until:
                return UNDECIDED
            self.pause(POLL_S)
