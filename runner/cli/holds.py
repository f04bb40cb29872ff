"""`runner holds`: the phones that wait for a person, or are held back for a time."""

import click

from runner.cli.format_option import format_option
from runner.cli.ledger_completion import complete_campaign_or_device, complete_held
from runner.cli.ledger_option import choose_place, ledger_option, open_ledger, with_store, with_virtual
from runner.cli.output import print_json, say, terminal
from runner.cli.pause_scope import scope_of
from runner.clock import utc
from runner.errors import UsageError
from runner.queries.advice import ReleaseHold
from runner.reports.advice import command, options_of
from runner.reports.instants import print_zone
from runner.reports.rows import Column, Rows
from runner.settings import Settings
from runner.state_dir import StateDir
from runner.store.actions import ActionKind
from runner.store.request_rows import PauseScope
from runner.who import who


@click.group(
    invoke_without_command=True,
    epilog="""\b
Examples:
  runner holds                         which phones are on hold, and why
  runner holds release R58M123ABC      you have looked at the phone; it may go on
  runner holds place R58M123ABC        no task begins on it until you release it""",
)
@ledger_option
@format_option
@click.pass_context
def holds(ctx: click.Context, place: StateDir, form: str) -> None:
    """List the phones that wait for a person, since a login, verification or consent screen was in the way, and those
    that are held back for a time, since they failed repeatedly."""
    ctx.obj = place
    if ctx.invoked_subcommand is None:
        show(place, form)


def show(place: StateDir, form: str) -> None:
    """Print the holds, oldest first."""
    zone = Settings.from_environment().zone
    with open_ledger(place) as ledger:
        held = ledger.holds.current()
    if form == "json":
        print_json(
            [
                {
                    "device": hold.device,
                    "since_utc": utc(hold.placed_utc),
                    "until_utc": utc(hold.until_utc),
                    "reason": hold.reason,
                    "task": hold.task_key,
                }
                for hold in held
            ]
        )
        return
    if not held:
        say("No phone is on hold.")
        return
    rows = Rows("PHONE", "SINCE", "UNTIL", Column("REASON", is_text=True), Column("TASK", is_text=True))
    for hold in held:
        since = hold.placed_utc.astimezone(zone).strftime("%Y-%m-%d %H:%M")
        until = hold.until_utc.astimezone(zone).strftime("%Y-%m-%d %H:%M") if hold.until_utc else "released"
        rows.add(hold.device, since, until, hold.reason, hold.task_key or "")
    out = terminal()
    print_zone(zone, out)
    out.print(rows)


@holds.command(
    epilog="""\b
Examples:
  runner holds place R58M123ABC --reason "a new screen is being fitted"
  runner holds release R58M123ABC      and on again"""
)
@click.argument("serial", shell_complete=complete_campaign_or_device)
@click.option("--reason", default="", metavar="WORDS", help="Why; others read it.")
@with_store
@with_virtual
@format_option
@click.pass_obj
def place(place: StateDir, serial: str, reason: str, store: str | None, virtual: bool, form: str) -> None:
    """Put the phone SERIAL on hold: no task begins on it until it is released. One that runs is finished."""
    if store or virtual:
        place = choose_place(Settings.from_environment(), store, virtual=virtual)
    with open_ledger(place) as ledger:
        if any(hold.device == serial and not hold.ends_by_itself for hold in ledger.holds.current()):
            raise UsageError(f"{serial} is on hold already", hint="`runner holds` says why")
        if ledger.phones.get(serial) is None and scope_of(ledger, serial) is not PauseScope.DEVICE:
            raise UsageError(
                f"{serial} is a campaign", hint=f"`runner pause {serial}` keeps it from starting"
            )
        ledger.holds.place(serial, f"{reason} ({who()})" if reason else f"put on hold by {who()}")
        ledger.actions.note(who(), ActionKind.HOLD, serial, reason)
    if form == "json":
        print_json({"device": serial, "on_hold": True})
    else:
        say(f"{serial} is on hold. To go on: {command(ReleaseHold(serial), options_of(place))}")


@holds.command(
    epilog="""\b
Examples:
  runner holds release R58M123ABC      you have looked at the phone; it may go on"""
)
@click.argument("serial", shell_complete=complete_held)
@with_store
@with_virtual
@format_option
@click.pass_obj
def release(place: StateDir, serial: str, store: str | None, virtual: bool, form: str) -> None:
    """Let the phone SERIAL go on, after you have answered what its screen asked."""
    if store or virtual:
        place = choose_place(Settings.from_environment(), store, virtual=virtual)
    with open_ledger(place) as ledger:
        held = {hold.device for hold in ledger.holds.current()}
        if serial not in held:
            raise UsageError(
                f"{serial} is not on hold", hint=f"on hold: {', '.join(sorted(held)) or 'no phone'}"
            )
        ledger.holds.release(serial)
        ledger.actions.note(who(), ActionKind.RELEASE, serial)
    if form == "json":
        print_json({"device": serial, "released": True})
    else:
        say(f"{serial} may go on.")
