"""`runner why`: why something ran, will run, or did not."""

import click

from runner.cli.asking import find_task, read_situation
from runner.cli.format_option import format_option
from runner.cli.ledger_completion import complete_entry_or_task
from runner.cli.ledger_option import ledger_option, open_ledger
from runner.cli.main import EXIT_USAGE
from runner.cli.output import print_json, terminal
from runner.cli.workplace import Workplace
from runner.errors import UsageError
from runner.reports.explanation import Explanation, explanation_data, print_explanations
from runner.scheduling.explaining import NOWHERE, explain_deleted, explain_entry, explain_tasks
from runner.scheduling.situation import Situation, campaigns_in_force
from runner.store.ledger import Ledger


@click.command(
    epilog="""\b
Examples:
  runner why demo/greet                            its latest occurrence, and the next
  runner why demo/greet --at 09:15                 today's, on the campaign's clocks
  runner why demo/greet --at 2026-11-21T09:15      any other, of past or future
  runner why 4711                                  one task, by its number, key, or part of a key"""
)
@click.argument("subject", metavar="CAMPAIGN/ENTRY|TASK", shell_complete=complete_entry_or_task)
@click.option("--at", metavar="T", help="Ask for the occurrence at 09:15, 2026-11-21T09:15, or an instant.")
@ledger_option
@format_option
@click.pass_context
def why(ctx: click.Context, subject: str, at: str | None, place: Workplace, form: str) -> None:
    """Say why an entry or a task ran, will run, or did not, and what can be done."""
    with open_ledger(place) as ledger:
        situation = read_situation(ledger, place)
        answers = answer(ledger, subject, at, situation)
    if form == "json":
        told = explanation_data(answers)
        print_json({"question": subject, "at": at, "zone": str(situation.zone), "answers": told})
    else:
        print_explanations(answers, situation.zone, terminal())
    if all(one.verdict in NOWHERE for one in answers):
        ctx.exit(EXIT_USAGE)


def answer(ledger: Ledger, subject: str, at: str | None, situation: Situation) -> list[Explanation]:
    """What the ledger says of an entry or of a task. Raises UsageError if it can be neither."""
    campaign, slash, entry = subject.partition("/")
    if slash and entry and "/" not in entry:
        answers = explain_entry(ledger, campaign, entry, at, situation)
        is_nowhere = all(one.verdict in NOWHERE for one in answers)
        if at or not is_nowhere or not ledger.tasks.find(subject, limit=1):
            return answers
    if at:
        raise UsageError(f"--at asks for an occurrence, and {subject!r} is no CAMPAIGN/ENTRY")
    if not slash and (resolved := campaigns_in_force(ledger).get(subject)):
        entries = ", ".join(f"{subject}/{one.name}" for one in resolved.entries)
        raise UsageError(f"{subject} is a campaign", hint=f"name one of its entries: {entries}")
    if deleted := ledger.tasks.find_deleted(subject):
        return [explain_deleted(deleted, situation)]
    return explain_tasks(ledger, [find_task(ledger, subject).task.key], situation)
