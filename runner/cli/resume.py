"""`runner resume`: end a pause."""

import click

from runner.cli.format_option import format_option
from runner.cli.ledger_completion import complete_paused
from runner.cli.ledger_option import ledger_option, open_ledger
from runner.cli.output import print_json, say
from runner.cli.pause_scope import scope_of
from runner.queries.advice import EndPause
from runner.reports.advice import command, options_of
from runner.reports.status_json import pause_data
from runner.state_dir import StateDir
from runner.store.request_rows import PauseScope


@click.command(
    epilog="""\b
Examples:
  runner resume                after `runner pause` or `runner stop`
  runner resume demo           after `runner pause demo`"""
)
@click.argument("name", metavar="[CAMPAIGN|DEVICE]", required=False, shell_complete=complete_paused)
@ledger_option
@format_option
def resume(name: str | None, place: StateDir, form: str) -> None:
    """End the pause of everything, or that of a campaign or a phone."""
    with open_ledger(place) as ledger:
        paused = ledger.pauses.current()
        named = [one for one in paused if one.subject == name]
        scope = PauseScope.ALL if name is None else named[0].scope if named else scope_of(ledger, name)
        ended = ledger.pauses.end(scope, name)
        left = [one for one in paused if one.subject != name]
    if form == "json":
        print_json({"changed": bool(ended), "paused": list(map(pause_data, left))})
        return
    what = name or "Everything"
    say(f"{what} goes on." if ended else f"{what} was not paused.")
    for one in left:
        still = one.subject or "Everything"
        say(f"{still} is still paused. To go on: {command(EndPause(one.subject), options_of(place))}")
