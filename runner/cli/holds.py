"""`runner holds`: the phones that wait for a person."""

import click
from rich.console import Console
from rich.table import Table

from runner.clock import SystemClock
from runner.errors import UsageError
from runner.settings import Settings
from runner.store.ledger import Ledger


@click.group(
    invoke_without_command=True,
    epilog="""\b
Examples:
  runner holds                         which phones are on hold, and why
  runner holds release R58M123ABC      you have looked at the phone; it may go on""",
)
@click.option("--store", metavar="URL", help="The ledger (default: in your state directory).")
@click.pass_context
def holds(ctx: click.Context, store: str | None) -> None:
    """List the phones that wait for a person: a login, verification or consent screen was in the way."""
    ctx.obj = store or Settings.from_environment().store_url
    if ctx.invoked_subcommand is None:
        show(ctx.obj)


def show(store_url: str) -> None:
    """Print the holds, oldest first."""
    zone = Settings.from_environment().zone
    with Ledger.open(store_url, SystemClock()) as ledger:
        held = ledger.holds()
    if not held:
        click.echo("No phone is on hold.")
        return
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for column in ("PHONE", "SINCE", "REASON", "TASK"):
        table.add_column(column, overflow="fold")
    for hold in held:
        since = hold.placed_utc.astimezone(zone).strftime("%Y-%m-%d %H:%M")
        table.add_row(hold.device, since, hold.reason, hold.task_key or "")
    Console().print(table)


@holds.command()
@click.argument("serial")
@click.pass_obj
def release(store_url: str, serial: str) -> None:
    """Let the phone SERIAL go on, after you have answered what its screen asked."""
    with Ledger.open(store_url, SystemClock()) as ledger:
        held = {hold.device for hold in ledger.holds()}
        if serial not in held:
            raise UsageError(
                f"{serial} is not on hold", hint=f"on hold: {', '.join(sorted(held)) or 'no phone'}"
            )
        ledger.release_holds(serial)
    click.echo(f"{serial} may go on.")
