"""What goes on now, at a glance, for people: first the daemon, then what needs a person, then the rest."""

from collections.abc import Iterator
from datetime import datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from runner.campaign.short_commit import short_commit
from runner.queries.host_words import some
from runner.queries.overview import Overview, Surroundings, advice_on
from runner.reports.advice import Options, to_do
from runner.reports.instants import zone_line
from runner.reports.notification_list import trouble_line
from runner.reports.rows import Column, Rows, Words
from runner.reports.terminal import Terminal
from runner.store.campaign_rows import InvalidFile
from runner.tasks import TaskState

if TYPE_CHECKING:
    from runner.queries.hosts import Hosts

_TEXTS = ("WHAT", "WHY", "REASON", "LAST STEP", "FILE")
_COUNTS = ("TASKS", "ENTRIES")


def print_status(view: Overview, around: Surroundings, zone: tzinfo, out: Terminal, options: Options) -> None:
    """The overview in the fleet's zone, and below it what can be done; `options` lead its commands to this ledger."""
    shown = _Shown(view, around, zone)
    for line in shown.daemon():
        out.say(*line)
    for title, table in shown.sections():
        if table:
            out.say()
            out.say((title, "bold"))
            out.print(table)
    out.say()
    total = ", ".join(f"{count} {state}" for state, count in view.counts.items()) or "no tasks were due"
    out.say(f"Last 24 hours: {total}")
    for action in dict.fromkeys(to_do(one, options) for one in advice_on(view, around)):
        out.say(f"To do: {action}")


class _Shown:
    """The parts of the overview, each a table that is empty if there is nothing to tell."""

    def __init__(self, view: Overview, around: Surroundings, zone: tzinfo) -> None:
        self._view, self._around, self._zone = view, around, zone
        self._hosts = view.host_by_lane()

    def daemon(self) -> Iterator[list[Words]]:
        view, around, span = self._view, self._around, self._view.span
        kind = "rehearsal daemon" if around.is_rehearsal else "daemon"
        if view.hosts is not None:
            yield from self._of_hosts(view.hosts)
        elif view.daemon_runs and span:
            ago = max(0.0, (view.now_utc - span.seen_utc).total_seconds())
            life = f"process {around.pid}, version {span.version}, since {self._time(span.started_utc)}"
            yield [f"The {kind} ", ("runs", "green"), f": {life}, heartbeat {ago:.0f} s ago"]
        elif span is None:
            yield [f"The {kind} ", ("is down", "red"), ": none has run on this ledger yet"]
        else:
            ended = span.stop_reason if span.stopped_utc else "it ended without a word"
            since = f" since {self._time(span.until_utc)}: {ended}"
            yield [f"The {kind} ", ("is down", "red"), since]
        if view.is_carried_out and not view.daemon_runs and view.hosts is None:
            yield [f"Process {around.pid} carries a run out from this ledger"]
        if view.daemon_runs and around.url:
            yield [f"Serves the dashboard, the Local API, metrics and health on {around.url}"]
        if view.untold:
            yield [(trouble_line(view.untold), "yellow")]
        for pause in view.pauses:
            since = f" since {self._time(pause.since_utc)} by {pause.by}"
            yield [pause.subject or "Everything", (" is paused", "yellow"), since]
        yield [(f"Ledger {around.ledger}", "dim")]
        yield [(zone_line(self._zone), "dim")]

    def _of_hosts(self, hosts: "Hosts") -> Iterator[list[Words]]:
        """Who leads, what the others do, and what is wrong between them."""
        from runner.queries.hosts import HostState
        from runner.reports.hosts_text import STYLES

        if one := hosts.leads:
            ago = max(0.0, (hosts.now_utc - one.row.seen_utc).total_seconds())
            life = f"version {one.row.version}, since {self._time(one.since_utc)}, heard of {ago:.0f} s ago"
            yield [f"Host {one.name} ", ("leads", "green"), f": {life}"]
            if one.row.url:
                yield [f"Serves the dashboard, the Local API, metrics and health on {one.row.url}"]
        for state in (HostState.STANDBY, HostState.WORKS):
            if names := [line.name for line in hosts.lines if line.state is state]:
                yield [f"{some(names)}: ", (state.value, STYLES[state])]
        for trouble in hosts.troubles:
            yield [(trouble.said, "red" if trouble.kind.stops_tasks else "yellow")]

    def sections(self) -> Iterator[tuple[str, Rows]]:
        yield "Needs a person", self._attention()
        yield "Runs now", self._running()
        yield "Waits", self._waiting()
        yield "Went wrong in the last 24 hours", self._troubles()
        yield "Next", self._coming()
        yield "Campaigns in force", self._campaigns()
        yield "Phones", self._phones()

    def _attention(self) -> Rows:
        table, view = _table("WHAT", "SINCE", "WHY"), self._view
        for hold in view.holds:
            table.add(f"{hold.device} is on hold", self._time(hold.placed_utc), hold.reason)
        for row in view.uncertain:
            what = f"task {row.id} is uncertain: {row.task.title} on {row.task.lane}"
            table.add(what, self._time(row.finished_utc), row.reason)
        if view.uncertain_count > len(view.uncertain):
            table.add(f"and {view.uncertain_count - len(view.uncertain)} more uncertain tasks", "", "")
        for file in view.invalid:
            table.add(_invalid(file), self._time(file.since_utc), [*file.problem.splitlines()])
        return table

    def _running(self) -> Rows:
        table = _table("TASK", "PHONE", *self._host_heading(), "WHAT", "SINCE", "LAST STEP")
        for line in self._view.running:
            task, step = line.row.task, f"{line.step} {line.step_title}" if line.step else ""
            since, where = self._time(line.row.started_utc), self._host(task.lane)
            table.add(str(line.row.id), task.lane, *where, task.title, since, step)
        return table

    def _waiting(self) -> Rows:
        table = _table("WHY", "TASKS", "FIRST", "REASON")
        for line in self._view.waiting:
            first = f"{line.first.id} on {line.first.task.lane}"
            reason = f"host {line.host} is gone" if line.host else line.first.reason
            table.add(line.verdict, str(line.count), first, reason)
        return table

    def _troubles(self) -> Rows:
        table, view = _table("TASK", "PHONE", "STATE", "AT", "WHAT", "WHY"), self._view
        for row in view.troubles:
            task, state = row.task, (row.state.value, "red" if row.state is TaskState.FAILED else "yellow")
            what = f"{task.campaign}/{task.entry}: {task.title}"
            table.add(str(row.id), task.lane, state, self._time(row.trouble_utc), what, row.reason)
        if view.has_more_troubles:
            table.add("...", "", "", "", "others before these", "")
        return table

    def _coming(self) -> Rows:
        table = _table("AT", "CAMPAIGN", "ENTRY", "TASKS")
        for line in self._view.coming:
            one = line.occurrence
            table.add(self._time(one.instant_utc), one.campaign, one.entry, str(line.tasks))
        return table

    def _campaigns(self) -> Rows:
        table = _table("CAMPAIGN", "ENTRIES", "COMMIT", "SINCE", "FILE")
        for line in self._view.campaigns:
            row = line.row
            commit, since = short_commit(row.commit), self._time(row.since_utc)
            table.add(row.name, str(line.entries), commit, since, row.path or "")
        return table

    def _phones(self) -> Rows:
        problem = self._around.adb_problem
        table = _table("PHONE", *self._host_heading(), "STATE", *(["WHY"] if problem else []))
        for device in self._around.devices:
            state = (device.state, "green" if device.state == "device" else "red")
            table.add(device.serial, *self._host(device.serial), state, *([""] if problem else []))
        if problem:
            table.add("", *self._host(""), "", (problem, "yellow"))
        return table

    def _host_heading(self) -> list[str]:
        return ["HOST"] if self._view.hosts is not None else []

    def _host(self, lane: str) -> list[str]:
        """The cell of the host that holds a lane, where there are several."""
        return [self._hosts.get(lane, "")] if self._view.hosts is not None else []

    def _time(self, instant: datetime | None) -> str:
        if instant is None:
            return ""
        local, now = instant.astimezone(self._zone), self._view.now_utc.astimezone(self._zone)
        return local.strftime("%H:%M:%S" if local.date() == now.date() else "%Y-%m-%d %H:%M")


def _invalid(file: InvalidFile) -> str:
    commit = f" (commit {short_commit(file.commit)})" if file.commit else ""
    return f"the file {f'of {file.campaign}' if file.campaign else Path(file.path).name} is invalid{commit}"


def _table(*columns: str) -> Rows:
    return Rows(
        *(Column(name, is_text=name in _TEXTS, is_number=name in _COUNTS) for name in columns), indent=2
    )
