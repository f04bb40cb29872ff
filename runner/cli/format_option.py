"""The option `--format text|json` of the commands that ask the ledger."""

import json
import os
import sys
from typing import Any

import click
from rich.console import Console

PIPE_COLUMNS = 160
"""The width of tables that are not looked at in a terminal."""

format_option = click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to print the answer.",
)


def answer_console() -> Console:
    """Standard output for tables: as wide as the terminal, or wide enough for a pipe."""
    is_known = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(width=None if is_known else PIPE_COLUMNS)


def print_json(data: Any) -> None:
    """One JSON value on standard output."""
    click.echo(json.dumps(data, indent=2, ensure_ascii=False))
