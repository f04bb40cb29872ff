"""`runner report`: what was done, as a file to read, to keep, or for continuous integration."""

import re
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import click

from runner.cli.ledger_completion import complete_reported
from runner.cli.ledger_option import ledger_option, open_ledger
from runner.cli.now_option import read_since
from runner.cli.output import say, say_bytes
from runner.cli.save_report import save_report
from runner.cli.situation import read_situation
from runner.errors import UsageError
from runner.planning.source import Window
from runner.queries.report_scope import (
    ReportScope,
    of_day,
    of_time,
    of_week,
    read_day,
    read_week,
    scope_named,
    window_of,
)
from runner.queries.situation import Situation
from runner.reports.report_file import Form, report_file
from runner.settings import Settings
from runner.state_dir import StateDir, choose_state_dir
from runner.store.ledger import Ledger

STDOUT = Path("-")
OUT_HINT = "name a file with --out in a folder that is there and yours to write to, or - for standard output"
_RUN_ID = re.compile(r"\d{8}-\d{6}-[0-9a-f]{4}")


@click.command(
    epilog="""\b
Examples:
  runner report 20261121-180036-3fa9                      a run, as an HTML file
  runner report demo/greet --at 09:15                     an occurrence; also demo/greet@2026-11-21T09:15
  runner report --day yesterday                           all that was due on a day
  runner report --since 1h --format junit --out j.xml     for continuous integration
  runner report --week                                    this week: how much, how late, what failed
  runner report demo --since 7d --format json             a campaign, for programs"""
)
@click.argument(
    "subject", metavar="[RUN|TASK|CAMPAIGN[/ENTRY]]", required=False, shell_complete=complete_reported
)
@click.option(
    "--at", metavar="T", help="Report the occurrence of CAMPAIGN/ENTRY at 09:15 or 2026-11-21T09:15."
)
@click.option(
    "--since", metavar="T", callback=read_since, help="Report what was due since then, or for so long: 24h."
)
@click.option(
    "--until", metavar="T", callback=read_since, help="Report what was due before then (default: now)."
)
@click.option("--day", metavar="DAY", help="Report what was due on a day: 2026-11-21, today, yesterday.")
@click.option(
    "--week",
    metavar="[WEEK]",
    is_flag=False,
    flag_value="this",
    help="Sum a week up: 2026-W48, last, or this one if none is named.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice([form.value for form in Form]),
    default=Form.HTML.value,
    show_default=True,
    help="How to write it: to read, for continuous integration, for programs.",
)
@click.option(
    "--out",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Where to write it; - is standard output. Without it HTML goes to the state directory.",
)
@ledger_option
def report(
    subject: str | None,
    at: str | None,
    since: datetime | None,
    until: datetime | None,
    day: str | None,
    week: str | None,
    form: str,
    out: Path | None,
    place: StateDir,
) -> None:
    """Write what was done, with screens, steps and reasons: of a run, a task, a campaign, an entry or an occurrence, or
    of all that was due in a time."""
    times = Times(since, until, day, week)
    times.refuse_unclear(subject, at)
    place = _place_of(subject, place)
    with open_ledger(place) as ledger:
        situation = read_situation(ledger, place)
        scope = scope_of(ledger, subject, at, times, situation)
        content = report_file(ledger, scope, Form(form), place.artifacts(ledger), situation)
    write(content, f"{scope.name}.{Form(form).suffix}", out, place, is_html=form == Form.HTML)


class Times(NamedTuple):
    """The time that is asked about, as its options say it."""

    since: datetime | None
    until: datetime | None
    day: str | None
    week: str | None

    def refuse_unclear(self, subject: str | None, at: str | None) -> None:
        """Raises UsageError if the options say nothing, or several things."""
        ways = [("--since", self.since), ("--day", self.day), ("--week", self.week), ("--at", at)]
        named = [name for name, value in ways if value is not None]
        if len(named) > 1:
            raise UsageError(f"{' and '.join(named)} exclude each other", hint="name one time")
        if self.until is not None and self.since is None:
            raise UsageError("--until needs --since", hint="say from when: --since 24h, or --since T")
        if at is not None and subject is None:
            raise UsageError(
                "--at asks for an occurrence", hint="name its entry: runner report CAMPAIGN/ENTRY --at T"
            )
        if subject is None and not named:
            raise UsageError(
                "name what to report",
                hint="a run, a task, a campaign or CAMPAIGN/ENTRY; or a time: --since 24h, --day today, --week",
            )

    def window(self, situation: Situation) -> Window | None:
        """The time that is meant; None if none is named."""
        zone, today = situation.zone, situation.now.astimezone(situation.zone).date()
        if self.day is not None:
            return window_of(read_day(self.day, today), 1, zone)
        if self.since is None:
            return None
        until = self.until or situation.now
        if until <= self.since:
            raise UsageError("the time to report ends before it begins", hint="name --since before --until")
        return Window(self.since, until)


def scope_of(
    ledger: Ledger, subject: str | None, at: str | None, times: Times, situation: Situation
) -> ReportScope:
    """What is asked about. Raises UsageError."""
    named = scope_named(ledger, subject, at, situation) if subject is not None else None
    zone, today = situation.zone, situation.now.astimezone(situation.zone).date()
    if times.week is not None:
        week = of_week(read_week(times.week, today), zone)
        return named.in_week(week) if named else week
    window = times.window(situation)
    if named is not None:
        return named.within(window, zone) if window else named
    if times.day is not None:
        return of_day(read_day(times.day, today), zone)
    assert window is not None
    return of_time(window, zone)


def write(content: bytes, name: str, out: Path | None, place: StateDir, *, is_html: bool) -> None:
    """Write a report where it is wanted: HTML below the state directory, other forms on standard output, if no place is
    named. Raises UsageError if it cannot be written there."""
    path = out or (place.reports / name if is_html else STDOUT)
    if path == STDOUT:
        say_bytes(content)
        return
    save_report(content, out, path, OUT_HINT)
    say(f"report: {path}")


def _place_of(subject: str | None, place: StateDir) -> StateDir:
    """The place of the ledger; that of a rehearsal if its run is named, as `runner run --resume` finds it."""
    run_id = (subject or "").removeprefix("run:")
    if place.phones is not None or not _RUN_ID.fullmatch(run_id):
        return place
    found = choose_state_dir(Settings.from_environment(), run_id, virtual=False, resume=True)
    return found if found.phones is not None else place
