"""What a person can do about an error, as text: its hint, or the command that helps."""

from runner.errors import (
    LedgerOutdated,
    LedgerRefusal,
    NothingToReport,
    RehearsalOnly,
    Remedy,
    RunnerError,
    UnknownTask,
)

DECIDE = (
    "put the newest ledger back, if there is one. If not, look at the phones for what has been done since, then run "
    "`runner ledger accept-restore`: nothing of that time is caught up with, and the daemon goes on from now"
)
ELSEWHERE = (
    "rehearse with --virtual, go on with a rehearsal's run with `runner run --resume ID`, or name another "
    "ledger"
)


def hint_of(error: RunnerError) -> str | None:
    """What to do about an error, if anything is known."""
    match error:
        case LedgerRefusal(remedy=Remedy() as remedy, task_key=key):
            return _COMMANDS[remedy].format(key=key)
        case LedgerOutdated():
            return DECIDE
        case RehearsalOnly():
            return error.hint or ELSEWHERE
        case UnknownTask():
            return "name its number, its key, or a part of its key that no other has: runner tasks list"
        case NothingToReport(wanted=wanted, hint=hint):
            return "; ".join(filter(None, (hint, _WHERE_TO_LOOK.get(wanted))))
    return error.hint


_COMMANDS = {
    Remedy.LIST_TASKS: "`runner tasks list` shows what it holds",
    Remedy.SHOW_TASK: "`runner tasks show {key}` shows its effects",
    Remedy.RUN_ANEW: "what is done is not repeated; `runner run` makes new tasks",
    Remedy.STOP_FIRST: "stop it first, with `runner tasks stop {key}`",
    Remedy.WAIT_OR_STOP: "wait until it has ended, or stop it with `runner tasks stop {key}`",
    Remedy.RESOLVE_FIRST: "look at the phone, then say so with `runner tasks resolve {key} --happened` or `--did-not`",
}

_WHERE_TO_LOOK = {
    "run": "`runner run` prints the id of a run; the ledger of a rehearsal is named with --virtual --store URL",
    "task": "`runner tasks list` shows them",
    "campaign": "`runner status` lists those in force",
    "entry": "`runner status` lists the campaigns in force, `runner plan` their entries",
    "occurrence": "`runner why CAMPAIGN/ENTRY --at T` says why",
    "time": "`runner tasks list` shows the newest tasks; `runner why CAMPAIGN/ENTRY` says why nothing ran",
    "name": "`runner tasks list` shows tasks, `runner status` the campaigns in force; or name a time: --since 24h, "
    "--day today, --week",
}
