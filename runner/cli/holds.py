"""`runner holds`: the phones that wait for a person."""

import click

from runner.cli.format_option import format_option
from runner.cli.ledger_completion import complete_held
from runner.cli.ledger_option import choose_place, ledger_option, open_ledger, with_store, with_virtual
from runner.cli.output import print_json, say, terminal
from runner.cli.workplace import Workplace
from runner.errors import UsageError
from runner.reports.instants import print_zone, utc
from runner.reports.terminal import Column, Rows
from runner.settings import Settings


@click.group(
    invoke_without_command=True,
    epilog="""\b
Examples:
  runner holds                         which phones are on hold, and why
  runner holds release R58M123ABC      you have looked at the phone; it may go on""",
)
@ledger_option
@format_option
@click.pass_context
def holds(ctx: click.Context, place: Workplace, form: str) -> None:
    """List the phones that wait for a person: a login, verification or consent screen was in the way."""
    ctx.obj = place
    if ctx.invoked_subcommand is None:
        show(place, form)


def show(place: Workplace, form: str) -> None:
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
    rows = Rows("PHONE", "SINCE", Column("REASON", is_text=True), Column("TASK", is_text=True))
    for hold in held:
        since = hold.placed_utc.astimezone(zone).strftime("%Y-%m-%d %H:%M")
        rows.add(hold.device, since, hold.reason, hold.task_key or "")
    out = terminal()
    print_zone(zone, out)
    out.print(rows)


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
def release(place: Workplace, serial: str, store: str | None, virtual: bool, form: str) -> None:
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
    if form == "json":
        print_json({"device": serial, "released": True})
    else:
        say(f"{serial} may go on.")
