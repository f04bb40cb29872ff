"""The `device` backend: flows on phones, through adb and uiautomator2."""

import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from typing import Any, NamedTuple

from runner.backend_registry import DEVICE
from runner.backends.backend import BackendSetup, Problem
from runner.backends.material import material
from runner.backends.supply import LocalSupply, Supply
from runner.clock import Clock, SystemClock
from runner.errors import (
    AdbUnavailable,
    AppMissing,
    DeviceNotConnected,
    DeviceOffline,
    DeviceUnauthorized,
    FlowError,
    HeldBack,
    NeedsPerson,
    PhoneError,
    Stopped,
    TaskError,
    Unsupported,
)
from runner.flows.app_view import AppView
from runner.flows.draws import Draws
from runner.flows.elements_used import elements_of
from runner.flows.engine import carry_out, held_back
from runner.flows.flow import Flow
from runner.flows.flow_run import FlowRun
from runner.flows.loading import load_flow, load_own_flow
from runner.flows.profile import Profile, Profiles, is_unverified, unrecorded
from runner.flows.variables import CHOSEN
from runner.flows.versions import untested
from runner.journals import Journal, Listener, StopSignal
from runner.phone.fleets import Fleets
from runner.phone.restoring import Undoing
from runner.phone.session import Session
from runner.phone.traces import TraceKind, Traces
from runner.planning.content import texts
from runner.scripts.script import FlowText, ProfileText
from runner.settings import Settings
from runner.targets import account, whose
from runner.tasks import Again, AttemptOutcome, Effect, EffectState, Outcome, Task

PARALLEL = 16
"""How many phones are asked at the same time whether their apps are there."""

NOT_THERE = (AdbUnavailable, DeviceNotConnected, DeviceOffline, DeviceUnauthorized)
"""Why an attempt could not begin, though the phone has not failed: its lane waits until it is there."""

LOG = logging.getLogger(__name__)


class DeviceBackend:
    """Carries tasks out on the phones of the adb servers. Each phone's session is kept for its lane.

    `flows` are the users' own flows by campaign and script, `profiles` gives the users' app profiles of a campaign.
    `new_run` makes the run of a flow, for those who watch it closely.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Clock | None = None,
        flows: Mapping[tuple[str, str], FlowText] | None = None,
        profiles: Callable[[str], Mapping[str, ProfileText]] = lambda campaign: {},
        new_run: Callable[..., FlowRun] = FlowRun,
        traces: Traces | None = None,
        is_settled: Callable[[str], bool] = lambda key: True,
        supply: Supply | None = None,
    ) -> None:
        self._supply = supply or LocalSupply()
        self._fleet = Fleets(settings.every_adb_server)
        self._clock = clock or SystemClock()
        # Not `or`: the mapping of a daemon is empty until a campaign with a flow of its own comes into force.
        self._flows = {} if flows is None else flows
        self._profiles = profiles
        self._new_run = new_run
        self._traces = traces or Traces()
        self._is_settled = is_settled
        self._language = settings.language
        self._takes_pictures = settings.takes_pictures
        self._sessions: dict[str, Session] = {}
        self._lock = threading.Lock()

    def check(self, tasks: Iterable[Task]) -> list[Problem]:
        """Phones that are not ready, apps that are missing or shown in a language without labels, and configs that no
        flow can carry out."""
        by_device: dict[str, list[_Work]] = {}
        problems: dict[Problem, None] = {}
        for task in tasks:
            try:
                work = self._work(task)
            except (TaskError, FlowError) as error:
                problems[Problem(task.lane, error.message, error.hint)] = None
                continue
            by_device.setdefault(task.device or "", []).append(work)
        unready = {problem.serial: problem for problem in self._fleet.check(by_device)}
        with ThreadPoolExecutor(PARALLEL) as pool:
            ready = [serial for serial in by_device if serial not in unready]
            missing = dict(zip(ready, pool.map(lambda s: self._missing(s, by_device[s]), ready), strict=True))
        for serial in by_device:
            refused = unready.get(serial)
            found = (
                [Problem(serial, refused.message, refused.hint, is_away=True)] if refused else missing[serial]
            )
            problems |= dict.fromkeys(found)
        return list(problems)

    def perform(
        self, task: Task, journal: Journal, listener: Listener, stop: StopSignal, deadline: float
    ) -> Outcome:
        """One attempt at a task on its phone."""
        effects = journal.effects()
        with ExitStack() as files:
            try:
                work = self._work(task)
                if _takes_files(work.flow, effects):
                    task = files.enter_context(self._supply.at_hand(task, stop, deadline))
                looks = any(effect.state.is_in_doubt for effect in effects)
                session, app, variables, note = self._ready(task, work, only_looks=looks)
            except HeldBack as error:
                return held_back(error)
            except Stopped as error:
                return Outcome(AttemptOutcome.STOPPED, error.message)
            except (TaskError, FlowError) as error:
                if not isinstance(error, PhoneError) and task.device:
                    is_over = not any(effect.asks_somebody for effect in effects)
                    is_left = isinstance(error, NeedsPerson)
                    self._restore(self.session(task.device), task, is_over=is_over, may_sleep=not is_left)
                return _not_started(error, effects)
            attempt = self._new_run(
                work.flow,
                app,
                session,
                variables=variables,
                journal=journal,
                listener=listener,
                stop=stop,
                clock=self._clock,
                deadline=deadline,
                seen_files=(*task.options.files, *task.options.named),
                works_as=account(task.username) if task.username else None,
                draws=Draws(task.key, task.ordinal),
                takes_pictures=self._takes_pictures,
            )
            outcome = carry_out(attempt, effects)
        # After a failure past the commit point the app may still upload the shared file: it stays until somebody knows.
        is_over = outcome.outcome is AttemptOutcome.COMPLETED or attempt.effect is None
        self._restore(session, task, is_over=is_over, may_sleep=not outcome.needs_person)
        return replace(outcome, message="; ".join(filter(None, (outcome.message, note)))) if note else outcome

    def _ready(
        self, task: Task, work: "_Work", *, only_looks: bool
    ) -> tuple[Session, AppView, dict[str, str], str]:
        """What the flow of a task needs: the phone, the app on it, its variables, and what to note of the app's
        version. Raises TaskError."""
        session, profile = self._opened(task), work.profile
        variables = inputs(task, only_looks=only_looks)
        app, version = self._app(session, profile, variables, work.language)
        _check_labels(session.serial, work.flow, profile, app, work.settled)
        return session, app, variables, untested(profile.app, version, profile.tested_with)

    def session(self, serial: str) -> Session:
        """The phone's session, kept for its lane."""
        with self._lock:
            return self._sessions.setdefault(serial, Session(self._fleet, serial, self._clock, self._traces))

    def close(self) -> None:
        with self._lock:
            sessions, self._sessions = list(self._sessions.values()), {}
        for session in sessions:
            session.close()

    def _work(self, task: Task) -> "_Work":
        """What carries a task out. Raises Unsupported if no flow can, and FlowError."""
        own = self._flows.get((task.campaign, task.script))
        profiles = Profiles.over(self._profiles(task.campaign))
        flow = load_own_flow(own, profiles) if own else supported_flow(task)
        return _Work(flow, profiles.load(flow.app), _settled(task), task.options.language)

    def _opened(self, task: Task) -> Session:
        """The phone's session, opened. Each phone is one lane, so no two threads ask for the same session."""
        if task.device is None:
            raise Unsupported("the device backend works on phones, and the task names none")
        session = self.session(task.device)
        session.open(task.key)
        return session

    def _app(
        self, session: Session, profile: Profile, variables: Mapping[str, str], language: str | None
    ) -> tuple[AppView, str | None]:
        """The profile with the first of its packages that is installed, in the language in which that is shown: the one
        that the account's declaration names, if it does. With the app's version. Raises AppMissing."""
        for package in profile.packages:
            told = session.app(package)
            if told.is_installed:
                # Some apps have a language of their own that no phone tells: the setting goes before it.
                said = language or self._language or told.language or profile.language
                return AppView(profile.in_language(said), package, variables), told.version
        raise AppMissing(
            f"{session.serial}: the app {profile.app} is not installed ({' or '.join(profile.packages)})",
            hint="install it on the phone and log in by hand",
        )

    def _missing(self, serial: str, works: Iterable["_Work"]) -> list[Problem]:
        """The problems of a phone that is ready, as far as adb alone can tell."""
        session, found = Session(self._fleet, serial, self._clock), []
        apps: dict[tuple[int, str | None], AppView | None] = {}
        for flow, profile, settled, language in works:
            try:
                shown = (id(profile), language)
                if shown not in apps:  # profiles are kept, and each is asked for once
                    apps[shown] = None
                    apps[shown], _ = self._app(session, profile, {}, language)
                if (app := apps[shown]) is not None:
                    _check_labels(serial, flow, profile, app, settled)
            except TaskError as error:
                away = isinstance(error, PhoneError)
                found.append(Problem(serial, error.message, error.hint, is_away=away))
        return found

    def traced(self) -> list[str]:
        """The phones on which something is left to undo now, as far as that is known without them."""
        return [serial for serial in self._traces.serials() if self._can_undo(serial)]

    def undo(self, serial: str, *, may_sleep: bool) -> None:
        """Undo what earlier processes, or attempts whose effects nobody knew, have left on a phone. Only whoever has
        the phone's lane may call it. Raises TaskError."""
        self.session(serial).restore(Undoing(self._is_settled, may_sleep, is_late=True))

    def _can_undo(self, serial: str) -> bool:
        """Whether no task on a phone has media that an app may still need."""
        tasks = {trace.task for trace in self._traces.of(serial) if trace.kind is TraceKind.MEDIA}
        return not tasks or any(map(self._is_settled, tasks))

    def _restore(self, session: Session, task: Task, *, is_over: bool, may_sleep: bool) -> None:
        def is_settled(key: str) -> bool:
            return is_over if key == task.key else self._is_settled(key)

        try:
            session.restore(Undoing(is_settled, may_sleep, is_late=False))
        except (
            TaskError
        ) as error:  # the task has ended; what is left on the phone is undone later, and fails nothing
            LOG.info("%s", error)


def make(setup: BackendSetup) -> DeviceBackend:
    """The backend on the phones of the adb servers that the settings name."""
    traces = Traces(setup.traces)
    return DeviceBackend(
        setup.settings,
        setup.clock,
        setup.flows,
        setup.profiles,
        traces=traces,
        is_settled=setup.is_settled,
        supply=setup.supply,
    )


class _Work(NamedTuple):
    """What a task takes: its flow, the profile of the app, the variables that are known before the flow runs, and the
    language in which the app is shown to its account, if that is declared."""

    flow: Flow
    profile: Profile
    settled: Mapping[str, str]
    language: str | None


def _takes_files(flow: Flow, effects: Iterable[Effect]) -> bool:
    """Whether an attempt may come to a step that takes files: one that only looks what became of an earlier one does
    not, nor one whose effect was made."""
    left = [effect.state for effect in effects if effect.state is not EffectState.REFUTED]
    return not left or (flow.makes_several and not any(state.is_in_doubt for state in left))


def _check_labels(
    serial: str, flow: Flow, profile: Profile, app: AppView, settled: Mapping[str, str]
) -> None:
    """Raise Unsupported if the flow needs what nobody has recorded in the language in which the app is shown, though it
    is known in the profile's own. What is not recorded in any language fails the step that needs it."""
    if app.profile is profile:
        return

    def known(elements: Mapping[str, Any], name: str) -> bool:
        return name in elements and not is_unverified(elements[name])

    names = elements_of(flow, settled)
    missing = [n for n in names if known(profile.elements, n) and not known(app.profile.elements, n)]
    if missing:
        error = unrecorded(app.profile, missing)
        raise Unsupported(f"{serial}: {error.message}", hint=error.hint)


def supported_flow(task: Task) -> Flow:
    """The flow of a built-in script. Raises Unsupported if there is none, or if it cannot do what the config asks."""
    app = task.options.app
    flow = load_flow(app, task.script)
    for refused in DEVICE.refusals(task.script, app, task.config):
        legal = " or ".join(repr(item) for item in refused.possible)
        why = f": {refused.reason}" if refused.reason else ""
        raise Unsupported(
            f"the device backend cannot do {refused.key}: {refused.value!r} of the script {task.script!r} in the app "
            f"{app!r}{why}",
            hint=f"set {refused.key} to {legal}",
        )
    return flow


def inputs(task: Task, *, only_looks: bool = False) -> dict[str, str]:
    """The variables that a flow knows at its start: see docs/flows.md. Raises TaskError if there is nothing to post; an
    attempt that only looks whether something was posted needs no file."""
    target = task.target or ""
    variables = {
        "device": task.device or "",
        "account": "",
        "handle": "",
        "target": target,
        "user": whose(target),
        **_sound(str(task.config.get("sound_name", ""))),
        **dict.fromkeys(CHOSEN, ""),
        "file_count": "0",
        **texts(task),
    }
    if task.script == "post" and not only_looks:
        files = [file.path for file in task.options.files] or _unchosen(task)
        if any("\n" in path for path in files):
            raise Unsupported("a file with a line end in its name cannot be posted", hint="rename the file")
        variables |= {
            "file": files[0],
            "files": "\n".join(files),
            "file_count": str(len(files)),
        }
    return variables | {f"config.{key}": _text(value) for key, value in task.config.items()}


def _settled(task: Task) -> dict[str, str]:
    """The variables of which it is known before the flow runs what they will be."""
    try:
        variables = inputs(task)
    except TaskError:  # its files are missing, which the attempt will say
        variables = inputs(task, only_looks=True)
        del variables["file_count"]
    return variables


def _sound(named: str) -> dict[str, str]:
    """The sound that a config names, as its name or as its address."""
    is_link = "://" in named
    return {"sound": "" if is_link else named.strip(), "sound_link": named.strip() if is_link else ""}


def _unchosen(task: Task) -> list[str]:
    """The files of a task for which none were chosen. Raises TaskError, which says why, unless an older version of the
    runner has made its row, and left it to the attempt."""
    found = [*map(str, material(task.config, task.ordinal))]
    if task.options.order:
        raise TaskError(
            "the files to post were not there when the attempt began", hint="they are now: try it again"
        )
    return found


def _text(value: Any) -> str:
    """A setting in the flow language: true and false as a campaign writes them, one line for each item of a list."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "\n".join(map(str, value)) if isinstance(value, list) else str(value)


def _not_started(error: TaskError | FlowError, effects: list[Effect]) -> Outcome:
    """The outcome of an attempt that could not begin. Effects of earlier ones stay as they are; the message tells."""
    again = Again.RETRY
    if isinstance(error, PhoneError):
        again = Again.WHEN_BACK
    elif isinstance(error, AppMissing | Unsupported | FlowError):
        again = Again.NEVER
    open_effects = [effect for effect in effects if effect.asks_somebody]
    message = error.message
    if open_effects:
        again = Again.TO_PROVE if again is Again.RETRY else again
        message += f"; whether the {open_effects[-1].kind} of an earlier attempt happened is not known yet"
    needs_person = isinstance(error, NeedsPerson)
    phone_failed = isinstance(error, PhoneError) and not isinstance(error, NOT_THERE)
    return Outcome(
        AttemptOutcome.FAILED, message, error.hint, needs_person, again=again, phone_failed=phone_failed
    )
