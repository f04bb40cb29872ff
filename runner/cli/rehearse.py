"""`runner rehearse`: live through days and weeks of campaigns in a minute, on virtual phones."""

import sys
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event

import click

from runner.campaign.quantities import Duration
from runner.checks import CheckResult
from runner.cli.output import print_json, say, terminal
from runner.cli.problems import check_or_exit, show
from runner.cli.save_report import save_report
from runner.clock import SystemClock
from runner.errors import UsageError
from runner.exit_codes import EXIT_INTERRUPTED, EXIT_PROBLEMS
from runner.interrupts import stop_at_eof, stop_on_interrupt
from runner.planning.source import Window
from runner.private_files import make_folder
from runner.queries.asked_times import TypedTime
from runner.reports.streams import is_live
from runner.settings import Settings
from runner.state_dir import fast_rehearsal

DEFAULT_PATHS = (Path("campaigns"),)
DEFAULT_LENGTH = timedelta(days=14)
LONGEST = timedelta(days=366)
EOF_GRACE_S = 10.0
"""How long steps may go on once standard input has ended."""

REPORT_HINT = "name a file with --report in a folder that is there and yours to write to"


@click.command(
    epilog="""\b
Examples:
  runner rehearse campaigns/                        the next two weeks
  runner rehearse campaigns/demo.yaml --until 7d    one campaign, a week
  runner rehearse --from 2026-12-21 --until 2027-01-07T00:00
  runner rehearse --faults faults.yaml              with phones that go away, logins, a night without power
  runner rehearse --format json > rehearsal.json    for programs"""
)
@click.argument("paths", metavar="[PATH...]", nargs=-1, type=click.Path(path_type=Path))
@click.option("--from", "start", metavar="T", help="When it begins, on the fleet's clocks (default: now).")
@click.option("--until", "end", metavar="T", help="When it ends: a time, or how long: 7d (default: 14d).")
@click.option(
    "--faults",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Let happen what this file says: phones away or full, logins, slow uploads, the machine down.",
)
@click.option(
    "--pictures", is_flag=True, help="Keep a picture of the screen after each step: nearly twice as long."
)
@click.option("--report", "out", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
              help="Where to write the HTML report (default: in the rehearsal's folder).")  # fmt: skip
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True,
              help="How to print what came of it.")  # fmt: skip
@click.option("--until-eof", is_flag=True, hidden=True, help="Stop when standard input ends.")
@click.pass_context
def rehearse(
    ctx: click.Context,
    paths: tuple[Path, ...],
    start: str | None,
    end: str | None,
    faults: Path | None,
    pictures: bool,
    out: Path | None,
    form: str,
    until_eof: bool,
) -> None:
    """Carry out campaign files and folders (default: campaigns/) as the daemon would in the time ahead, on virtual
    phones, under a clock that jumps from one thing to the next.

    It tells what ran when, what waited and why, what was missed, and the limits used. It exits with 1 if something
    failed, was missed or stayed uncertain.
    """
    settings, now = Settings.from_environment(), SystemClock().now()
    window = window_of(start, end, settings, now)
    paths = paths or DEFAULT_PATHS
    check_or_exit(ctx, paths, window.from_utc)

    from runner.cli.situation import read_situation  # slow to import: not for --help, nor for a mistake
    from runner.daemon.fast_rehearsal import FastRehearsal
    from runner.daemon.faults_file import read_faults
    from runner.daemon.rehearsal import serials_for
    from runner.queries.rehearsed import rehearsal_result, without_hints
    from runner.queries.report import report_of
    from runner.reports.rehearsal import print_result, result_data
    from runner.reports.report_file import Form, file_of
    from runner.simulated_clock import SimulatedClock
    from runner.store.ledger import Ledger

    serials = serials_for(paths, None)
    script = read_faults(faults, window.from_utc, settings.zone, serials) if faults else None
    if script is not None and script.diagnostics:
        show(CheckResult({script.document.path: script.document.text}, script.diagnostics), sys.stderr)
        ctx.exit(EXIT_PROBLEMS)
    place, clock, stop = fast_rehearsal(settings, now), SimulatedClock(window.from_utc), Event()
    make_folder(place.folder)
    if until_eof:
        stop_at_eof(stop, EOF_GRACE_S)
    progress = Progress(settings, is_live=until_eof or is_live(sys.stderr))
    rehearsal = FastRehearsal(
        paths,
        serials,
        window,
        script.faults if script else (),
        place,
        replace(settings, takes_pictures=pictures),
        progress.tell,
        stop,
    )
    with Ledger.open(place.store_url, clock) as ledger, stop_on_interrupt(stop, progress.say):
        done = rehearsal.run(ledger, clock)
        lived = replace(window, until_utc=done.until_utc)
        situation = read_situation(ledger, place, clock.now())
        result = rehearsal_result(ledger, lived, done.waits, situation)
        report = without_hints(report_of(ledger, result.scope, clock.now()))
        content = file_of(report, Form.HTML, place.artifacts(ledger), settings.zone)
        path = save_report(content, out, place.reports / "rehearsal.html", REPORT_HINT)
    if form == "json":
        print_json({**result_data(result, settings.zone), "report": str(path), "store": place.store_url})
    else:
        print_result(result, settings.zone, terminal())
        say(f"report: {path}")
        say(f"ask for more with{place.option}")
    if stop.is_set():
        ctx.exit(EXIT_INTERRUPTED)
    if result.has_problems:
        ctx.exit(EXIT_PROBLEMS)


def window_of(start: str | None, end: str | None, settings: Settings, now: datetime) -> Window:
    """The time to live through. Raises UsageError."""
    from_utc = TypedTime.read(start, settings.zone, now).instant_utc if start else now
    until_utc = from_utc + (DEFAULT_LENGTH if end is None else _length(end, settings, from_utc))
    if not from_utc < until_utc <= from_utc + LONGEST:
        raise UsageError("a rehearsal takes between a moment and a year", hint="correct --from or --until")
    return Window(from_utc, until_utc)


def _length(written: str, settings: Settings, from_utc: datetime) -> timedelta:
    try:
        return Duration.parse(written).delta
    except ValueError:
        pass
    try:
        return TypedTime.read(written, settings.zone, from_utc).instant_utc - from_utc
    except UsageError as error:
        raise UsageError(
            error.message, hint=", ".join(filter(None, (error.hint, "or how long: 14d")))
        ) from None


class Progress:
    """Tells a person who watches which day it is."""

    def __init__(self, settings: Settings, *, is_live: bool) -> None:
        self._zone = settings.zone
        self._is_live = is_live
        self._day = ""

    def tell(self, event: object, at: datetime) -> None:
        day = f"{at.astimezone(self._zone):%a %Y-%m-%d}"
        if self._is_live and day != self._day:
            self._day = day
            say(f"it is {day}", err=True)

    def say(self, line: str) -> None:
        say(line, err=True)
