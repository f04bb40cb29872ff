"""One run of a flow: it performs the steps, makes the effects, and proves them."""

from collections.abc import Mapping

from runner.errors import NeedsPerson, PhoneError, Stopped, TaskError
from runner.flows.flow import SECTION, Proof, Verification
from runner.flows.made_effects import PROOF, OpenEffect
from runner.flows.performance import Performance
from runner.flows.proof_result import HAPPENED, NOT_HAPPENED, UNDECIDED, Finding, ProofResult, not_looked
from runner.flows.watch import POLL_S
from runner.tasks import LEAVE_OPEN, EffectState

REACH_S = 60.0
"""How long to wait for a phone that went away after a commit point, so that the effect can be verified."""

ROUNDS = 3
"""How often a verification looks at most before it says that it cannot tell."""

JUDGE_S = 3.0
"""How long each round of a verification waits for one of its conditions."""


class FlowRun(Performance):
    """Performs a flow, writes each effect down before its tap, and proves it."""

    def begin_effect(
        self, kind: str, evidence: Mapping[str, str], target: str | None, *, leave_open: bool = False
    ) -> None:
        """Write down that an effect is about to be made. Raises HeldBack if a limit forbids it, and WrongAccount unless
        somebody has seen that the app shows the account of the task."""
        if self.works_as is not None and not self.is_account_known:
            raise self.wrong_account(None, f"the flow {self.flow.name} does not read which account is shown")
        kept = dict(evidence)
        if self.step.proof != SECTION:
            kept[PROOF] = self.step.proof
        if leave_open:
            kept[LEAVE_OPEN] = "yes"
        if self._is_used:  # a later attempt proves the effect without coming here: it needs what was given
            kept |= {name: text for name, text in self.variables.items() if name.startswith("config.")}
        effect_id = self._journal.committing(kind, target, self.account, kept)
        self.effect = OpenEffect(effect_id, kind, target, EffectState.COMMITTING, kept, self._completed)
        self.made.begun(kind, target)

    def be_sure(self) -> None:
        """Raise LeaseLost if another host may work on the phone by now."""
        self._journal.be_sure()

    def settle(self, state: EffectState, evidence: Mapping[str, str], *, at_end: bool = False) -> None:
        """Write down what became of the effect; `at_end`: together with the end of the attempt."""
        assert self.effect is not None
        self._journal.settle(self.effect.id, state, evidence, at_end=at_end)
        self.effect.state = state
        if state is EffectState.REFUTED:
            self.made.refuted(self.effect.kind, self.effect.target)

    def confirm(self, *, at_end: bool = False) -> None:
        """Write down that the app shows the effect."""
        assert self.effect is not None
        self.settle(EffectState.COMMITTED, {"verified": "yes"}, at_end=at_end)

    def verify_open(self, *, at_end: bool = False) -> None:
        """Prove the latest effect, if its tap was made and nobody has looked at it yet."""
        if self.effect is not None and self.effect.state is EffectState.MADE:
            self.verify(at_end=at_end)

    def verify(self, *, at_end: bool = False) -> None:
        """Prove the latest effect and settle it. Raises TaskError unless it happened, or may stay open."""
        assert self.effect is not None
        effect, finding = self.effect, self.prove()
        if finding.verdict is ProofResult.HAPPENED:
            self.confirm(at_end=at_end)
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
        remembered = dict(self.variables)
        of_used = {name: text for name, text in self.effect.evidence.items() if name.startswith("config.")}
        self.variables.update(of_used)
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
            self._know(remembered)  # what the proof remembers is nothing to the flow

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
