"""The options `--store` and `--virtual`, which choose the ledger that a command asks."""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import click

from runner.cli.output import say
from runner.clock import SystemClock
from runner.errors import UsageError
from runner.settings import Settings
from runner.state_dir import StateDir, daemon_rehearsal, state_dir_of
from runner.store.asked.file import open_asked
from runner.store.asked.ledger import AskedLedger
from runner.store.lock import holder
from runner.store.url import is_shared, ledger_path, rehearsal_only, shown

if TYPE_CHECKING:
    from runner.store.ledger import Ledger

F = TypeVar("F", bound=Callable[..., Any])

with_virtual = click.option(
    "--virtual", is_flag=True, help="Ask the rehearsal daemon's ledger; with --store, that of any rehearsal."
)
with_store = click.option("--store", metavar="URL", help="The ledger (default: in your state directory).")


def ledger_option(command: F) -> F:
    """Give a command `--store URL` and `--virtual`; it gets the StateDir that they lead to as `place`.

    Without either it is the user's own ledger. But while no process carries tasks out from that one and a rehearsal
    daemon runs, it is the rehearsal's, and standard error says so.
    """

    @wraps(command)
    def placed(*args: Any, store: str | None, virtual: bool, **kwargs: Any) -> Any:
        return command(
            *args, place=choose_place(Settings.from_environment(), store, virtual=virtual), **kwargs
        )

    return with_store(with_virtual(placed))  # type: ignore[return-value]


def choose_place(settings: Settings, store: str | None, *, virtual: bool) -> StateDir:
    """The place of the ledger that a command asks. Raises UsageError if that is a rehearsal's without `virtual`, or
    is none with it."""
    if store and virtual:
        return rehearsal_at(settings, store)
    rehearsal = daemon_rehearsal(settings)
    if virtual and not is_shared(settings.store_url):
        return rehearsal
    own = state_dir_of(settings, store)
    if virtual:  # `runner daemon --virtual` makes its rehearsal in a shared ledger, if RUNNER_STORE names one
        return own if own.phones is not None else rehearsal
    if own.phones is not None:
        raise rehearsal_only(own.ledger, hint="add --virtual to ask it, or name another ledger")
    if (
        not store
        and not own.is_shared
        and holder(own.store_url) is None
        and holder(rehearsal.store_url) is not None
    ):
        say(f"(of the rehearsal daemon, in {rehearsal.folder})", err=True)
        return rehearsal
    return own


def rehearsal_at(settings: Settings, store_url: str) -> StateDir:
    """The place of the rehearsal whose ledger a URL names. Raises UsageError if there is none."""
    place = state_dir_of(settings, store_url)
    if place.phones is None:
        refuse_absent(place)
        raise UsageError(
            f"the ledger {shown(store_url)} is no rehearsal's",
            hint="leave --virtual out, or name another ledger",
        )
    return place


def open_ledger(place: StateDir) -> "Ledger":
    """The ledger, which must be there already: a command that only asks makes none. Raises UsageError if it is not."""
    from runner.store.ledger import Ledger  # slow to import, and some commands do without it
    from runner.store.upgrade import Upgrades

    refuse_absent(place)
    return Ledger.open(place.store_url, SystemClock(), Upgrades.NONE)


def ask_ledger(place: StateDir) -> AskedLedger:
    """The same for a command whose questions most ledgers answer without all of their parts: quicker."""
    refuse_absent(place)
    return open_asked(place.store_url, SystemClock())


def refuse_absent(place: StateDir) -> None:
    """Raises UsageError if there is no such ledger."""
    path = ledger_path(place.store_url)
    if path is not None and not path.exists():
        rehearsal = ledger_path(daemon_rehearsal(Settings.from_environment()).store_url)
        hint = "`runner run FILE` and `runner daemon` make it; another one is named with --store"
        if rehearsal is not None and rehearsal.exists():
            hint += ", that of the rehearsal daemon with --virtual"
        raise UsageError(f"there is no ledger {path}: nothing has been run from it", hint=hint)
