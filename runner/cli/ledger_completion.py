"""Completes tasks, entries, runs, campaigns and phones in a shell, from what the ledger knows.

The options typed so far name the ledger. Completion never fails and never prints anything: from a ledger that cannot be
read it offers nothing. Imports are within functions, since a shell starts the runner anew for each press of Tab.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from runner.store.ledger import Ledger

Offer = tuple[str, str]
"""A word, and what it means."""
Complete = Callable[[click.Context, click.Parameter, str], "list[CompletionItem[Any]]"]

MOST = 50
"""How many of the newest tasks and runs are offered."""


def _nothing() -> Iterable[Offer]:
    return ()


def _from_ledger(
    find: "Callable[[Ledger], Iterable[Offer]]", beside: Callable[[], Iterable[Offer]] = _nothing
) -> Complete:
    def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> "list[CompletionItem[Any]]":
        from click.shell_completion import CompletionItem

        taken = ctx.params.get(param.name or "") or ()
        return [
            CompletionItem(word, help=meaning)
            for word, meaning in dict([*_read(ctx, find), *beside()]).items()
            if word.startswith(incomplete) and word not in taken
        ]

    return complete


def _read(ctx: click.Context, find: "Callable[[Ledger], Iterable[Offer]]") -> list[Offer]:
    import contextlib
    import io

    from runner.cli.ledger_option import choose_place, open_ledger
    from runner.errors import RunnerError
    from runner.settings import Settings

    options = {**(ctx.parent.params if ctx.parent else {}), **ctx.params}
    try:
        with contextlib.redirect_stderr(io.StringIO()):  # a notice would stand in the prompt
            place = choose_place(
                Settings.from_environment(), options.get("store"), virtual=bool(options.get("virtual"))
            )
        with open_ledger(place) as ledger:
            return list(find(ledger))
    except RunnerError:
        return []


def _tasks(ledger: "Ledger") -> Iterator[Offer]:
    from runner.store.rows import TaskFilter

    for row in ledger.tasks.page(TaskFilter(), 0, MOST)[1]:
        yield str(row.id), f"{row.state}  {row.task.key}"


def _entries(ledger: "Ledger") -> Iterator[Offer]:
    from runner.store.last_good import resolved_in_force

    for name, campaign in resolved_in_force(ledger).items():
        for entry in campaign.entries:
            yield f"{name}/{entry.name}", entry.script.name


def _asked(ledger: "Ledger") -> Iterator[Offer]:
    yield from _campaigns(ledger)
    yield from _entries(ledger)
    yield from _tasks(ledger)


def _entry_names(ledger: "Ledger") -> Iterator[Offer]:
    return ((entry.partition("/")[2], script) for entry, script in _entries(ledger))


def _campaigns(ledger: "Ledger") -> Iterator[Offer]:
    for row in ledger.campaigns.all():
        yield row.name, row.path


def _devices(ledger: "Ledger") -> Iterator[Offer]:
    from runner.store.last_good import resolved_in_force

    for name, campaign in resolved_in_force(ledger).items():
        for serial in campaign.phones:
            yield serial, name
    for row in ledger.phones.all():
        yield row.serial, row.facts.model or "a phone that was seen"


def _hosts(ledger: "Ledger") -> Iterator[Offer]:
    table = ledger.hosts_now.table()
    return ((name, "a host") for name in (table.hosts if table else ()))


def _campaigns_and_devices(ledger: "Ledger") -> Iterator[Offer]:
    yield from _campaigns(ledger)
    yield from _devices(ledger)


def _paused(ledger: "Ledger") -> Iterator[Offer]:
    return ((row.subject, f"paused by {row.by}") for row in ledger.pauses.current() if row.subject)


def _held(ledger: "Ledger") -> Iterator[Offer]:
    return ((hold.device, hold.reason) for hold in ledger.holds.current())


def _runs(ledger: "Ledger") -> Iterator[Offer]:
    return ((row.run_id, row.campaign) for row in ledger.runs.newest(MOST))


def _rehearsals() -> Iterator[Offer]:
    from runner.settings import Settings
    from runner.state_dir import REHEARSALS

    folder = Settings.from_environment().state_dir / REHEARSALS
    names = sorted((path.name for path in folder.glob("*-*") if path.is_dir()), reverse=True)
    return ((name, "a rehearsal") for name in names[:MOST])


def _reported(ledger: "Ledger") -> Iterator[Offer]:
    yield from _runs(ledger)
    yield from _campaigns(ledger)
    yield from _entries(ledger)
    yield from _tasks(ledger)


complete_task = _from_ledger(_tasks)
complete_asked = _from_ledger(_asked)
complete_entry_name = _from_ledger(_entry_names)
complete_campaign = _from_ledger(_campaigns)
complete_device = _from_ledger(_devices)
complete_host = _from_ledger(_hosts)
complete_campaign_or_device = _from_ledger(_campaigns_and_devices)
complete_paused = _from_ledger(_paused)
complete_held = _from_ledger(_held)
complete_run = _from_ledger(_runs, beside=_rehearsals)
complete_reported = _from_ledger(_reported, beside=_rehearsals)
