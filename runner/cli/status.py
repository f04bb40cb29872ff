"""`runner status`: show what goes on now, what comes next, and what needs a person."""

import click

from runner.cli.format_option import format_option
from runner.cli.ledger_option import ledger_option, open_ledger
from runner.cli.output import print_json, terminal
from runner.cli.situation import read_situation
from runner.daemon_notice import Notice
from runner.queries.overview import Surroundings, overview
from runner.queries.phones import phones_now
from runner.reports.advice import options_of
from runner.reports.status_json import status_data
from runner.reports.status_text import print_status
from runner.settings import Settings
from runner.state_dir import StateDir
from runner.store.lock import holder
from runner.store.url import ledger_path


@click.command(
    epilog="""\b
Examples:
  runner status                     what runs, what is next, what needs you
  runner status --format json       the same for programs
  runner status --virtual           of the rehearsal daemon"""
)
@ledger_option
@format_option
def status(place: StateDir, form: str) -> None:
    """Show what goes on: the daemon, its campaigns, what runs and what is next, and what needs a person."""
    settings = Settings.from_environment()
    with open_ledger(place) as ledger:
        view = overview(ledger, read_situation(ledger, place))
        outdated = ledger.ownership.outdated(place.witnesses) if place.witnesses else None
    carrying = holder(place.store_url)
    notice = Notice.read(place.store_url, carrying.pid if carrying else None)
    adb_port = notice.adb_port if notice else None if place.phones else settings.adb_port
    devices, problem = phones_now(adb_port, view.phones) if adb_port else ([], None)
    around = Surroundings(
        ledger=str(ledger_path(place.store_url)),
        is_rehearsal=place.phones is not None,
        pid=carrying.pid if carrying else None,
        url=notice.url if notice else None,
        devices=devices,
        adb_problem=problem,
        rehearsed_run=place.rehearsed_run,
        outdated=outdated.message if outdated else None,
    )
    if form == "json":
        print_json(status_data(view, around))
    else:
        print_status(view, around, settings.zone, terminal(), options_of(place))
