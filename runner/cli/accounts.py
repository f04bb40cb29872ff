"""`runner accounts`: the accounts that campaigns declare."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import click

from runner.cli.format_option import format_option
from runner.cli.ledger_option import ledger_option, open_ledger
from runner.cli.output import print_json, say, terminal
from runner.cli.problems import check_or_exit
from runner.clock import SystemClock
from runner.queries.accounts import AccountState, account_states
from runner.reports.rows import Column, Rows
from runner.settings import Settings
from runner.state_dir import StateDir
from runner.store.ledger import Ledger
from runner.store.url import may_be_there


@click.command(
    epilog="""\b
Examples:
  runner accounts                      the accounts of campaigns/, and what each has made today
  runner accounts autumn.yaml          those that this campaign may use
  runner accounts --format json        the same for programs"""
)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@ledger_option
@format_option
@click.pass_context
def accounts(ctx: click.Context, paths: tuple[Path, ...], place: StateDir, form: str) -> None:
    """List the accounts that campaigns declare: in which app and on which phone each is, how much of its daily limits
    it has used, and whether its phone waits for a person."""
    now, zone = SystemClock().now(), Settings.from_environment().zone
    campaigns = check_or_exit(ctx, paths or (Path("campaigns"),), now)
    with _ledger(place) as ledger:
        found = list(account_states(ledger, campaigns, now, zone))
    if form == "json":
        print_json([_data(one) for one in found])
    elif not found:
        say("These campaigns declare no accounts.")
    else:
        terminal().print(_table(found))


def _ledger(place: StateDir) -> AbstractContextManager[Ledger | None]:
    """The ledger; None if there is none yet, from which nothing has been made then. This makes none."""
    return open_ledger(place) if may_be_there(place.store_url) else nullcontext()


def _table(found: Sequence[AccountState]) -> Rows:
    table = Rows(
        "ACCOUNT", "APP", "USERNAME", "PHONE", Column("TODAY", is_text=True), Column("HOLD", is_text=True)
    )
    for one in found:
        declared = one.declared
        today = ", ".join(f"{kind} {made.made} of {made.at_most}" for kind, made in one.today.items())
        table.add(declared.name, declared.app, declared.handle, declared.device or "", today, one.hold or "")
    return table


def _data(one: AccountState) -> dict[str, object]:
    declared = one.declared
    return {
        "name": declared.name,
        "app": declared.app,
        "username": declared.handle,
        "device": declared.device,
        "language": declared.language,
        "campaigns": list(one.campaigns),
        "today": {kind: {"made": made.made, "at_most": made.at_most} for kind, made in one.today.items()},
        "hold": one.hold,
    }
