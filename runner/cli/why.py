"""`runner why`: why something ran, will run, or did not."""

import click

from runner.cli.format_option import format_option
from runner.cli.ledger_completion import complete_asked
from runner.cli.ledger_option import ask_ledger, ledger_option
from runner.cli.output import print_json, terminal
from runner.cli.situation import read_situation
from runner.exit_codes import EXIT_USAGE
from runner.queries.why import answers_to
from runner.queries.why_answer import NOWHERE
from runner.reports.advice import options_of
from runner.reports.why_json import why_data
from runner.reports.why_text import print_why
from runner.state_dir import StateDir


@click.command(
    epilog="""\b
Examples:
  runner why demo                                  each entry of a campaign, in short
  runner why demo/greet                            its latest occurrence, and the next
  runner why demo/greet --at 09:15                 today's, on the campaign's clocks
  runner why demo/greet --at 2026-11-21T09:15      any other, of past or future
  runner why 4711                                  one task, by its number, key, or part of a key"""
)
@click.argument("subject", metavar="CAMPAIGN[/ENTRY]|TASK", shell_complete=complete_asked)
@click.option("--at", metavar="T", help="Ask for the occurrence at 09:15, 2026-11-21T09:15, or an instant.")
@ledger_option
@format_option
@click.pass_context
def why(ctx: click.Context, subject: str, at: str | None, place: StateDir, form: str) -> None:
    """Say why an entry, each entry of a campaign, or a task ran, will run, or did not, and what can be done."""
    with ask_ledger(place) as ledger:
        situation = read_situation(ledger, place)
        answers = answers_to(ledger, subject, at, situation)
    if form == "json":
        data = why_data(answers, options_of(place))
        print_json({"question": subject, "at": at, "zone": str(situation.zone), "answers": data})
    else:
        print_why(answers, situation.zone, terminal(), options_of(place))
    if all(one.verdict in NOWHERE for one in answers):
        ctx.exit(EXIT_USAGE)
