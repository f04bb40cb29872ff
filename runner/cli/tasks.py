"""`runner tasks`: list the tasks of the ledger, and do with them what a person can do."""

from collections.abc import Callable, Sequence
from datetime import datetime

import click

from runner.cli.await_answer import await_answer
from runner.cli.format_option import format_option
from runner.cli.ledger_completion import (
    complete_campaign,
    complete_device,
    complete_entry_name,
    complete_host,
    complete_task,
)
from runner.cli.ledger_option import ledger_option, open_ledger
from runner.cli.main import report
from runner.cli.now_option import read_since
from runner.cli.output import print_json, say, say_lines, terminal
from runner.cli.situation import is_carried_out
from runner.errors import LedgerRefusal
from runner.exit_codes import EXIT_PROBLEMS
from runner.queries.advice import RetryTask
from runner.queries.find_task import find_task
from runner.reasons import ReasonKind
from runner.reports.advice import command, options_of
from runner.reports.instants import print_zone, zone_line
from runner.reports.remedies import hint_of
from runner.reports.task_list import effect_data, task_data, task_lines, task_table
from runner.settings import Settings
from runner.state_dir import StateDir
from runner.store.ledger import Ledger
from runner.store.request_rows import CommandKind
from runner.store.rows import TaskFilter, TaskRow
from runner.tasks import TaskState
from runner.who import who

DEFAULT_LIMIT = 50

Act = Callable[[Ledger, TaskRow], str]
"""What a command does with one task. It returns what to say, or raises LedgerRefusal."""


tasks_argument = click.argument(
    "names", metavar="TASK...", nargs=-1, required=True, shell_complete=complete_task
)
"""One or more tasks: numbers, keys, or parts of keys that no other has."""


@click.group(
    epilog="""\b
Examples:
  runner tasks list --state failed --since 24h      what failed since yesterday
  runner tasks show 4711                            everything about one task
  runner tasks stop 4711 4712                       end them at their next step
  runner tasks resolve 4711 --happened              after you have looked at the phone"""
)
def tasks() -> None:
    """List tasks; stop, retry, resolve or delete them. TASK is a number, a key, or a part of a key."""


@tasks.command(
    "list",
    epilog="""\b
Examples:
  runner tasks list --state failed --since 24h
  runner tasks list --campaign demo --device R58M123ABC --format json
  runner tasks list --host shelf2             what that host did last, or has before it""",
)
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice([state.value for state in TaskState]),
    help="List those in this state; may be given several times.",
)
@click.option(
    "--campaign", metavar="NAME", shell_complete=complete_campaign, help="List those of this campaign."
)
@click.option("--entry", metavar="NAME", shell_complete=complete_entry_name, help="List those of this entry.")
@click.option("--device", metavar="SERIAL", shell_complete=complete_device, help="List those on this phone.")
@click.option("--script", metavar="NAME", help="List those with this script.")
@click.option(
    "--host",
    metavar="NAME",
    shell_complete=complete_host,
    help="List those that this host began last, or would begin now, where hosts share the ledger.",
)
@click.option(
    "--since",
    metavar="T",
    callback=read_since,
    help="List those due since an instant, or for so long: 24h.",
)
@click.option(
    "--limit",
    type=click.IntRange(1),
    default=DEFAULT_LIMIT,
    show_default=True,
    help="List the newest so many.",
)
@ledger_option
@format_option
def list_tasks(
    states: tuple[str, ...],
    campaign: str | None,
    entry: str | None,
    device: str | None,
    script: str | None,
    host: str | None,
    since: datetime | None,
    limit: int,
    place: StateDir,
    form: str,
) -> None:
    """List tasks, newest first."""
    chosen = TaskFilter(
        states={TaskState(state) for state in states} or None,
        campaign=campaign,
        entry=entry,
        device=device,
        script=script,
        host=host,
        since_utc=since,
    )
    with open_ledger(place) as ledger:
        total, rows = ledger.tasks.page(chosen, 0, limit)
        hosts = ledger.hosts_now.of_tasks([row.id for row in rows])
    if form == "json":
        told = [{**task_data(row), "host": (hosts or {}).get(row.id)} for row in rows]
        print_json({"total": total, "tasks": told})
        return
    if not rows:
        say("No task is like that.")
        return
    out, zone = terminal(), Settings.from_environment().zone
    print_zone(zone, out)
    out.print(task_table(rows, zone, out.width, hosts))
    if total > len(rows):
        out.say((f"{len(rows)} of {total}; --limit shows more", "dim"))


@tasks.command(
    epilog="""\b
Examples:
  runner tasks show 4711                      state, reason, effects, config
  runner tasks show demo/greet --format json   the one whose key has this part"""
)
@tasks_argument
@ledger_option
@format_option
def show(names: tuple[str, ...], place: StateDir, form: str) -> None:
    """Show everything about tasks: state, reason, effects, config. `runner logs` shows their attempts."""
    with open_ledger(place) as ledger:
        found = [ledger.tasks.record_of(find_task(ledger, name).task.key) for name in names]
        records = [record for record in found if record is not None]
        hosts = ledger.hosts_now.of_tasks([record.row.id for record in records]) or {}
    if form == "json":
        print_json(
            [
                {
                    **task_data(one.row),
                    "host": hosts.get(one.row.id),
                    "effects": list(map(effect_data, one.effects)),
                }
                for one in records
            ]
        )
        return
    zone = Settings.from_environment().zone
    say(zone_line(zone))
    for record in records:
        say_lines(["", *task_lines(record, zone, hosts.get(record.row.id))])


@tasks.command(
    epilog="""\b
Examples:
  runner tasks stop 4711 4712"""
)
@tasks_argument
@ledger_option
@format_option
@click.pass_context
def stop(ctx: click.Context, names: tuple[str, ...], place: StateDir, form: str) -> None:
    """Cancel tasks: running ones end at their next step, pending ones at once.

    One that waits until somebody can look what an earlier attempt did is looked up first, if that can be done.
    """
    by = who()

    def act(ledger: Ledger, row: TaskRow) -> str:
        carried_out = is_carried_out(ledger, place)
        is_in_doubt = row.state is TaskState.PENDING and bool(ledger.effects.in_doubt([row.task.key]))
        # A running task, or one in doubt while somebody can look, is left to the process that has the
        # phone; all others are only rows.
        if row.state is not TaskState.RUNNING and not (carried_out and is_in_doubt):
            if not ledger.tasks.cancel([row.task.key], f"stopped on request by {by}", ReasonKind.STOPPED):
                raise _refused(ledger, row, "stop")
            return _state_now(ledger, row)
        if not carried_out:
            raise LedgerRefusal(
                f"cannot stop task {row.id}: it is running, but its process has died",
                hint="the next `runner daemon` or `runner run` settles it; then it can be stopped",
            )
        request = ledger.commands.request(CommandKind.STOP_TASK, row.task.key, by)
        if not await_answer(ledger, request, lambda: _has_ended(ledger, row)):
            return f"asked to stop; it still ends its step: runner status{place.option} shows it"
        return _state_now(ledger, row)

    _each(ctx, names, place, form, act)


@tasks.command(
    epilog="""\b
Examples:
  runner tasks retry 4711                     after `runner why 4711` told why it failed"""
)
@tasks_argument
@ledger_option
@format_option
@click.pass_context
def retry(ctx: click.Context, names: tuple[str, ...], place: StateDir, form: str) -> None:
    """Run tasks again that failed or did not run. Refused where an effect happened, or may have happened."""

    def act(ledger: Ledger, row: TaskRow) -> str:
        ledger.tasks.retry(row.task.key)
        ledger.commands.request(CommandKind.TASKS_ADDED, row.task.key, who())
        return (
            "pending again"
            if is_carried_out(ledger, place)
            else "pending again; a daemon must run to carry it out"
        )

    _each(ctx, names, place, form, act)


@tasks.command(
    epilog="""\b
Examples:
  runner tasks resolve 4711 --happened        the phone shows the post
  runner tasks resolve 4711 --did-not         it does not; `runner tasks retry 4711` does it again"""
)
@tasks_argument
@click.option("--happened/--did-not", "happened", default=None, help="Say what you saw on the phone.")
@ledger_option
@format_option
@click.pass_context
def resolve(
    ctx: click.Context, names: tuple[str, ...], happened: bool | None, place: StateDir, form: str
) -> None:
    """Settle tasks of which nobody but you can tell whether their effect happened."""
    if happened is None:
        raise click.UsageError("look at the phone, and say what you saw: --happened or --did-not")

    def act(ledger: Ledger, row: TaskRow) -> str:
        now = ledger.tasks.resolve(row.task.key, happened, who())
        again = "" if happened else f"; to do it again: {command(RetryTask(row.id), options_of(place))}"
        return f"{now.state}{again}"

    _each(ctx, names, place, form, act)


@tasks.command(
    epilog="""\b
Examples:
  runner tasks delete 4711                    it is in no list any more, and never done again"""
)
@tasks_argument
@ledger_option
@format_option
@click.pass_context
def delete(ctx: click.Context, names: tuple[str, ...], place: StateDir, form: str) -> None:
    """Remove tasks from every list. Their keys stay taken: what was done is never done again."""

    def act(ledger: Ledger, row: TaskRow) -> str:
        ledger.tasks.delete(row.task.key)
        return "deleted"

    _each(ctx, names, place, form, act)


def _each(ctx: click.Context, names: Sequence[str], place: StateDir, form: str, act: Act) -> None:
    """Act on each of the tasks; a refusal is reported, and the others are done all the same."""
    answers: list[dict[str, object]] = []
    refused = False
    with open_ledger(place) as ledger:
        # All names are looked up before the first is acted on: a wrong name does nothing by halves.
        for row in [find_task(ledger, name) for name in names]:
            answer: dict[str, object] = {"id": row.id, "key": row.task.key, "refused": False}
            try:
                answer["answer"] = act(ledger, row)
            except LedgerRefusal as refusal:
                refused = True
                answer |= {"refused": True, "answer": refusal.message, "hint": hint_of(refusal)}
                if form == "text":
                    report(refusal)
            else:
                if form == "text":
                    say(f"task {row.id} ({row.task.title} on {row.task.lane}): {answer['answer']}")
            answers.append(answer)
    if form == "json":
        print_json(answers)
    if refused:
        ctx.exit(EXIT_PROBLEMS)


def _state_now(ledger: Ledger, row: TaskRow) -> str:
    """What has become of a task."""
    now = ledger.tasks.get(row.task.key)
    return f"{now.state}: {now.reason}" if now else "gone"


def _has_ended(ledger: Ledger, row: TaskRow) -> bool:
    now = ledger.tasks.get(row.task.key)
    return now is None or now.state.is_final


def _refused(ledger: Ledger, row: TaskRow, what: str) -> LedgerRefusal:
    now = ledger.tasks.get(row.task.key)
    return LedgerRefusal(f"cannot {what} task {row.id}: it is {now.state if now else 'deleted'}")
