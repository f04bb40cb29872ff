"""`runner flow try`: one attempt at a flow on one phone, step by step."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from typing import TYPE_CHECKING, Any

import click

from runner.cli.flow_mistakes import apps_of, mistakes_of
from runner.cli.format_option import format_option
from runner.cli.free_phone import free_phone
from runner.cli.ledger_completion import complete_device
from runner.cli.output import ask, print_json, say, say_lines
from runner.clock import SystemClock
from runner.errors import UsageError
from runner.exit_codes import EXIT_PROBLEMS
from runner.settings import Settings
from runner.tasks import AttemptOutcome, Outcome, StepRecord, Task, TaskSource, task_key

if TYPE_CHECKING:
    from runner.campaign.flow_file import FlowFile
    from runner.flows.trial import Match, UnkeptJournal, WatchedRun
    from runner.scripts.script import Script

LONGEST_S = 24 * 3600.0
"""How long a trial may take: its steps have timeouts of their own, and with --step a person takes their time."""


@click.command(
    "try",
    epilog="""\b
Examples:
  runner flow try campaigns/flows/note.yaml --virtual           on a virtual phone, which is made for it
  runner flow try campaigns/flows/note.yaml --serial R58M123ABC --step
  runner flow try campaigns/flows/note.yaml --virtual --param title=Shopping --yes""",
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--serial", metavar="SERIAL", shell_complete=complete_device,
              help="The phone; with --virtual the serial of the virtual one (default: VIRTUAL01).")  # fmt: skip
@click.option(
    "--virtual", is_flag=True, help="Use a virtual phone, which is made for it and gone afterwards."
)
@click.option("--param", "given", multiple=True, metavar="NAME=VALUE",
              help="A parameter of the flow; a list takes several of the same name.")  # fmt: skip
@click.option("--step", "stepwise", is_flag=True, help="Wait for Enter before each step.")
@click.option("--yes", is_flag=True, help="Make effects without asking.")
@format_option
@click.pass_context
def try_(
    ctx: click.Context,
    file: Path,
    *,
    serial: str | None,
    virtual: bool,
    given: tuple[str, ...],
    stepwise: bool,
    yes: bool,
    form: str,
) -> None:
    """Carry the flow FILE out now, once, on one phone, and show what each step finds.

    What it does is real. Before an effect (a commit step) it asks; where nobody can be asked, it ends there, unless
    --yes is given. The ledger knows nothing of it: no limit holds it back, and none counts it.
    """
    if serial is None and not virtual:
        raise UsageError("no phone is named", hint="name one with --serial, or use a virtual one: --virtual")
    if stepwise and not sys.stdin.isatty():
        raise UsageError("--step waits for Enter, and there is no terminal", hint="leave --step out")
    read = sound_flow(ctx, file)
    assert read.script is not None
    task = task_of(read.script, config_of(read.script, given), serial or "VIRTUAL01")
    trial = Trial(yes=yes, stepwise=stepwise, is_told=form == "text")
    with phone_of(task, virtual=virtual) as settings:
        outcome = trial.carry_out(read, task, settings)
    if form == "json":
        print_json(trial.as_json(outcome))
    else:
        say_lines(trial.conclusion(outcome))
    if outcome.outcome is not AttemptOutcome.COMPLETED:
        ctx.exit(EXIT_PROBLEMS)


def sound_flow(ctx: click.Context, file: Path) -> "FlowFile":
    """The flow in a file; shows its problems and exits if there are any."""
    from runner.campaign.flow_file import FLOW_FILES, flows_beside, linked
    from runner.checks import CheckResult
    from runner.cli.problems import show
    from runner.diagnostics import tidy

    read = FLOW_FILES.load(file)
    if found := tuple(tidy(list(mistakes_of(read)))):
        show(CheckResult({read.document.path: read.document.text}, found), sys.stderr)
        ctx.exit(EXIT_PROBLEMS)
    return linked({**flows_beside(read), file.stem: read})[file.stem]


def config_of(script: "Script", given: Sequence[str]) -> dict[str, Any]:
    """The config that `--param NAME=VALUE` gives, with the flow's defaults. Raises UsageError."""
    from runner.campaign.structure import breaches
    from runner.scripts.script import complete

    rules = script.config_schema()
    values: dict[str, Any] = {}
    for word in given:
        name, sign, text = word.partition("=")
        if not sign or name not in rules["properties"]:
            what = f"the flow has no parameter {name!r}" if sign else f"{word!r} gives no parameter a value"
            raise UsageError(what, hint=f"write --param NAME=VALUE; NAME is {_named(rules['properties'])}")
        values[name] = _typed(name, rules["properties"][name]["type"], text, values.get(name))
    for breach in breaches(dict(rules), values):
        if breach.rule == "required":
            missing = ", ".join(name for name in rules["required"] if name not in values)
            raise UsageError(f"the flow needs a value for {missing}", hint="give it with --param NAME=VALUE")
        name = str(breach.path[0])
        raise UsageError(f"--param {name}: {breach.value!r} is none of its legal values")
    return complete(script, values)


def _named(properties: Mapping[str, Any]) -> str:
    return " or ".join(properties) or "nothing here: the flow declares no parameters"


def _typed(name: str, kind: str, text: str, before: Any) -> Any:
    """A value as its parameter declares it."""
    try:
        match kind:
            case "array":
                return [*(before or ()), text]
            case "integer":
                return int(text)
            case "number":
                return float(text)
            case "boolean":
                return {"true": True, "false": False}[text]
    except (ValueError, KeyError):
        hint = "it is true or false" if kind == "boolean" else f"it is of the type {kind}"
        raise UsageError(f"--param {name}: {text!r} is no legal value", hint=hint) from None
    return text


def task_of(script: "Script", config: dict[str, Any], serial: str) -> Task:
    """What a campaign would ask for with this config, for the first target."""
    targets = script.targets(config) or (None,)
    if len(targets) > 1:
        say(f"of {len(targets)} targets only the first is tried: {targets[0]}", err=True)
    return Task(
        key=task_key("try", script.name, "run:try", serial, targets[0]),
        campaign="try",
        entry=script.name,
        script=script.name,
        backend="device",
        device=serial,
        username=None,
        target=targets[0],
        nominal="run:try",
        ordinal=0,
        due_utc=SystemClock().now(),
        timeout_s=LONGEST_S,
        config=config,
        source=TaskSource.MANUAL,
    )


@contextmanager
def phone_of(task: Task, *, virtual: bool) -> Iterator[Settings]:
    """The settings that lead to the task's phone: a virtual one that is there meanwhile, or one that is free."""
    settings, serial = Settings.from_environment(), task.device
    assert serial is not None
    if not virtual:
        with free_phone(settings, serial):
            yield settings
        return
    from runner.daemon.rehearsal import Rehearsal

    with ExitStack() as stack:
        memory = stack.enter_context(TemporaryDirectory(prefix="flow-try-"))
        phones = stack.enter_context(Rehearsal([serial], Path(memory), lambda: None))
        yield phones.replace_phones(settings)


class Trial:
    """One attempt, as its author watches it. It is the listener of the attempt."""

    def __init__(self, *, yes: bool, stepwise: bool, is_told: bool) -> None:
        self._yes, self._stepwise, self._is_told = yes, stepwise, is_told
        self._run: WatchedRun | None = None
        self._journal: UnkeptJournal | None = None
        self.steps: list[tuple[StepRecord, list[Match]]] = []

    def carry_out(self, read: "FlowFile", task: Task, settings: Settings) -> Outcome:
        from runner.backends.device import DeviceBackend
        from runner.campaign.app_file import texts_of
        from runner.flows.trial import UnkeptJournal, WatchedRun

        def new_run(*args: Any, **kwargs: Any) -> WatchedRun:
            self._run = WatchedRun(*args, **kwargs)
            return self._run

        clock = SystemClock()
        assert read.script is not None and read.script.flow is not None
        flows = {(task.campaign, task.script): read.script.flow}
        profiles = texts_of(apps_of(read))
        self._journal = UnkeptJournal(self._confirm)
        backend = DeviceBackend(settings, clock, flows, lambda campaign: profiles, new_run)
        try:
            deadline = clock.monotonic() + LONGEST_S
            return backend.perform(task, self._journal, self, Event(), deadline)
        except KeyboardInterrupt:
            say_lines(self._open_effects(), sys.stderr)
            raise
        finally:
            backend.close()

    # the listener

    def step_started(self, ordinal: int, total: int, title: str) -> None:
        assert self._run is not None
        self._run.matches.clear()
        if self._stepwise:
            ask(f"{_line(self._run.step.source)}  {title}  [Enter] ")

    def step_finished(self, record: StepRecord) -> None:
        assert self._run is not None
        matches = list(self._run.matches.values())
        self.steps.append((record, matches))
        if self._is_told:
            say_lines(_told(record, matches))

    def _confirm(self, what: str) -> bool:
        if self._yes:
            return True
        if not sys.stdin.isatty():
            return False
        return ask(f"for real, counted by no limit: {what}? [y/N] ").strip().lower() in ("y", "yes")

    # the end

    def conclusion(self, outcome: Outcome) -> Iterator[str]:
        """The outcome for people."""
        assert self._journal is not None
        if self._journal.refused:
            yield f"ended before its effect: {self._journal.refused}"
            yield "  to make it for real, confirm it, or add --yes"
            return
        yield f"{outcome.outcome}: {outcome.message}" if outcome.message else str(outcome.outcome)
        # What is uncertain is in no ledger, so that no command settles it.
        if outcome.hint and outcome.outcome is not AttemptOutcome.UNCERTAIN:
            yield f"  {outcome.hint}"
        yield from self._open_effects()

    def _open_effects(self) -> Iterator[str]:
        assert self._journal is not None
        for what, state in self._journal.states.values():
            if state.is_unsettled:
                yield f"  it may have happened, look at the app: {what}"

    def as_json(self, outcome: Outcome) -> dict[str, Any]:
        assert self._journal is not None
        return {
            "outcome": outcome.outcome,
            "message": outcome.message,
            "hint": outcome.hint,
            "not_confirmed": self._journal.refused or None,
            "effects": [{"effect": what, "state": state} for what, state in self._journal.states.values()],
            "steps": [_as_json(record, matches) for record, matches in self.steps],
        }


def _told(record: StepRecord, matches: "Sequence[Match]") -> Iterator[str]:
    yield f"{_line(record.source)}  {record.title:<40}  {record.outcome}, {record.duration_s:.1f} s"
    if record.message:
        yield f"    {record.message}"
    for match in matches:
        left, top, right, bottom = match.bounds
        place = f"candidate {match.candidate} [{left},{top}][{right},{bottom}]"
        yield f"    {match.element}: {place}  {match.words[:60]}".rstrip()


def _line(source: str) -> str:
    """`note.yaml:12` of a path and a line."""
    path, _, line = source.rpartition(":")
    return f"{Path(path).name}:{line}"


def _as_json(record: StepRecord, matches: "Sequence[Match]") -> dict[str, Any]:
    return {
        "step": record.ordinal,
        "kind": record.kind,
        "title": record.title,
        "source": record.source,
        "outcome": record.outcome,
        "message": record.message,
        "duration_s": round(record.duration_s, 3),
        "matched": [match._asdict() | {"bounds": list(match.bounds)} for match in matches],
    }
