"""Turns what a person can do into commands to type: nothing else words advice as commands."""

from shlex import quote
from typing import NamedTuple

from runner.queries.advice import (
    AcceptRestore,
    Action,
    Advice,
    EndPause,
    Hint,
    MendFile,
    ReleaseHold,
    Resolve,
    ResumeRehearsal,
    ResumeRun,
    RetryTask,
    RunOccurrence,
    StartDaemon,
    StartHost,
    WidenActive,
)
from runner.queries.why_answer import WhyVerdict
from runner.state_dir import StateDir, is_fast


class Options(NamedTuple):
    """The options that lead a command to the ledger that was asked, if that is not the user's own; each has a space in
    front. `run` are those of `runner run`, which finds a rehearsal's ledger by its URL only."""

    ledger: str = ""
    run: str = ""


def options_of(place: StateDir) -> Options:
    """The options with which commands ask the ledger of a state folder."""
    is_rehearsal = place.phones is not None
    return Options(
        place.option, f" --virtual --store {quote(place.store_url)}" if is_rehearsal else place.option
    )


def command(action: Action, options: Options) -> str:
    """The command to type, with all the options that it needs."""
    match action:
        case StartDaemon():
            words = f"daemon FOLDER{options.ledger}"
        case StartHost(name, is_daemon):
            words = f"{'daemon FOLDER' if is_daemon else 'worker'} --name {quote(name)}{options.ledger}"
        case ResumeRehearsal(run_id) if is_fast(run_id):
            words = "rehearse FOLDER"  # its time was made up: it can only be begun anew
        case ResumeRehearsal(run_id):
            words = f"run --resume {run_id}"  # the id of its run is enough to find a rehearsal
        case ResumeRun(run_id):
            words = f"run --resume {run_id}{options.run}"
        case AcceptRestore():
            words = f"ledger accept-restore{options.ledger}"
        case ReleaseHold(device):
            words = f"holds release {device}{options.ledger}"
        case EndPause(subject):
            words = f"resume{f' {subject}' if subject else ''}{options.ledger}"
        case Resolve(task_id):
            words = f"tasks resolve {task_id}{options.ledger} --happened, or --did-not"
        case RetryTask(task_id):
            words = f"tasks retry {task_id}{options.ledger}"
        case RunOccurrence(path, at):
            words = f"run {quote(path)} --at {quote(at)}{options.run}"
        case MendFile(path):
            words = f"validate {quote(path)}"
    return f"runner {words}"


def to_do(action: Action, options: Options) -> str:
    """A line for a list of things to do, without a full stop."""
    match action:
        case StartDaemon():
            purpose = "start the daemon: "
        case StartHost(name):
            purpose = f"on the machine {name}: "
        case ResumeRehearsal(run_id) if is_fast(run_id):
            purpose = "rehearse anew: "
        case ResumeRehearsal():
            purpose = "go on with the rehearsal: "
        case AcceptRestore(problem):
            purpose = f"{problem}; put the newest ledger back; if there is none: "
        case ReleaseHold(device):
            purpose = f"answer what the screen of {device} asks, then: "
        case EndPause():
            purpose = "to end the pause: "
        case Resolve(lane=lane):
            purpose = f"look on {lane}, then: "
        case MendFile(path):
            purpose = f"mend {path}; all that is wrong with it: "
        case _:
            purpose = ""
    return purpose + command(action, options)


def sentence(advice: Advice, verdict: WhyVerdict, options: Options) -> str:
    """The advice of an answer with this verdict: a sentence, with its full stop."""
    match advice:
        case WidenActive(path):
            said = f"change `active:` in {path}, if that day should count"
        case Hint(text):
            said = text.removesuffix(".")
        case StartDaemon():
            said = f"start it: {command(advice, options)}"  # the sentences before this one name the daemon
        case ResumeRun():
            said = f"{command(advice, options)} goes on"
        case EndPause():
            said = f"{command(advice, options)} ends the pause"
        case Resolve() if verdict is WhyVerdict.IN_DOUBT:
            said = f"whoever has seen it says so: {command(advice, options)}"
        case Resolve(lane=lane):
            where = f"on {lane}, " if lane else ""
            said = f"look {where}then say what you saw: {command(advice, options)}"
        case RetryTask():
            said = f"{command(advice, options)} {_RETRIES.get(verdict, 'runs it now')}"
        case RunOccurrence():
            said = f"{command(advice, options)} runs it now"
        case _:
            said = to_do(advice, options)
    return f"{said}."


_RETRIES = {WhyVerdict.FAILED: "tries it again", WhyVerdict.CANCELLED: "runs it after all"}
"""What `runner tasks retry` does with a task, which may never have been tried."""
