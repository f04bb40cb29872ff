"""Performs the steps of a flow on a phone, and reports each of them."""

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from runner import targets
from runner.clock import Clock
from runner.errors import HeldBack, PhoneError, Stopped, TaskError, WrongAccount
from runner.flows.app_view import AppView
from runner.flows.draws import Draws
from runner.flows.flow import Action, Flow, Step
from runner.flows.made_effects import MadeEffects, OpenEffect
from runner.flows.profile import VARIABLES as SOUGHT_BY
from runner.flows.typed_values import filled
from runner.flows.variables import VARIABLES
from runner.flows.watch import Watch
from runner.journals import Journal, Listener, StopSignal
from runner.phone.driver import Driver
from runner.tasks import SeenFile, StepOutcome, StepRecord

TITLE_LENGTH = 100
"""Where titles are cut: they may hold captions and names from the screen."""


class Performance(Watch):
    """Performs the steps of a flow one after the other and reports each of them.

    `works_as` is the account of the task, lower case with its `@`; None if it names none, and any will do.
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
        draws: Draws | None = None,
        works_as: str | None = None,
        takes_pictures: bool = True,
    ) -> None:
        super().__init__(app, phone, variables, clock, deadline)
        self.seen = {file.path: file.sha256 for file in seen_files if file.sha256}
        self.flow = flow
        self.works_as = works_as
        self._takes_pictures = takes_pictures
        self.is_account_known = self._is_preparing = False
        self.effect: OpenEffect | None = None
        self.made = MadeEffects()
        self.finished: str | None = None
        self._journal = journal
        self._listener = listener
        self._stop = stop
        self.step = flow.steps[0]
        self._ordinal, self._total = 0, flow.length
        self._completed = 0
        self.draws = draws or Draws("", 0)
        self._skipped = self._note = ""
        self._spent_s: float | None = None
        self._is_used = False

    # steps

    def prepare(self, flow: Flow) -> None:
        """Perform the steps of another flow, which changes nothing but what the app shows: none of them begins the
        effect of this one."""
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
            self.check_time()
            outer, self.step = self.step, step
            lifted = self.finger.lift()
            try:
                taken = self._report(step)
            finally:
                self.finger.put_back(lifted)
                self.step, self._skipped, self._note = outer, "", ""
            if self.finished is None and taken is not None:
                self.perform(step.branches.get("then" if taken else "else", ()))
            if self.finished is not None:
                return

    def _report(self, step: Step) -> bool | None:
        self._ordinal += 1
        action, unfit = self._filled(step)
        ordinal = self._ordinal
        title = self.text_for_people(step.action.kind if unfit else action.title())[:TITLE_LENGTH]
        self._listener.step_started(ordinal, max(self._total, ordinal), title)
        started_utc, started = self._clock.now(), self.now_s

        def finish(
            outcome: StepOutcome, message: str, screenshot: bytes | None, hierarchy: str | None
        ) -> None:
            took_s = self.now_s - started
            what = (ordinal, step.action.kind, title, step.source)
            record = StepRecord(
                *what, outcome, message, started_utc, took_s, screenshot, hierarchy, self.finger.touch
            )
            self._listener.step_finished(record)

        try:
            if unfit:
                raise unfit
            # Such a flow does not say what it changes, so its first input counts as the effect of all of it.
            is_first = not self.flow.is_repeatable and self.effect is None and not self._is_preparing
            if action.is_input and is_first:
                self.begin_effect(self.flow.name, {}, self.target)
            if self.flow.reads_toasts and (action.is_input or action.kind == "commit"):
                self.phone.forget_toast()
            taken = action.perform(self)
        except (HeldBack, Stopped) as error:
            finish(StepOutcome.SKIPPED, error.message, None, None)
            raise
        except TaskError as error:
            lost = isinstance(error, PhoneError)  # a phone that is away takes no picture either
            seen = self._seen.xml if self._seen is not None else None
            finish(StepOutcome.FAILED, error.message, None if lost else self._screenshot(), seen)
            raise
        how = StepOutcome.SKIPPED if self._skipped else StepOutcome.COMPLETED
        picture = self._screenshot() if action.is_seen and self._takes_pictures else None
        finish(how, self._skipped or self._note, picture, None)
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
            picture = self.phone.screenshot()
        except PhoneError:
            return None
        self.finger.saw(picture)
        return picture

    @property
    def has_begun(self) -> bool:
        """Whether anything was done on the phone."""
        return self._completed > 0

    def note(self, what: str) -> None:
        """Tell something about the present step in the report."""
        self._note = what

    def rest(self, pause_s: float) -> None:
        """Let time pass. Raises Stopped as soon as somebody asks for a stop, and TaskError if the attempt's time is
        over before."""
        until = self.now_s + pause_s
        while (left_s := until - self.now_s) > 0:
            self.check_time()
            self.pause(min(left_s, 1.0))

    def check_time(self) -> None:
        """Raises Stopped if somebody asks for a stop, and TaskError if the attempt's time is over."""
        if self._stop.is_set():
            raise Stopped
        if self.now_s >= self._deadline:
            raise TaskError("the task did not end within its timeout", hint="give it a longer timeout")

    def time_for(self, duration_s: float) -> float:
        """When a loop ends that goes on for `duration_s`, in the clock's monotonic seconds. What earlier attempts have
        worked counts as spent, first on the first loop."""
        if self._spent_s is None:
            self._spent_s = self._journal.worked_s()
        used_s = min(self._spent_s, duration_s)
        self._spent_s -= used_s
        return self.now_s + duration_s - used_s

    @property
    def now_s(self) -> float:
        """The clock's monotonic seconds."""
        return self._clock.monotonic()

    def seconds_until(self, instant: datetime) -> float:
        """How long it is until an instant; at least a moment, so that whoever waits for it does not spin."""
        return max((instant - self._clock.now()).total_seconds(), 0.5)

    def skip(self, why: str) -> None:
        """Tell that the present step has nothing to do, and why; the flow goes on."""
        self._skipped = why

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
            self.is_account_known = True

    @contextmanager
    def scope(self, config: Mapping[str, str]) -> Iterator[None]:
        """Let steps of another flow know the task's variables and this config only, and forget what they remember, but
        for the account."""
        outer, is_used = dict(self.variables), self._is_used
        own = {name: outer[name] for name in VARIABLES if name in outer}
        self._know(own | dict(config))
        self._is_used = True
        try:
            yield
        finally:
            self._is_used = is_used
            self._know(outer | {"account": self.variables.get("account", "")})

    def _know(self, variables: Mapping[str, str]) -> None:
        """Have these variables and no others. The app's view looks into the same mapping."""
        self.variables.clear()
        self.variables.update(variables)

    def _may_stop(self) -> bool:
        """Whether somebody asks for a stop. A later attempt proves what this one leaves unproved."""
        return self._stop.is_set()

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

    @abstractmethod
    def begin_effect(
        self, kind: str, evidence: Mapping[str, str], target: str | None, *, leave_open: bool = False
    ) -> None:
        """Write down that an effect is about to be made."""
