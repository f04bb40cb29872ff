"""What a task's host has to do with why it is as it is: who has its phone, who began it, and whether that one lives."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from runner.backend_registry import declared
from runner.queries.advice import Advice, StartHost
from runner.queries.host_words import SKEW, how_gone, skew_words, some
from runner.queries.situation import Situation
from runner.queries.why_answer import WhyVerdict
from runner.store.host_rows import HostRow
from runner.store.leases import backend_lane
from runner.store.rows import TaskRecord
from runner.tasks import Task

Judgement = tuple[WhyVerdict, list[str], list[Advice]]
"""A verdict, sentences, and what can be done."""


def lane_of(task: Task) -> str:
    """The name of the lane of which one host at a time has the lease; that of a batch backend belongs to the leader."""
    return backend_lane(task.backend) if declared(task.backend).takes_batches else task.lane


def host_of(record: TaskRecord, situation: Situation) -> str | None:
    """The host that carried a task out, carries it out, or would do so now; None if nobody knows, or if there is only
    one."""
    if record.attempts and record.attempts[-1].host and record.row.state.is_final:
        return record.attempts[-1].host
    holder = situation.hosts.keeper(lane_of(record.row.task)) if situation.hosts else None
    return holder.name if holder else None


def on_host(record: TaskRecord, situation: Situation, preposition: str = "on") -> str:
    """` on host berlin`; nothing where there is only one."""
    name = host_of(record, situation)
    return f" {preposition} host {name}" if name else ""


def leaderless(situation: Situation) -> list[str]:
    """The sentence that nobody leads the hosts, if so."""
    if situation.hosts is None or situation.daemon_runs:
        return []
    return [f"Besides, {situation.down_since()}."]


def askew(record: TaskRecord, situation: Situation) -> list[str]:
    """A sentence about the clock of each host that decides when a task begins, if that clock is wrong."""
    table = situation.hosts
    if table is None:
        return []
    deciding = {
        row.name: row for row in (table.leads, table.holds(lane_of(record.row.task))) if row is not None
    }
    return [
        f"Besides, {skew_words(f'host {row.name}', row.skew)}: tasks begin so much "
        f"{'too early' if row.skew > timedelta() else 'too late'} there."
        for row in deciding.values()
        if abs(row.skew) > SKEW
    ]


def without_host(record: TaskRecord, situation: Situation) -> Judgement | None:
    """Why a pending task waits, if that is for a host; None if a host that lives has its phone."""
    table, task = situation.hosts, record.row.task
    if table is None:
        return None
    lane = lane_of(task)
    if table.holds(lane):
        return None
    is_ahead = task.due_utc > situation.now
    opening = f"{task.title} is due at {situation.time(task.due_utc)}" if is_ahead else f"{task.title} waits"
    besides = leaderless(situation)
    if gone := table.keeper(lane):
        said = f"{opening}: {_gone(gone, task, situation)}."
        return WhyVerdict.HOST_GONE, [said, *besides], [StartHost(gone.name, gone.is_daemon)]
    if task.device is None or declared(task.backend).takes_batches:
        return None  # the leader takes it as soon as it is needed
    row = table.lanes.get(lane)
    last = f" (host {row.host} had it before it was started anew)" if row and row.host else ""
    said = f"{opening}: no host sees its phone {task.device}{last}; it goes on when one does."
    return WhyVerdict.NO_HOST, [said, *besides], []


def ahead(tasks: Sequence[Task], situation: Situation) -> Iterator[tuple[str, StartHost | None]]:
    """What keeps hosts from carrying out tasks that are not there yet: a sentence for each host that is gone, and one
    for all phones that no host sees."""
    table = situation.hosts
    if table is None:
        return
    lanes = dict.fromkeys(lane_of(task) for task in tasks if task.device is not None)
    gone: dict[str, list[str]] = {}
    for lane in lanes:
        if table.holds(lane) is None:
            keeper = table.keeper(lane)
            gone.setdefault(keeper.name if keeper else "", []).append(lane)
    for name, of_host in gone.items():
        if name:
            host = table.hosts[name]
            said = f"Now host {name}, which has {some(of_host)}, {how_gone(host, situation.time)}."
            yield said, StartHost(name, host.is_daemon)
        else:
            yield f"Now no host sees {some(of_host)}.", None


def cut_off(record: TaskRecord, situation: Situation) -> Judgement | None:
    """Why a task that counts as running is not carried on, if its host is gone; None if that lives."""
    table, row = situation.hosts, record.row
    began = record.attempts[-1].host if record.attempts else None
    host = table.hosts.get(began) if table is not None and began is not None else None
    if host is None or host.is_alive:
        return None
    said = f"{row.task.title}: attempt {row.attempts} was cut off: {_gone(host, row.task, situation)}."
    more = "What came of it is proved then, before anything else is done there."
    return WhyVerdict.HOST_GONE, [said, more], [StartHost(host.name, host.is_daemon)]


def _gone(host: HostRow, task: Task, situation: Situation) -> str:
    has, back = "which has its phone", "or its phone appears on another host"
    if declared(task.backend).takes_batches or task.device is None:
        has, back = f"which had the lane {lane_of(task)}", "or another daemon leads"
    gone = how_gone(host, situation.time)
    return f"host {host.name}, {has}, {gone}; it goes on when {host.name} comes back {back}"
