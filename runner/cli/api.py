"""`runner api`: lets a person look at the server behind the backend local_api, and tidy up there."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import click

from runner.backend_registry import declared
from runner.backends.local_api.answers import ServerStatus
from runner.backends.local_api.client import PAGE_SIZE, Client
from runner.campaign.resolve import ResolvedCampaign
from runner.cli.format_option import format_option
from runner.cli.main import report
from runner.cli.output import print_json, say, say_lines, terminal
from runner.cli.problems import check_or_exit
from runner.clock import SystemClock
from runner.errors import ApiRefused, ServerApiError
from runner.exit_codes import EXIT_PROBLEMS
from runner.reports.server_tasks import (
    account_table,
    check_data,
    check_lines,
    stats_data,
    stats_lines,
    task_data,
    task_table,
)
from runner.settings import Settings
from runner.targets import account

LOOKS = 5
"""How often the latency is measured, if that takes no longer than one call may; the median counts."""

OLDEST_SCRIPTS = ("post", "follow", "unfollow")
"""The scripts that every version of a server can run."""

ids_argument = click.argument("ids", metavar="ID...", nargs=-1, required=True, type=click.IntRange(min=0))


@click.group(
    epilog="""\b
Examples:
  runner api check campaigns/          the server's plan, and what these campaigns need beyond it
  runner api tasks --status failed     what failed there
  runner api delete 4711 4712          remove tasks there; running ones are stopped first"""
)
def api() -> None:
    """Look at the server that RUNNER_API_URL names, and stop, retry or delete tasks there by their ids."""


@api.command(
    epilog="""\b
Examples:
  runner api check                     the server's plan and how quickly it answers
  runner api check campaigns/          and what these campaigns need beyond it"""
)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, exists=True))
@format_option
@click.pass_context
def check(ctx: click.Context, paths: tuple[Path, ...], form: str) -> None:
    """Show the server's plan, whether the API is enabled, its device limit and how quickly it answers.

    With PATHS, also what the campaigns there need beyond it.
    """
    clock = SystemClock()
    campaigns = check_or_exit(ctx, paths, clock.now()) if paths else []
    with server() as client:
        took_s = list[float]()
        while len(took_s) < LOOKS and sum(took_s) < client.timeout_s / 2:
            began = clock.monotonic()
            licence = client.licence()
            took_s.append(clock.monotonic() - began)
        unknown = list(unknown_usernames(campaigns, client))
    beyond = [*needs(campaigns, licence.device_limit), *unknown]
    data = check_data(client.url, licence, sorted(took_s)[len(took_s) // 2], beyond)
    if form == "json":
        print_json(data)
    else:
        say_lines(check_lines(data))
    if not licence.api_enabled:
        ctx.exit(EXIT_PROBLEMS)


@api.command(
    epilog="""\b
Examples:
  runner api tasks --status failed     what failed there
  runner api tasks --format json       the whole answers, for programs"""
)
@click.option(
    "--status",
    type=click.Choice([status.name.lower() for status in ServerStatus]),
    help="List those with this status.",
)
@click.option("--serial", help="List those of this device.")
@click.option("--script", help="List those of this script.")
@click.option(
    "--source", type=click.Choice(["ui", "api"]), help="List those made by hand, or through the API."
)
@click.option("--page", type=click.IntRange(min=1), default=1, show_default=True, help="List this page.")
@click.option(
    "--limit",
    type=click.IntRange(1, PAGE_SIZE),
    default=20,
    show_default=True,
    help="List so many on a page.",
)
@format_option
def tasks(
    status: str | None,
    serial: str | None,
    script: str | None,
    source: str | None,
    page: int,
    limit: int,
    form: str,
) -> None:
    """List the server's tasks, whoever made them."""
    wanted = ServerStatus[status.upper()] if status else None
    with server() as client:
        found = client.tasks(page, limit, status=wanted, serial=serial, script=script, source=source)
    if form == "json":
        print_json(task_data(found.tasks, found.total))
    elif not found.tasks:
        say("The server has no such tasks.")
    else:
        terminal().print(task_table(found.tasks))
        if found.total is not None and found.total > len(found.tasks):
            say(f"{len(found.tasks)} of {found.total}; more with --page {page + 1}")


@api.command(
    epilog="""\b
Examples:
  runner api accounts                  the accounts that usernames in a campaign can mean"""
)
@format_option
def accounts(form: str) -> None:
    """List the server's accounts."""
    with server() as client:
        found = client.accounts()
    if form == "json":
        print_json([dict(one.raw) for one in found])
    elif not found:
        say("The server has no accounts.")
    else:
        terminal().print(account_table(found))


@api.command(
    epilog="""\b
Examples:
  runner api stats                     how many wait, run, are completed and failed"""
)
@format_option
def stats(form: str) -> None:
    """Count the server's tasks, whoever made them."""
    with server() as client:
        counted = client.stats()
    if form == "json":
        print_json(stats_data(counted))
    else:
        say_lines(stats_lines(counted))


@api.command(
    epilog="""\b
Examples:
  runner api stop 4711 4712            by the server's own ids, which `runner api tasks` shows"""
)
@ids_argument
@format_option
@click.pass_context
def stop(ctx: click.Context, ids: tuple[int, ...], form: str) -> None:
    """Stop running tasks on the server."""
    act(ctx, ids, Client.stop, "stopped", form)


@api.command(
    epilog="""\b
Examples:
  runner api retry 4711                by the server's own id, which `runner api tasks` shows"""
)
@ids_argument
@format_option
@click.pass_context
def retry(ctx: click.Context, ids: tuple[int, ...], form: str) -> None:
    """Let the server try failed tasks again. Tasks of campaigns are better retried with `runner tasks retry`."""
    act(ctx, ids, Client.retry, "will be tried again", form)


@api.command(
    epilog="""\b
Examples:
  runner api delete 4711 4712          running ones are stopped first"""
)
@ids_argument
@format_option
@click.pass_context
def delete(ctx: click.Context, ids: tuple[int, ...], form: str) -> None:
    """Delete tasks on the server; running ones are stopped first."""
    act(ctx, ids, Client.delete, "deleted", form)


def act(
    ctx: click.Context, ids: Sequence[int], call: Callable[[Client, int], object], done: str, form: str
) -> None:
    """Make one call for each task. A refusal concerns one task, and the rest is tried; after any other error the
    server will not answer for the rest either."""
    answers: list[dict[str, object]] = []
    with server() as client:
        for number, task_id in enumerate(ids):
            try:
                call(client, task_id)
                answers.append({"id": task_id, "refused": False, "answer": done})
                if form == "text":
                    say(f"task {task_id} {done}")
            except ServerApiError as error:
                answers.append({"id": task_id, "refused": True, "answer": error.message, "hint": error.hint})
                if form == "text":
                    report(error)
                if not isinstance(error, ApiRefused):
                    answers += _not_tried(ids[number + 1 :], form)
                    break
    if form == "json":
        print_json(answers)
    if any(answer["refused"] for answer in answers):
        ctx.exit(EXIT_PROBLEMS)


def _not_tried(ids: Sequence[int], form: str) -> list[dict[str, object]]:
    if ids and form == "text":
        say(f"not tried: {', '.join(map(str, ids))}", err=True)
    return [{"id": task_id, "refused": True, "answer": "not tried", "hint": None} for task_id in ids]


@contextmanager
def server() -> Iterator[Client]:
    settings = Settings.from_environment()
    client = Client(
        settings.api_url, SystemClock(), token=settings.api_token, timeout_s=settings.api_timeout_s
    )
    with closing(client):
        yield client


def unknown_usernames(campaigns: Sequence[ResolvedCampaign], client: Client) -> Iterator[str]:
    """The usernames of campaigns for the Local API that the server does not have."""
    named = {
        campaign.name: dict.fromkeys(
            map(account, (name for one in campaign.entries for name in one.usernames))
        )
        for campaign in campaigns
        if declared(campaign.backend).speaks_local_api
    }
    if not any(named.values()):
        return
    try:
        known = {one.handle for one in client.accounts()}
    except ApiRefused as error:  # older versions of the application have no such call
        yield f"the server does not list its accounts, so usernames were not checked: {error.message}"
        return
    for campaign, names in named.items():
        if missing := [name for name in names if name not in known]:
            yield f"{campaign} works as {', '.join(missing)}: the server has no such account"


def needs(resolved: Sequence[ResolvedCampaign], device_limit: int | None) -> Iterator[str]:
    """What campaigns for the Local API need and a server may not have."""
    for campaign in (resolved for resolved in resolved):
        if not declared(campaign.backend).speaks_local_api:
            continue
        lanes = {lane for entry in campaign.entries for lane in entry.lanes}
        if device_limit is not None and len(lanes) > device_limit:
            more = f"{len(lanes)} devices and accounts, more than the plan's {device_limit}: the others wait"
            yield f"{campaign.name} has {more}"
        newer = dict.fromkeys(entry.script.name for entry in campaign.entries)
        names = [name for name in newer if name not in OLDEST_SCRIPTS]
        if names:
            yield f"{campaign.name} runs {', '.join(names)}: older versions of the application cannot"
