"""The notifications of a ledger, as a table and as JSON."""

from collections.abc import Sequence
from datetime import tzinfo
from typing import Any

from runner.clock import utc
from runner.queries.notifications import NotificationLine, NotificationState, NotificationTrouble
from runner.reports.instants import local, print_zone
from runner.reports.rows import Column, Rows
from runner.reports.terminal import Terminal

STYLES = {
    NotificationState.SENT: "green",
    NotificationState.SENDING: "yellow",
    NotificationState.RETRYING: "yellow",
    NotificationState.FAILED: "bold red",
}


def print_notifications(lines: Sequence[NotificationLine], zone: tzinfo, out: Terminal) -> None:
    """A row for each, in the order given."""
    rows = Rows(
        "AT",
        "TO",
        "EVENT",
        "STATE",
        Column("WHAT", is_text=True),
        Column("PROBLEM", is_text=True),
    )
    for line in lines:
        state = (line.state.value, STYLES.get(line.state, ""))
        at = local(line.sent_utc or line.created_utc, zone)
        rows.add(at, line.recipient, line.event, state, line.what, _problem(line, zone))
    print_zone(zone, out)
    out.print(rows)


def notification_data(line: NotificationLine) -> dict[str, Any]:
    return {
        "id": line.id,
        "event": line.event,
        "recipient": line.recipient,
        "what": line.what,
        "state": line.state.value,
        "problem": line.problem,
        "tries": line.tries,
        "created_utc": utc(line.created_utc),
        "sent_utc": utc(line.sent_utc),
        "not_before_utc": utc(line.not_before_utc),
    }


def trouble_line(trouble: NotificationTrouble) -> str:
    """What could not be told, for a person who looks at something else."""
    what = "1 notification" if trouble.count == 1 else f"{trouble.count} notifications"
    return f"{what} to {', '.join(trouble.recipients)} could not be sent: {trouble.problem}"


def _problem(line: NotificationLine, zone: tzinfo) -> str:
    if line.state is NotificationState.RETRYING:
        return f"{line.problem}; tried again at {local(line.not_before_utc, zone)}"
    return line.problem
