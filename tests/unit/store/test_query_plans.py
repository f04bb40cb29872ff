"""With a million tasks in the ledger no question may read a whole table: each is answered by an index."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from runner.clock import ManualClock
from runner.store.actions import ActionKind
from runner.store.ledger import Ledger
from runner.store.notification_rows import NewNotification
from runner.store.phones import PhoneSeen
from runner.store.request_rows import CommandKind, PauseScope
from runner.store.rows import NewEffect, TaskFilter
from runner.tasks import (
    AttemptOutcome,
    Occurrence,
    Outcome,
    SeenFile,
    Task,
    TaskOptions,
    TaskSource,
    TaskState,
)

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
DAY = timedelta(days=1)
OCCURRENCE = Occurrence("autumn", "publish", "run:1", "now", NOON)
GROWING = "tasks|occurrences|attempts|steps|effects|file_uses|phone_states|notifications"

BACKWARDS = (
    "the first page",
    "the latest instant",
    "leafing",
    "looking for a text",
    "leafing by state and day",
    "leafing by host",
    "the newest notifications",
)
"""These read from the newest row backwards, and stop after a few."""

Question = Callable[[Ledger], object]


FILES = {("autumn", "publish"): [SeenFile("/m/a.mp4", "abc"), SeenFile("/m/b.mp4", "def")]}


def add(ledger: Ledger, key: str) -> None:
    made = Task(key, "autumn", "publish", "post", "device", "A1", None, None, "run:1", 0, NOON, 60.0, {})
    made = replace(made, options=TaskOptions(order="next"))
    version = ledger.campaigns.record("autumn", "/srv/autumn.yaml", "version: 1\n", None)
    ledger.occurrences.add(version, [OCCURRENCE], [made], "1", files=FILES)


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with Ledger.open("sqlite://", ManualClock(NOON)) as opened:
        add(opened, "k")
        yield opened


def plans(ledger: Ledger, ask: Question) -> list[str]:
    """The lines of the plans by which SQLite carries out what is asked."""
    asked = list[str]()
    with ledger._database.connector.reading() as connection:  # in memory all share one
        connection.connection.dbapi_connection.set_trace_callback(asked.append)
    ask(ledger)
    with ledger._database.connector.reading() as connection:
        connection.connection.dbapi_connection.set_trace_callback(None)
        return [
            row[-1]
            for statement in asked
            if re.match("SELECT|UPDATE|DELETE|INSERT|WITH", statement)
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}")
        ]


def page(**chosen: Any) -> Question:
    return lambda ledger: ledger.tasks.page(TaskFilter(**chosen))


def leaf(said: str = "", before: int | None = None, **chosen: Any) -> Question:
    return lambda ledger: (
        ledger.task_pages.page(TaskFilter(**chosen), said, before),
        ledger.task_pages.counts(TaskFilter(**chosen), said),
    )


def carry_out(ledger: Ledger) -> None:
    attempts = ledger.attempts.start_all(["k", "l"])
    effect = NewEffect(attempts["k"].id, "k", "post", None, "A1", "@us", {})
    for effect_id in ledger.effects.begin_all([effect, effect]):
        ledger.effects.settle(effect_id, ledger.effects.of("k")[0].state, {"posts": "4"})
    outcome = Outcome(AttemptOutcome.FAILED)
    ledger.attempts.finish_all([(one.id, outcome, TaskState.FAILED) for one in attempts.values()])


QUESTIONS: dict[str, Question] = {
    "a task": lambda ledger: (
        ledger.tasks.get("k"),
        ledger.tasks.get(1),
        ledger.tasks.record_of("k"),
        ledger.effects.of("k"),
    ),
    "tasks": lambda ledger: (ledger.tasks.all(run_id="1"), ledger.tasks.of(OCCURRENCE)),
    "an occurrence": lambda ledger: ledger.tasks.records_of(OCCURRENCE),
    "finding": lambda ledger: ledger.tasks.find("2026"),
    "pending": lambda ledger: (
        ledger.tasks.pending(),
        ledger.tasks.added_since(7),
    ),
    "in doubt": lambda ledger: (
        ledger.effects.doubts(),
        ledger.effects.doubts(["local_api"]),
        ledger.effects.in_doubt(["k"]),
    ),
    "a campaign's days": lambda ledger: ledger.tasks.counts_by_period(
        ["autumn", "winter"], [NOON - 2 * DAY, NOON - DAY], NOON
    ),
    "counts": lambda ledger: ledger.tasks.counts(),
    "the first page": page(),
    "a state": page(states=[TaskState.FAILED]),
    "states": page(states=[TaskState.FAILED, TaskState.MISSED]),
    "a campaign": page(campaign="autumn"),
    "an entry": page(campaign="autumn", entry="publish"),
    "a device": page(device="A1"),
    "a device's failures": page(device="A1", states=[TaskState.FAILED]),
    "an account": page(username="@us"),
    "a script": page(script="post"),
    "a host": page(host="north"),
    "a host's failures": page(host="north", states=[TaskState.FAILED], since_utc=NOON - DAY),
    "a source": page(sources=[TaskSource.API]),
    "a run": page(run_id="1"),
    "a day": page(since_utc=NOON - DAY, until_utc=NOON),
    "leafing": leaf(),
    "leafing on": leaf(before=7),
    "looking for a text": leaf("north"),
    "leafing by state": leaf(states=[TaskState.FAILED]),
    "leafing by state and day": leaf(states=[TaskState.FAILED], since_utc=NOON),
    "leafing by device": leaf("north", device="A1", states=[TaskState.FAILED], since_utc=NOON),
    "leafing by account": leaf(username="@us", script="post"),
    "leafing by campaign": leaf(campaign="autumn", entry="publish", states=[TaskState.FAILED]),
    "leafing by host": leaf(host="north"),
    "leafing by script": leaf(script="post", before=7),
    "names": lambda ledger: [
        ledger.task_pages.names(of) for of in ("campaign", "device", "username", "script")
    ],
    "a task's page": lambda ledger: (
        ledger.task_pages.attempts(1),
        ledger.task_pages.steps(1, 1, 9),
        ledger.task_pages.effects(1),
        ledger.actions.of("k"),
    ),
    "who has logged out": lambda ledger: ledger.actions.since(NOON, ActionKind.LOG_OUT, 9),
    "occurrences": lambda ledger: (
        ledger.occurrences.known([("autumn", "publish", "run:1")]),
        ledger.occurrences.of_entry("autumn", "publish", NOON - DAY, NOON),
    ),
    "what is open": lambda ledger: (
        ledger.occurrences.open_entries(),
        ledger.occurrences.open_nominals("autumn", "publish"),
    ),
    "the timeline": lambda ledger: (
        ledger.task_times.between(NOON - DAY, NOON + DAY, NOON, 100),
        ledger.task_times.between(NOON - DAY, NOON + DAY, NOON, 100, since_utc=NOON),
        ledger.task_times.is_beyond(NOON - DAY, NOON, 5),
        ledger.task_times.totals(NOON - DAY, NOON + DAY, 60, ["lane", "app"], 100),
        ledger.occurrences.between(NOON - DAY, NOON + DAY, 100),
        ledger.holds.between(NOON - DAY, NOON + DAY),
    ),
    "usage": lambda ledger: ledger.effects.usage(device="A1", account="@us", now=NOON),
    "usage of many": lambda ledger: ledger.effects.usage_of(["A1", "B2"], ["@us", "@no"], NOON),
    "the wall": lambda ledger: (
        ledger.lanes_now.running(),
        ledger.lanes_now.queues(NOON),
        ledger.lanes_now.queues(NOON, ["A1"]),
        ledger.lanes_now.counts(NOON - DAY, NOON),
        ledger.lanes_now.counts(NOON - DAY, NOON, ["A1"]),
        ledger.lanes_now.made(["A1", "B2"], ["@us"], NOON - DAY, NOON),
        ledger.lanes_now.steps([1, 2]),
        ledger.lanes_now.pictures(["A1", "B2"]),
    ),
    "files": lambda ledger: (
        ledger.file_uses.of(["A1", "B2"], ["abc", "def"]),
        ledger.file_uses.of(["A1"], ["abc"]),
        ledger.file_uses.recorded(NOON - DAY, NOON + DAY),
    ),
    "interrupted": lambda ledger: ledger.attempts.interrupted(),
    "the latest instant": lambda ledger: ledger.spans.latest_instant(),
    "a report": lambda ledger: [
        (
            ledger.reports.counts(chosen),
            ledger.reports.newest(chosen, 10),
            ledger.reports.has_tasks(chosen),
            ledger.reports.ends_around(chosen),
        )
        for chosen in (
            TaskFilter(run_id="1"),
            TaskFilter(occurrence_ids=[1, 2]),
            TaskFilter(campaign="autumn"),
            TaskFilter(campaign="autumn", entry="publish"),
            TaskFilter(since_utc=NOON - DAY, until_utc=NOON),
            TaskFilter(campaign="autumn", since_utc=NOON - DAY, until_utc=NOON),
            TaskFilter(states=[TaskState.FAILED, TaskState.MISSED], since_utc=NOON - DAY, until_utc=NOON),
        )
    ],
    "what a report tells": lambda ledger: (
        ledger.reports.records(ledger.tasks.all(run_id="1")),
        ledger.reports.occurrence("autumn", "publish", "run:1"),
        ledger.reports.occurrence_by_id(1),
        ledger.reports.not_started(TaskFilter(campaign="autumn"), 10),
        ledger.reports.not_started(TaskFilter(since_utc=NOON - DAY, until_utc=NOON), 10),
    ),
    "a week": lambda ledger: [
        (
            ledger.summaries.groups(chosen),
            ledger.summaries.lateness(chosen),
            ledger.summaries.reasons(chosen, 10),
            ledger.summaries.made(["A1", "B2"], ["@us"], NOON - DAY, NOON),
        )
        for chosen in (
            TaskFilter(since_utc=NOON - DAY, until_utc=NOON),
            TaskFilter(campaign="autumn", since_utc=NOON - DAY, until_utc=NOON),
        )
    ],
    "a run's report": lambda ledger: (
        ledger.runs.get("1"),
        ledger.runs.campaign_of("1"),
        ledger.runs.newest(),
    ),
    "recording": lambda ledger: (add(ledger, "l"), add(ledger, "l")),
    "carrying out": lambda ledger: (add(ledger, "l"), carry_out(ledger), ledger.effects.alike(["k"])),
    "a person": lambda ledger: (
        ledger.tasks.hold_back("k", "a limit", NOON),
        ledger.tasks.cancel(["k"], "no longer wanted"),
        ledger.tasks.retry("k"),
        ledger.tasks.cancel_unstarted("autumn", "publish", "removed"),
        ledger.tasks.delete("k"),
    ),
    "what went wrong": lambda ledger: (
        ledger.tasks.troubles(NOON - DAY),
        ledger.occurrences.missed(NOON - DAY),
    ),
    "notifications": lambda ledger: (
        ledger.notifications.note([NewNotification("k", "failed", "A1", "mail", {}, NOON)]),
        ledger.notifications.waiting(),
        ledger.notifications.open(),
        ledger.notifications.open("mail", "failed"),
        ledger.notifications.failing(),
        ledger.notifications.give_up_of("nobody", "refused", NOON),
        ledger.notifications.begin([1]),
        ledger.notifications.failed([1], "refused", NOON),
        ledger.notifications.sent([1]),
        ledger.notifications.give_up([1], "refused"),
        ledger.notifications.last_sent(),
        ledger.notifications.newest(),
        ledger.notifications.given_up(NOON - DAY),
        ledger.notifications.states_of(["k"]),
    ),
    "the newest notifications": lambda ledger: ledger.notifications.newest_of(["phone-gone"]),
    "commands": lambda ledger: ledger.commands.answer(
        ledger.commands.request(CommandKind.TASKS_ADDED, None, "Ann"), "done"
    ),
    "pauses": lambda ledger: (
        ledger.pauses.begin(PauseScope.ALL, None, "Ann"),
        ledger.pauses.current(),
        ledger.pauses.end(),
    ),
    "phones": lambda ledger: (
        ledger.phones.note([PhoneSeen("A1", "device", 80)]),
        ledger.phones.latest(),
        ledger.phones.last_tasks(),
        ledger.holds.of("A1"),
        ledger.phones.history("A1", NOON - DAY, NOON),
    ),
    "hosts": lambda ledger: (
        ledger.hosts.register("north", machine="m", version="1"),
        ledger.hosts_now.table(),
        ledger.hosts_now.are_several(),
        ledger.hosts_now.running(),
        ledger.hosts_now.waiting(),
        ledger.hosts_now.of_tasks([1, 2]),
    ),
    "retention": lambda ledger: (
        ledger.tasks.cancel(["k"], ""),
        list(ledger.retention.prune(NOON + DAY, NOON + DAY)),
    ),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_no_question_reads_a_whole_table(ledger: Ledger, name: str) -> None:
    lines = plans(ledger, QUESTIONS[name])
    assert lines
    scans = [line for line in lines if re.match(rf"SCAN ({GROWING})\b(?!.* USING (COVERING )?INDEX)", line)]
    assert scans == [] or name in BACKWARDS


@pytest.mark.parametrize("keys", [["k"], ["k", "l"]], ids=["one", "many"])
def test_a_claim_finds_its_tasks_by_their_keys(ledger: Ledger, keys: list[str]) -> None:
    """Not by their state: thousands wait."""
    lines = plans(ledger, lambda it: it.attempts.start_all(keys))
    searched = [line for line in lines if line.startswith("SEARCH tasks")]
    assert "USING INDEX sqlite_autoindex_tasks_1 (key=?)" in searched[0]
    assert not [line for line in searched if "state=?" in line]
