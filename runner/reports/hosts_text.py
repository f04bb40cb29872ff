"""The hosts that share a ledger, as a table for people, and what is wrong between them."""

from datetime import datetime, tzinfo

from runner.queries.host_words import some
from runner.queries.hosts import HostLine, Hosts, HostState
from runner.reports.advice import Options, to_do
from runner.reports.instants import print_zone
from runner.reports.rows import Column, Rows
from runner.reports.terminal import Terminal

ALONE = (
    "One host carries everything out, this one: its ledger is a file. Several hosts share one on PostgreSQL."
)
NOBODY = (
    "No host has registered yet: `runner daemon` does on a machine that may lead, `runner worker` on others."
)

STYLES = {
    HostState.LEADS: "green",
    HostState.STANDBY: "green",
    HostState.WORKS: "green",
    HostState.DIED: "red",
    HostState.STOPPED: "yellow",
}


def print_hosts(view: Hosts, zone: tzinfo, out: Terminal, options: Options) -> None:
    """The hosts in the fleet's zone, what is wrong, and what can be done; `options` lead its commands to this
    ledger."""
    print_zone(zone, out)
    table = Rows(
        "HOST",
        "STATE",
        "SINCE",
        "VERSION",
        Column("LANES", is_text=True),
        "PHONES",
        Column("RUNS", is_number=True),
        Column("WAITS", is_number=True),
        Column("PAGES", is_minor=True),
    )
    for line in view.lines:
        table.add(
            line.name,
            (line.state.value, STYLES[line.state]),
            _time(line.since_utc, view, zone),
            line.row.version,
            some([lane.name for lane in line.lanes]),
            phones_words(line),
            str(len(line.running)),
            str(line.waiting),
            line.row.url or "",
        )
    out.print(table)
    if view.troubles:
        out.say()
    for one in view.troubles:
        out.say((f"{one.said}.", "red" if one.kind.stops_tasks else "yellow"))
    actions = [one.advice for one in view.troubles if one.advice is not None]
    for action in dict.fromkeys(to_do(one, options) for one in actions):
        out.say(f"To do: {action}")


def phones_words(line: HostLine) -> str:
    """How adb on a host sees its phones: `3 of 4 ready`; what is wrong with all of them alike stands beside it. Of a
    host that is gone nobody knows more than how many there were."""
    if not line.phones:
        return "none"
    if not line.state.lives:
        return f"{len(line.phones)} seen then"
    ready = f"{line.ready} of {len(line.phones)} ready"
    return f"{ready}: {line.adb_problem}" if line.adb_problem else ready


def _time(instant: datetime, view: Hosts, zone: tzinfo) -> str:
    local, now = instant.astimezone(zone), view.now_utc.astimezone(zone)
    return local.strftime("%H:%M:%S" if local.date() == now.date() else "%Y-%m-%d %H:%M")
