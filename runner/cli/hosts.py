"""`runner hosts`: the hosts that share a ledger, what each holds and carries out, and what is wrong between them."""

import json
from datetime import tzinfo

import click

from runner.cli.format_option import format_option
from runner.cli.ledger_option import choose_place, ledger_option, open_ledger, with_store, with_virtual
from runner.cli.output import print_json, print_json_lines, say, terminal
from runner.cli.situation import read_situation
from runner.cli.watching import follow, watch
from runner.exit_codes import EXIT_PROBLEMS
from runner.queries.hosts import Hosts
from runner.queries.hosts import hosts as read_hosts
from runner.reports.advice import Options, options_of
from runner.reports.hosts_json import hosts_data
from runner.reports.hosts_text import ALONE, NOBODY, print_hosts
from runner.reports.terminal import Terminal
from runner.settings import Settings
from runner.state_dir import StateDir
from runner.store.actions import ActionKind
from runner.store.last_good import resolved_in_force
from runner.store.ledger import Ledger
from runner.who import who


@click.group(
    invoke_without_command=True,
    epilog="""\b
Examples:
  runner hosts                     who leads, who has which phones, who died and when
  runner hosts --watch             the same, again and again, until Ctrl-C
  runner hosts --format json       the same for programs
  runner hosts forget shelf3       it was taken away, and need not be waited for""",
)
@click.option("--watch", "is_watched", is_flag=True, help="Show them anew as they change, until Ctrl-C.")
@with_store
@with_virtual
@format_option
@click.pass_context
def hosts(ctx: click.Context, is_watched: bool, store: str | None, virtual: bool, form: str) -> None:
    """Show the hosts that share a ledger: who leads, since when, which phones each holds, what runs and waits there.

    Exits with 1 if tasks wait for a host, or nobody leads.
    """
    if ctx.invoked_subcommand is not None:
        # The subcommand chooses the ledger; what stands before its name holds for it too.
        ctx.default_map = {ctx.invoked_subcommand: {"store": store, "virtual": virtual}}
        return
    settings = Settings.from_environment()
    place = choose_place(settings, store, virtual=virtual)
    zone, options = settings.zone, options_of(place)
    with open_ledger(place) as ledger:

        def show(out: Terminal) -> None:
            _print(_read(ledger, place), is_a_file=ledger.is_a_file, zone=zone, out=out, options=options)

        def write() -> None:
            print_json_lines([json.dumps(hosts_data(_read(ledger, place)), ensure_ascii=False)])

        if is_watched and form == "json":
            follow(write, ledger.changed)
        elif is_watched:
            watch(show, ledger.changed)
        view = _read(ledger, place)
        if form == "json":
            print_json(hosts_data(view))
        else:
            _print(view, is_a_file=ledger.is_a_file, zone=zone, out=terminal(), options=options)
    if view is not None and any(one.kind.stops_tasks for one in view.troubles):
        ctx.exit(EXIT_PROBLEMS)


@hosts.command(
    epilog="""\b
Examples:
  runner hosts forget shelf3       it was taken away, and need not be waited for"""
)
@click.argument("name", metavar="HOST")
@ledger_option
def forget(name: str, place: StateDir) -> None:
    """Forget a host that is gone for good. Its phones belong to whichever host sees them next."""
    with open_ledger(place) as ledger:
        ledger.hosts.forget(name)
        ledger.actions.note(who(), ActionKind.FORGET, f"host {name}")
    say(f"The host {name} is forgotten; its phones go to whichever host sees them next.")


def _print(view: Hosts | None, *, is_a_file: bool, zone: tzinfo, out: Terminal, options: Options) -> None:
    if view is None:
        out.say(ALONE if is_a_file else NOBODY)
    else:
        print_hosts(view, zone, out, options)


def _read(ledger: Ledger, place: StateDir) -> Hosts | None:
    return read_hosts(ledger, read_situation(ledger, place), tuple(resolved_in_force(ledger).values()))
