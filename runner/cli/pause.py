"""`runner pause`: start no more tasks until they are resumed."""

import click

from runner.cli.format_option import format_option
from runner.cli.ledger_completion import complete_campaign_or_device
from runner.cli.ledger_option import ledger_option, open_ledger
from runner.cli.output import print_json, say
from runner.cli.pause_scope import scope_of
from runner.queries.advice import EndPause
from runner.reports.advice import command, options_of
from runner.reports.status_json import pause_data
from runner.state_dir import StateDir
from runner.store.request_rows import PauseScope
from runner.who import who


@click.command(
    epilog="""\b
Examples:
  runner pause                 nothing starts; what runs is finished
  runner pause demo            one campaign
  runner pause R58M123ABC      one phone
  runner resume R58M123ABC     and on again"""
)
@click.argument(
    "name", metavar="[CAMPAIGN|DEVICE]", required=False, shell_complete=complete_campaign_or_device
)
@ledger_option
@format_option
def pause(name: str | None, place: StateDir, form: str) -> None:
    """Start no more tasks: none at all, none of a campaign, or none on a phone. Running ones are finished.

    What waits longer than its grace is missed. `runner stop` ends running tasks too.
    """
    with open_ledger(place) as ledger:
        scope = scope_of(ledger, name) if name else PauseScope.ALL
        known = [one for one in ledger.pauses.current() if (one.scope, one.subject) == (scope, name)]
        if not known:
            ledger.pauses.begin(scope, name, who())
        paused = ledger.pauses.current()
    if form == "json":
        print_json({"changed": not known, "paused": list(map(pause_data, paused))})
        return
    what, already = name or "Everything", f" already, by {known[0].by}" if known else ""
    say(f"{what} is paused{already}. To go on: {command(EndPause(name), options_of(place))}")
