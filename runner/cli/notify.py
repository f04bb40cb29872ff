"""`runner notify`: what people were told outside of the runner, and whether they can be told."""

import click

from runner.cli.format_option import format_option
from runner.cli.ledger_option import ledger_option, open_ledger
from runner.cli.output import print_json, say, terminal
from runner.clock import SystemClock
from runner.errors import UsageError
from runner.exit_codes import EXIT_PROBLEMS
from runner.notifications.news import NewsEvent
from runner.settings import Settings
from runner.state_dir import StateDir

HOW = "RUNNER_NOTIFY names them, or the file that RUNNER_NOTIFY_FILE names; see docs/notifications.md"


@click.group(
    invoke_without_command=True,
    epilog="""\b
Examples:
  runner notify                       what was sent lately, what waits, and what failed
  runner notify test                  send a test to everybody, and see what comes back
  runner notify test needs-person     the same, as such a message looks""",
)
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="Show at most so many."
)
@ledger_option
@format_option
@click.pass_context
def notify(ctx: click.Context, limit: int, place: StateDir, form: str) -> None:
    """List the notifications that were sent, that wait, and that failed, newest first."""
    if ctx.invoked_subcommand is not None:
        return
    from runner.queries.notifications import notifications
    from runner.reports.notification_list import notification_data, print_notifications

    with open_ledger(place) as ledger:
        lines = notifications(ledger, limit)
    if form == "json":
        print_json([notification_data(line) for line in lines])
    elif lines:
        print_notifications(lines, Settings.from_environment().zone, terminal())
    else:
        say("Nobody was to be told anything yet.")


@notify.command(
    epilog="""\b
Examples:
  runner notify test                  to everybody whom the settings name
  runner notify test --to mailtos     to one of them
  runner notify test needs-person     as such a message looks"""
)
@click.argument(
    "event", type=click.Choice([event.value for event in NewsEvent]), default=NewsEvent.TEST.value
)
@click.option("--to", "name", metavar="NAME", help="Send to this recipient only.")
@format_option
@click.pass_context
def test(ctx: click.Context, event: str, name: str | None, form: str) -> None:
    """Send a test of EVENT to each recipient now, and tell what came back. It asks no ledger."""
    from runner.notifications.recipients import NotifySettings
    from runner.notifications.sample import sample
    from runner.notifications.sending import send

    settings, recipients = Settings.from_environment(), NotifySettings.from_environment().recipients
    if not recipients:
        raise UsageError("the settings name nobody who gets notifications", hint=HOW)
    chosen = [one for one in recipients if name in (None, one.name)]
    if not chosen:
        names = ", ".join(one.name for one in recipients)
        raise UsageError(f"there is no recipient {name}", hint=f"there are {names}")
    message = sample(NewsEvent(event), settings, SystemClock().now())
    found = []
    for one in chosen:
        problem = send(one, message)
        found.append(
            {"recipient": one.name, "url": one.shown_url, "sent": problem is None, "problem": problem or ""}
        )
        if form != "json":
            say(f"{one.name} ({one.shown_url}): {'sent' if problem is None else f'not sent: {problem}'}")
    if form == "json":
        print_json(found)
    if not all(one["sent"] for one in found):
        ctx.exit(EXIT_PROBLEMS)
