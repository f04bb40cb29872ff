"""`runner logs`: show what was done for a task, step by step."""

import json

import click

from runner.cli.follow_log import follow_log
from runner.cli.format_option import format_option
from runner.cli.ledger_completion import complete_task
from runner.cli.ledger_option import ledger_option, open_ledger
from runner.cli.output import print_json, print_json_lines, terminal
from runner.errors import UsageError
from runner.queries.find_task import find_task
from runner.reports.instants import print_zone
from runner.reports.task_log import log_data, print_log
from runner.reports.task_pieces import Piece, piece_data, print_piece
from runner.settings import Settings
from runner.state_dir import StateDir
from runner.store.ledger import Ledger
from runner.store.rows import TaskRecord


@click.command(
    epilog="""\b
Examples:
  runner logs 4711                  every attempt at a task
  runner logs 4711 --attempt 2      one of them
  runner logs 4711 --follow         each step as it comes, until the task is over"""
)
@click.argument("task", shell_complete=complete_task)
@click.option("--attempt", "number", type=click.IntRange(1), metavar="N", help="Show this attempt alone.")
@click.option("--follow", is_flag=True, help="Show attempts and steps as they come, until the task is over.")
@ledger_option
@format_option
def logs(task: str, number: int | None, follow: bool, place: StateDir, form: str) -> None:
    """Show the attempts at TASK (its number, its key, or a part of it), their steps, and its effects."""
    with open_ledger(place) as ledger:
        record = ledger.tasks.record_of(find_task(ledger, task).task.key)
        assert record is not None
        if follow:
            _follow(ledger, record, number, place, form)
        else:
            _show(ledger, record, number, place, form)


def _show(ledger: Ledger, record: TaskRecord, number: int | None, place: StateDir, form: str) -> None:
    """The attempts that are asked for. Raises UsageError if there is none of that number."""
    attempts = [one for one in record.attempts if number in (None, one.number)]
    if number and not attempts:
        count = len(record.attempts)
        raise UsageError(
            f"task {record.row.id} has no attempt {number}",
            hint=f"it has been tried {count} time{'' if count == 1 else 's'}",
        )
    if form == "json":
        print_json(log_data(record, attempts, place.artifacts(ledger)))
    else:
        zone = Settings.from_environment().zone
        print_log(record, attempts, place.artifacts(ledger), zone, terminal())


def _follow(ledger: Ledger, record: TaskRecord, number: int | None, place: StateDir, form: str) -> None:
    """Write a line for each piece; as JSON, an object on each line."""
    zone, out, row = Settings.from_environment().zone, terminal(), record.row
    artifacts = place.artifacts(ledger)

    def tell(piece: Piece) -> None:
        if form == "json":
            print_json_lines([json.dumps(piece_data(piece, artifacts), ensure_ascii=False)])
        else:
            print_piece(piece, artifacts, zone, out)

    if form != "json":
        print_zone(zone, out)
        out.say((f"{row.id}  {row.task.key}", "bold"))
    follow_log(ledger, row.task.key, number, tell)
