"""`runner status`: show what goes on now, what comes next, and what needs a person."""

import json

import click

from runner.cli.format_option import format_option
from runner.cli.ledger_option import ask_ledger, ledger_option
from runner.cli.output import print_json, print_json_lines, terminal
from runner.cli.situation import read_situation
from runner.cli.watching import follow, watch
from runner.daemon_notice import Notice
from runner.queries.overview import Overview, Surroundings, overview
from runner.queries.phones import phones_now, phones_of_hosts
from runner.reports.advice import options_of
from runner.reports.status_json import status_data
from runner.reports.status_text import print_status
from runner.reports.terminal import Terminal
from runner.settings import AdbAddress, Settings
from runner.state_dir import StateDir
from runner.store.asked.ledger import AskedLedger


@click.command(
    epilog="""\b
Examples:
  runner status                     what runs, what is next, what needs you
  runner status --watch             the same, again and again, until Ctrl-C
  runner status --format json       the same for programs
  runner status --virtual           of the rehearsal daemon"""
)
@click.option("--watch", "is_watched", is_flag=True, help="Show it anew as it changes, until Ctrl-C.")
@ledger_option
@format_option
def status(is_watched: bool, place: StateDir, form: str) -> None:
    """Show what goes on: the daemon, its campaigns, what runs and what is next, what went wrong, what needs a person.

    Watched in a pipe, it writes a block whenever something has changed; as JSON, a line.
    """
    zone, options = Settings.from_environment().zone, options_of(place)
    with ask_ledger(place) as ledger:

        def show(out: Terminal) -> None:
            view, around = _read(ledger, place)
            if form == "json":
                print_json_lines([json.dumps(status_data(view, around), ensure_ascii=False)])
            else:
                print_status(view, around, zone, out, options)

        if is_watched and form == "json":
            follow(lambda: show(terminal()), ledger.changed)
        elif is_watched:
            watch(show, ledger.changed)
        elif form == "json":
            print_json(status_data(*_read(ledger, place)))
        else:
            show(terminal())


def _adb_servers(place: StateDir, notice: Notice | None) -> list[AdbAddress]:
    """Where the phones of a ledger are: those of a rehearsal at its daemon's server, if that runs."""
    of_daemon = [AdbAddress("127.0.0.1", notice.adb_port)] if notice else []
    if place.phones:
        return of_daemon
    own = Settings.from_environment()
    return [*of_daemon, *own.adb_servers] if notice else list(own.every_adb_server)


def _read(ledger: AskedLedger, place: StateDir) -> tuple[Overview, Surroundings]:
    view = overview(ledger, read_situation(ledger, place))
    outdated = ledger.outdated(place.witnesses) if place.witnesses else None
    carrying = place.holder()
    notice = Notice.read(place.beside, carrying.pid if carrying else None)
    servers = _adb_servers(place, notice)
    if view.hosts is not None:
        devices, problem = phones_of_hosts(ledger, view.phones), None
    else:
        devices, problem = phones_now(servers, view.phones) if servers else ([], None)
    return view, Surroundings(
        ledger=place.ledger,
        is_rehearsal=place.phones is not None,
        pid=carrying.pid if carrying else None,
        url=notice.url if notice else None,
        devices=devices,
        adb_problem=problem,
        rehearsed_run=place.rehearsed_run,
        outdated=outdated.message if outdated else None,
    )
