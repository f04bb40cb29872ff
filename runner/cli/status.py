"""`runner status`: what goes on now, what comes next, and what needs a person."""

import click

from runner.cli.asking import read_situation
from runner.cli.format_option import format_option
from runner.cli.ledger_option import ledger_option, open_ledger
from runner.cli.notice import Notice
from runner.cli.output import print_json, terminal
from runner.cli.workplace import Workplace
from runner.reports.status import DeviceLine, Overview, Place, status_data
from runner.reports.status_text import print_status
from runner.scheduling.overview import overview
from runner.settings import Settings
from runner.store.lock import holder
from runner.store.url import ledger_path

PHONE_PATIENCE_S = 1.5
"""How long phones are waited for, all of them together: one that does not say who it is keeps none from being told."""


@click.command(
    epilog="""\b
Examples:
  runner status                     what runs, what is next, what needs you
  runner status --format json       the same for programs
  runner status --virtual           of the rehearsal daemon"""
)
@ledger_option
@format_option
def status(place: Workplace, form: str) -> None:
    """Show what goes on: the daemon, its campaigns, what runs and what is next, and what needs a person."""
    settings = Settings.from_environment()
    with open_ledger(place) as ledger:
        view = overview(ledger, read_situation(ledger, place))
        outdated = ledger.ownership.outdated(place.witnesses) if place.witnesses else None
    carrying = holder(place.store_url)
    notice = Notice.read(place.store_url, carrying.pid if carrying else None)
    adb_port = notice.adb_port if notice else None if place.phones else settings.adb_port
    devices, problem = phones_now(adb_port, view) if adb_port else ([], None)
    shown = Place(
        ledger=str(ledger_path(place.store_url)),
        is_rehearsal=place.phones is not None,
        pid=carrying.pid if carrying else None,
        url=notice.url if notice else None,
        devices=devices,
        adb_problem=problem,
        option=place.option,
        rehearsed_run=place.rehearsed_run,
        outdated=outdated.message if outdated else None,
    )
    if form == "json":
        print_json(status_data(view, shown))
    else:
        print_status(view, shown, settings.zone, terminal())


def phones_now(adb_port: int, view: Overview) -> tuple[list[DeviceLine], str | None]:
    """The phones that campaigns declare or tasks run on, as adb sees them now, and whatever else it lists that is
    not ready; or why it cannot be asked. No adb server is started, and one that hangs is not waited for
    (`adb.ANSWER_S`)."""
    if not view.phones:
        return [], None
    from runner.errors import PhoneError
    from runner.phone.fleet import Fleet
    from runner.phone.transport import AdbServer

    try:
        listed = Fleet(adb_port).listed_by(AdbServer(adb_port), PHONE_PATIENCE_S)
    except PhoneError as error:
        unknown = [DeviceLine(serial, "unknown") for serial in view.phones]
        return unknown, f"adb cannot be asked: {error.message}"
    found = {device.serial or device.transport: device.state for device in listed}
    phones = [DeviceLine(serial, found.pop(serial, "not found")) for serial in view.phones]
    return phones + [DeviceLine(name, state) for name, state in found.items() if state != "device"], None
