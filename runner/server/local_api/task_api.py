"""What the calls do, apart from HTTP: make, show, stop, retry and delete tasks in the ledger."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any

from runner.campaign.resolve import ResolvedCampaign
from runner.clock import Clock
from runner.errors import LedgerRefusal
from runner.queries.accounts import account_states, accounts_of
from runner.reports.remedies import hint_of
from runner.server.local_api.accounts import filtered, shown_account
from runner.server.local_api.envelope import ApiError, Code
from runner.server.local_api.intake import CAMPAIGN, take_in
from runner.server.local_api.license import License
from runner.server.local_api.requested_files import RequestedFiles
from runner.server.local_api.shapes import MAX_ID, NewTask
from runner.server.local_api.view import shown, states_of, stats
from runner.store.ledger import Ledger
from runner.store.request_rows import CommandKind
from runner.store.rows import Decision, OccurrenceState, TaskFilter, TaskRow
from runner.tasks import Task, TaskSource, TaskState

BY = "local api"
"""Who asked, as the ledger names it."""

MAX_WAITING = 50_000
"""The most tasks that may wait: it stops a program that has run wild."""

RETRIED_TOGETHER = frozenset({TaskState.FAILED, TaskState.MISSED})
"""The states that retry-all takes up: cancelled tasks were cancelled on purpose, a person settles uncertain ones."""


@dataclass(frozen=True, slots=True)
class TaskApi:
    """The calls; any thread may make them. `submit` hands pending tasks to the executor, `devices` counts the phones
    that can be reached now; `zone` is the fleet's, `files` are those that may be posted. `campaigns` gives those in
    force, which declare the accounts, and `online` says which of some phones can be reached now. Every method raises
    ApiError for what cannot be done."""

    ledger: Ledger
    clock: Clock
    zone: tzinfo
    submit: Callable[[Iterable[TaskRow | Task]], None]
    devices: Callable[[], int]
    license: License = field(default_factory=License)
    files: RequestedFiles = field(default_factory=RequestedFiles)
    campaigns: Callable[[], Sequence[ResolvedCampaign]] = tuple
    online: Callable[[Sequence[str]], Collection[str]] = lambda serials: ()

    def license_shown(self) -> dict[str, Any]:
        return self.license.shown(self.devices())

    def make(self, request: NewTask) -> dict[str, Any]:
        waiting, _ = self.ledger.tasks.page(TaskFilter(states={TaskState.PENDING}), 0, 1)
        if waiting > MAX_WAITING:
            raise ApiError(Code.INVALID, f"more than {MAX_WAITING} tasks wait already; let them end first")
        declared = list(accounts_of(self.campaigns())) if request.wants_accounts else []
        intake = take_in(request, self.clock.now(), self.zone, self.files, declared)
        version = self.ledger.campaigns.record(CAMPAIGN, intake.path, intake.text, None)
        # In the ledger before the executor has them: tasks of a process that dies here are taken up by
        # the next.
        self.ledger.occurrences.record(
            [Decision(intake.occurrence, OccurrenceState.STARTED, "", version, intake.tasks)]
        )
        rows = self.ledger.tasks.of(intake.occurrence)
        self.submit(rows)
        return {"task_ids": [row.id for row in rows], "created_count": len(rows)}

    def accounts(self, page: int, size: int, **wanted: Any) -> dict[str, Any]:
        """A page of the accounts that campaigns in force declare; `wanted` has the values that they must have, None for
        any."""
        states = list(account_states(self.ledger, self.campaigns(), self.clock.now(), self.zone))
        phones = dict.fromkeys(one.declared.device for one in states if one.declared.device)
        online = self.online(list(phones))
        found = list(filtered((shown_account(one, online) for one in states), wanted))
        first = (page - 1) * size
        return {
            "accounts": found[first : first + size],
            "total": len(found),
            "page": page,
            "page_size": size,
        }

    def page(
        self,
        status: int | None,
        serial: str | None,
        script: str | None,
        source: str | None,
        page: int,
        size: int,
    ) -> dict[str, Any]:
        wanted = TaskFilter(
            states=None if status is None else states_of(status),
            device=serial,
            script=script,
            sources=_sources(source),
        )
        total, rows = self.ledger.tasks.page(wanted, (page - 1) * size, size)
        return {"tasks": list(map(shown, rows)), "total": total, "page": page, "page_size": size}

    def task(self, task_id: int) -> TaskRow:
        row = self.ledger.tasks.get(task_id) if task_id <= MAX_ID else None
        if row is None:
            raise ApiError(Code.NOT_FOUND, f"there is no task {task_id}")
        return row

    def stats(self) -> dict[str, int]:
        return stats(self.ledger.tasks.counts())

    def stop(self, task_id: int) -> TaskRow:
        """Ask a task to stop: a running one does so at its next step boundary, a waiting one is cancelled."""
        row = self.task(task_id)
        if row.state.is_final:
            raise ApiError(Code.INVALID, f"task {task_id} is not running: it is {row.state}")
        self.ledger.commands.request(CommandKind.STOP_TASK, row.task.key, BY)
        return row

    def retry(self, task_id: int) -> TaskRow:
        row = self.task(task_id)
        try:
            retried = self.ledger.tasks.retry(row.task.key)
        except LedgerRefusal as error:
            raise ApiError(Code.INVALID, _told(error)) from error
        self.submit([retried])
        return retried

    def retry_all(self) -> tuple[list[int], int]:
        """The ids of the tasks that are tried again, and how many failed ones may not be."""
        retried: list[TaskRow] = []
        refused = 0
        for row in self._every(RETRIED_TOGETHER):
            try:
                retried.append(self.ledger.tasks.retry(row.task.key))
            except LedgerRefusal:
                refused += 1
        self.submit(retried)
        return [row.id for row in retried], refused + self._count({TaskState.UNCERTAIN})

    def stop_all(self, task_ids: Iterable[int]) -> set[int]:
        """Ask the tasks that are not over to stop; returns the ids that no task has."""
        unknown = set()
        for task_id in task_ids:
            row = self.ledger.tasks.get(task_id)
            if row is None:
                unknown.add(task_id)
            elif not row.state.is_final:
                self.ledger.commands.request(CommandKind.STOP_TASK, row.task.key, BY)
        return unknown

    def is_over(self, task_id: int) -> bool:
        """Whether a task has come to an end, or is gone."""
        row = self.ledger.tasks.get(task_id)
        return row is None or row.state.is_final

    def delete(self, task_id: int) -> bool:
        """Delete a task that is over; False if somebody else has deleted it."""
        row = self.ledger.tasks.get(task_id)
        if row is None:
            return False
        try:
            self.ledger.tasks.delete(row.task.key)
        except LedgerRefusal as error:
            if self.ledger.tasks.get(task_id) is None:
                return False
            raise ApiError(Code.INVALID, _told(error)) from error
        return True

    def _every(self, states: Collection[TaskState]) -> list[TaskRow]:
        wanted = TaskFilter(states=states)
        total, _ = self.ledger.tasks.page(wanted, 0, 1)
        return self.ledger.tasks.page(wanted, 0, total)[1] if total else []

    def _count(self, states: Collection[TaskState]) -> int:
        return sum(count for state, count in self.ledger.tasks.counts().items() if state in states)


def _sources(source: str | None) -> Collection[TaskSource] | None:
    """`api` are the tasks made through this API, `ui` all others."""
    if source is None:
        return None
    return {TaskSource.API} if source == "api" else {TaskSource.CAMPAIGN, TaskSource.MANUAL}


def _told(error: LedgerRefusal) -> str:
    hint = hint_of(error)
    return f"{error.message} ({hint})" if hint else error.message
