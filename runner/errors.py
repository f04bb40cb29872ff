"""Failures at run time, translated once at the edge (phone/, backends/, store/).

RunnerError
├── UsageError              the command cannot be carried out as typed
│   ├── UnknownTask         the ledger has no task that goes by a name
│   ├── NothingToReport     the ledger has nothing of a name, or of a time
│   └── RehearsalOnly       the ledger is a rehearsal's, and the command would reach real phones or a real server
├── LedgerError             the ledger cannot be opened, read or written
│   ├── LedgerBusy          another executor holds the ledger
│   │   └── HostTaken       another process that lives has the host's name
│   ├── LedgerUnavailable   its database is away, or cannot write now: nothing was written, as far as is known
│   ├── LedgerGone          its file is not there any more, or another one is: nothing more may be begun
│   ├── LedgerBehind        its tables are those of an older version, or none: only who may change them goes on
│   ├── LedgerRaised        its tables have become those of a newer version: this one stops
│   ├── LedgerOutdated      it is older than what this machine has seen of it: a person decides
│   └── LedgerRefusal       the state of a task does not allow what was asked of it
│       └── LeaseLost       another host may have the lane, or lead: nothing more may be written of it
├── FolderError             the campaign files are not there any more: what was in force stays
├── FlowError               a flow or an app profile is wrong
├── Stopped                 a person asked for a stop; raised at a step boundary
├── HeldBack                a limit forbids the effect for now
├── PhoneInUse              a task, or somebody else, has the phone that a person wants to see or to touch
└── TaskError               a task cannot go on
    ├── NeedsPerson         a login, verification or unreadable screen: only a person may go on
    ├── Unsupported         the backend cannot do what the config asks for
    ├── ElementMissing      an element did not appear (or did not go away) in time
    ├── AppMissing          the app is not installed on the phone
    ├── ServerApiError      a Local API, or the way to it, failed
    │   ├── ApiUnreachable      no connection was made: nothing was sent
    │   ├── ApiInterrupted      no answer came back: the call may have been carried out
    │   ├── NotTheApi           something else answered: the call may have been carried out
    │   └── ApiRefused          the server answered with another code than 0
    └── PhoneError          the phone or the way to it failed
        ├── AdbUnavailable      no adb server can be reached or started
        ├── DeviceNotConnected  no connected phone has this serial
        ├── DeviceOffline       adb's state "offline"
        ├── DeviceUnauthorized  adb's state "unauthorized"
        ├── ConnectionLost      the transport broke inside a call: the action may have happened
        ├── PhoneTimeout        no answer in time: the action may have happened
        ├── PhoneFull           the phone has no space left for a file
        └── AutomationFailed    uiautomator2 on the phone does not start or answers with an error

Every message says what was attempted, on what, and what came back; `hint` says what to do. Where that is a command,
`reports/remedies.py` words it, by the error's type or by the remedy that it names.
"""

from datetime import datetime
from enum import Enum, auto

from runner.reasons import ReasonKind


class RunnerError(Exception):
    """The root of everything that the runner raises on purpose."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(RunnerError):
    """The command cannot be carried out as typed."""


class UnknownTask(UsageError):
    """The ledger has no task that goes by a name."""


class NothingToReport(UsageError):
    """The ledger has nothing of a name, or of a time. `wanted` is what was looked for: a `run`, `task`, `campaign`,
    `entry` or `occurrence`, a `time`, or a `name` of whatever it may be."""

    def __init__(self, message: str, *, wanted: str, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.wanted = wanted


class RehearsalOnly(UsageError):
    """The ledger is a rehearsal's: nothing in it is meant for real phones, or a real server."""


class LedgerError(RunnerError):
    """The ledger cannot be opened, read or written."""


class LedgerBusy(LedgerError):
    """Another executor holds the ledger."""


class HostTaken(LedgerBusy):
    """Another process that lives has the host's name."""


class LedgerUnavailable(LedgerError):
    """The database of the ledger is away, or cannot write for now; this passes, and what was attempted may be attempted
    again."""


class LedgerGone(LedgerError):
    """The file of an open ledger is not there any more, or another one is: nothing more may be begun."""


class LedgerBehind(LedgerError):
    """The tables of a ledger that hosts share are those of an older version, or not there yet, and must stay so."""


class LedgerRaised(LedgerError):
    """A newer version of the runner has changed the tables of an open ledger: this one can do nothing more."""


class LedgerOutdated(LedgerError):
    """The ledger is gone, or older than what this machine has seen of it: nothing is done until a person decides."""


class Remedy(Enum):
    """What a person can do about a refusal, if that is a command."""

    LIST_TASKS = auto()
    SHOW_TASK = auto()
    RUN_ANEW = auto()
    STOP_FIRST = auto()
    WAIT_OR_STOP = auto()
    RESOLVE_FIRST = auto()


class LedgerRefusal(LedgerError):
    """The state of a task does not allow what was asked of it; nothing was written.

    `remedy` is what a person can do with the task of this key.
    """

    def __init__(
        self, message: str, *, hint: str | None = None, remedy: Remedy | None = None, task_key: str = ""
    ) -> None:
        super().__init__(message, hint=hint)
        self.remedy = remedy
        self.task_key = task_key


class LeaseLost(LedgerRefusal):
    """The lease under which something was to be written or done is over: another host may have the lane, or lead. It
    was not written, and nothing more may be done of it."""


class FolderError(RunnerError):
    """A path of campaigns is not there, or a folder has none any more: what was in force stays."""


class FlowError(RunnerError):
    """A flow or an app profile is wrong."""


class Stopped(RunnerError):
    """A person asked for a stop; raised at a step boundary, never inside a step."""

    def __init__(self, message: str = "stopped on request") -> None:
        super().__init__(message)


class HeldBack(RunnerError):
    """Something of this `kind` forbids the effect until `not_before` (UTC); nothing was sent."""

    def __init__(self, message: str, *, not_before: datetime, kind: ReasonKind = ReasonKind.LIMIT) -> None:
        super().__init__(message)
        self.not_before = not_before
        self.kind = kind


class PhoneInUse(RunnerError):
    """A task, or somebody else, has the phone that a person wants to see or to touch."""


class TaskError(RunnerError):
    """A task cannot go on."""


class NeedsPerson(TaskError):
    """A login, verification, consent or unreadable screen: the runner never tries to get past it."""


class Unsupported(TaskError):
    """The backend cannot do what the config asks for."""


class ElementMissing(TaskError):
    """An element did not appear, or did not go away, in time."""


class AppMissing(TaskError):
    """The app is not installed on the phone."""


class WrongAccount(TaskError):
    """The app shows another account than the one as which the task works, and nothing was made as it."""


class ServerApiError(TaskError):
    """A Local API, or the way to it, failed.

    `sent` is false only where the server surely carried nothing out; otherwise it may have done so.
    """

    def __init__(self, message: str, *, hint: str | None = None, sent: bool) -> None:
        super().__init__(message, hint=hint)
        self.sent = sent


class ApiUnreachable(ServerApiError):
    """No connection was made: nothing was sent."""


class ApiInterrupted(ServerApiError):
    """The connection was made and no whole answer came back."""


class NotTheApi(ServerApiError):
    """Something answered that is no Local API, or not in a shape that can be understood."""


class ApiRefused(ServerApiError):
    """The server answered with a `code` of the contract other than 0; `words` is what it said."""

    def __init__(self, message: str, *, hint: str | None = None, sent: bool, code: int, words: str) -> None:
        super().__init__(message, hint=hint, sent=sent)
        self.code = code
        self.words = words


class PhoneError(TaskError):
    """The phone, or the way to it, failed.

    `sent` is false only where the action surely never reached the phone; otherwise it may have happened.
    """

    def __init__(self, message: str, *, hint: str | None = None, sent: bool = True) -> None:
        super().__init__(message, hint=hint)
        self.sent = sent


class AdbUnavailable(PhoneError):
    """No adb server can be reached or started."""


class DeviceNotConnected(PhoneError):
    """No connected phone has this serial."""


class DeviceOffline(PhoneError):
    """The phone is in adb's state `offline`."""


class DeviceUnauthorized(PhoneError):
    """The phone is in adb's state `unauthorized`."""


class ConnectionLost(PhoneError):
    """The transport broke inside a call: the action may have happened."""


class PhoneTimeout(PhoneError):
    """No answer within the time allowed: the action may have happened."""


class PhoneFull(PhoneError):
    """The phone has no space left for a file."""


class AutomationFailed(PhoneError):
    """uiautomator2 on the phone does not start, or answers a call with an error."""
