"""`runner fmt`: give campaign files the one layout, and never change their meaning."""

import sys
from collections.abc import Iterator, Sequence
from difflib import unified_diff
from pathlib import Path

import click

from runner.campaign.document import Document
from runner.campaign.layout import LayoutError, lay_out
from runner.campaign.loader import Loaded
from runner.checks import CheckResult
from runner.cli.fixing import write
from runner.cli.main import report as report_error
from runner.cli.output import say, say_bytes, say_lines
from runner.cli.problems import STDIN, STDIN_NAME, read_campaigns, show
from runner.diagnostics import Diagnostic
from runner.errors import RunnerError
from runner.exit_codes import EXIT_PROBLEMS


@click.command(
    epilog="""\b
Examples:
  runner fmt                          campaigns/, and the flows beside them
  runner fmt --check                  change nothing; exit with 1 if a file has another layout
  runner fmt --check --diff           the same, and show what would change
  runner fmt - < campaign.yaml        print standard input in the one layout"""
)
@click.argument("paths", metavar="[PATH...]", nargs=-1, type=click.Path(path_type=Path))
@click.option("--check", "checks", is_flag=True, help="Write nothing; exit with 1 if a file would change.")
@click.option("--diff", "shows", is_flag=True, help="Show what changes in each file.")
@click.pass_context
def fmt(ctx: click.Context, paths: tuple[Path, ...], *, checks: bool, shows: bool) -> None:
    """Lay campaign files and folders out anew (default: campaigns/), with the flows and app profiles beside them.

    Indentation, blanks, quotes and the places of comments become the same in all files. Data and comments are
    compared before and after: a file that cannot be laid out without a loss is named and stays as it is.
    """
    if STDIN in paths and (len(paths) > 1 or checks or shows):
        raise click.UsageError("- stands alone: the text of standard input is printed in the one layout")
    layout = _Layout(writes=not checks, shows=shows)
    for document in _documents(list(read_campaigns(paths))):
        layout.take(document)
    if STDIN not in paths:
        say(layout.summary())
    if layout.failed or (checks and layout.changed):
        ctx.exit(EXIT_PROBLEMS)


class _Layout:
    """Lays files out one by one, names each that changes, and counts them."""

    def __init__(self, *, writes: bool, shows: bool) -> None:
        self._writes, self._shows = writes, shows
        self.changed = self.kept = self.failed = 0

    def take(self, document: Document) -> None:
        if document.diagnostics:
            self._refuse(document, document.diagnostics)
            return
        try:
            text = lay_out(document)
        except LayoutError as error:
            self._refuse(document, (error.diagnostic,))
            return
        if document.path == STDIN_NAME:
            say_bytes(text.encode())
        elif text == document.text:
            self.kept += 1
        else:
            self._change(document, text)

    def summary(self) -> str:
        """`2 files laid out, 1 as it was`."""
        done = f"{_files(self.changed)} {'laid out' if self._writes else 'would be laid out anew'}"
        kept = f"{self.kept} had the layout already"
        failed = f"{self.failed} could not be laid out"
        return ", ".join([done, *([kept] * bool(self.kept)), *([failed] * bool(self.failed))])

    def _refuse(self, document: Document, problems: Sequence[Diagnostic]) -> None:
        self.failed += 1
        show(CheckResult({document.path: document.text}, tuple(problems)), sys.stderr)

    def _change(self, document: Document, text: str) -> None:
        if self._writes:
            try:
                write(document.path, document.text, text)
            except RunnerError as error:
                self.failed += 1
                report_error(error)
                return
        self.changed += 1
        if self._shows:
            say_lines(_difference(document, text))
        else:
            say(document.path)


def _documents(campaigns: Sequence[Loaded]) -> Iterator[Document]:
    """The campaign files and the files beside them that they use, each once."""
    found: dict[str, Document] = {}
    for loaded in campaigns:
        for document in (loaded.document, *loaded.beside):
            found.setdefault(document.path, document)
    yield from found.values()


def _difference(document: Document, text: str) -> Iterator[str]:
    before, after = (written.splitlines() for written in (document.text, text))
    return unified_diff(before, after, document.path, document.path, lineterm="")


def _files(count: int) -> str:
    return f"{count} {'file' if count == 1 else 'files'}"
