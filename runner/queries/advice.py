"""What a person can do, as types; whoever shows them words them as a command to type or a button to press."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StartDaemon:
    """Start a daemon on the campaign files."""


@dataclass(frozen=True, slots=True)
class StartHost:
    """Start a host again, on the machine that it was: its daemon, or its worker."""

    name: str
    is_daemon: bool


@dataclass(frozen=True, slots=True)
class ResumeRehearsal:
    """Go on with the rehearsal of a run: no daemon may take up its ledger, since the daemon's phones are real."""

    run_id: str


@dataclass(frozen=True, slots=True)
class ResumeRun:
    """Go on with a run whose process has ended."""

    run_id: str


@dataclass(frozen=True, slots=True)
class AcceptRestore:
    """Put the newest ledger back, or accept the older one; `problem` says what is wrong with this one."""

    problem: str


@dataclass(frozen=True, slots=True)
class ReleaseHold:
    """Answer what a phone's screen asks, and let it go on."""

    device: str


@dataclass(frozen=True, slots=True)
class EndPause:
    """End the pause of a campaign or a phone; None: of everything."""

    subject: str | None


@dataclass(frozen=True, slots=True)
class Resolve:
    """Say whether the effect of a task happened; `lane` is the phone or account where one can see that."""

    task_id: int
    lane: str


@dataclass(frozen=True, slots=True)
class RetryTask:
    """Run a task that failed or did not run."""

    task_id: int


@dataclass(frozen=True, slots=True)
class RunOccurrence:
    """Run an occurrence that did not run, by the campaign's file and the occurrence's time."""

    path: str
    at: str


@dataclass(frozen=True, slots=True)
class MendFile:
    """Mend a campaign's file, which is invalid."""

    path: str


@dataclass(frozen=True, slots=True)
class WidenActive:
    """Change `active:` in a campaign's file, if the day of the question should count."""

    path: str


@dataclass(frozen=True, slots=True)
class Hint:
    """The hint of an error or a refusal, as it was kept."""

    text: str


Action = (
    StartDaemon
    | StartHost
    | ResumeRehearsal
    | ResumeRun
    | AcceptRestore
    | ReleaseHold
    | EndPause
    | Resolve
    | RetryTask
    | RunOccurrence
    | MendFile
)
"""What one command does."""

Advice = Action | WidenActive | Hint
