"""`runner stop`: stop everything within one step, until `runner resume`."""

import click

from runner.cli.await_answer import await_answer
from runner.cli.format_option import format_option
from runner.cli.ledger_option import ledger_option, open_ledger
from runner.cli.output import print_json, say
from runner.cli.situation import is_carried_out
from runner.queries.advice import EndPause
from runner.reports.advice import command, options_of
from runner.reports.status_json import pause_data
from runner.state_dir import StateDir
from runner.store.request_rows import CommandKind, PauseScope
from runner.store.rows import TaskFilter
from runner.tasks import TaskState
from runner.who import who


@click.command(
    epilog="""\b
Examples:
  runner stop                  now: each phone ends the step that it is at
  runner resume                and on again, where they were"""
)
@ledger_option
@format_option
def stop(place: StateDir, form: str) -> None:
    """Stop everything at the next step of each running task. They are pending again, and nothing starts until
    `runner resume`; effects that were made are not repeated then.
    """
    running = TaskFilter(states={TaskState.RUNNING})
    with open_ledger(place) as ledger:
        if not any(pause.scope is PauseScope.ALL for pause in ledger.pauses.current()):
            # The pause comes before the request: a process that starts or restarts in between starts
            # nothing.
            ledger.pauses.begin(PauseScope.ALL, None, who())
        before, _ = ledger.tasks.page(running, 0, 1)
        carried_out, is_over = is_carried_out(ledger, place), True
        if carried_out:
            request = ledger.commands.request(CommandKind.STOP_ALL, None, who())
            is_over = await_answer(ledger, request, lambda: not ledger.tasks.page(running, 0, 1)[0])
        left, _ = ledger.tasks.page(running, 0, 1)
        paused = ledger.pauses.current()
    if form == "json":
        print_json({"running_before": before, "running": left, "paused": list(map(pause_data, paused))})
        return
    to_go_on = command(EndPause(None), options_of(place))
    if not carried_out:
        say(f"Nothing carries tasks out; everything is paused. To go on: {to_go_on}")
        return
    tasks = f"{before} running task{'' if before == 1 else 's'}"
    if is_over:
        say(f"Everything is stopped ({tasks}). To go on: {to_go_on}")
    else:
        say(
            f"Everything is paused; {left} of {tasks} still end their step: runner status{place.option} shows them."
        )
