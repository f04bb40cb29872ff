"""The list of tasks: chosen, leafed through, and several of them acted on together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from functools import partial
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from runner.campaign.quantities import Duration
from runner.clock import utc
from runner.reports.shown import visible
from runner.server.dashboard.desk import Desk
from runner.server.dashboard.pages.page import Form, action, actor, page, render, zone_of
from runner.server.dashboard.task_acts import retry, stop
from runner.store.asked.tasks import is_id
from runner.store.rows import TaskFilter, TaskRow
from runner.targets import account
from runner.tasks import TaskState

AT_A_TIME = 50
TOGETHER = 200
"""How many tasks are acted on with one request."""

AROUND = timedelta(minutes=30)
LONGEST_WINDOW = timedelta(days=28)

NAMES = ("campaign", "entry", "device", "account", "script", "host", "since", "text")
"""The fields by which people choose, as they stand in the address, beside `state`."""

LONGEST = 200
"""Where what people look for is cut."""

ACTS = {"retry": retry, "stop": stop}


@dataclass(frozen=True, slots=True)
class Choice:
    """What people look for, as typed; `problem` says which of it cannot be read."""

    state: TaskState | None
    fields: Mapping[str, str]
    since: datetime | None
    problem: str

    @property
    def filter(self) -> TaskFilter:
        of = self.fields.get
        username = of("account")
        return TaskFilter(
            states=None if self.state is None else (self.state,),
            campaign=of("campaign"),
            entry=of("entry"),
            device=of("device"),
            username=account(username) if username else None,
            script=of("script"),
            host=of("host"),
            since_utc=self.since,
        )

    @property
    def said(self) -> str:
        return self.fields.get("text", "")

    def address(self, state: TaskState | None, before: int | None = None) -> str:
        """The address of the list with another state, or further back."""
        asked = {
            **({"state": state.value} if state else {}),
            **self.fields,
            **({"before": str(before)} if before else {}),
        }
        return f"/tasks?{urlencode(asked)}" if asked else "/tasks"


def read_choice(query: Mapping[str, str], now: datetime, zone: tzinfo) -> Choice:
    """What an address asks for. A name that is not known, or empty, asks for nothing."""
    fields = {name: query[name].strip()[:LONGEST] for name in NAMES if query.get(name, "").strip()}
    wanted = query.get("state", "")
    state = TaskState(wanted) if wanted in list(TaskState) else None
    since, problem = None, ""
    if written := fields.get("since"):
        since = _instant(written, now, zone)
        if since is None:
            problem = f"{written!r} is no time: write a length such as 24h, or 2026-11-21 09:00"
    return Choice(state, fields, since, problem)


def routes(desk: Desk) -> list[BaseRoute]:
    def show(request: Request) -> Response:
        choice = read_choice(request.query_params, desk.clock.now(), zone_of(request))
        asked = request.query_params.get("before", "")
        before = int(asked) if is_id(asked) else None
        context: dict[str, Any] = {"choice": choice, "states": list(TaskState), "before": before}
        block = request.query_params.get("block") if "hx-request" in request.headers else None
        if block in (None, "rows"):
            context |= _rows(desk, choice, before)
        if block in (None, "chips"):
            context["counts"] = desk.ledger.task_pages.counts(choice.filter, choice.said)
        if block is None:
            context["names"] = _names(desk)
        return render(request, "tasks.html.j2", context)

    def act(request: Request, form: Form, name: str) -> Response:
        ids = [int(one) for one in dict.fromkeys(form.getlist("id")) if is_id(one)][:TOGETHER]
        answers = [ACTS[name](desk, task_id, actor(request)) for task_id in ids]
        refused = sum(one.is_refused for one in answers)
        context = {"act": name, "answers": answers, "refused": refused, "done": len(answers) - refused}
        block = "answer" if "hx-request" in request.headers else None
        return render(request, "tasks_answer.html.j2", context, block=block)

    return [
        page("/tasks", show),
        *(action(f"/actions/tasks/{name}", partial(act, name=name)) for name in ACTS),
    ]


def _rows(desk: Desk, choice: Choice, before: int | None) -> Mapping[str, Any]:
    found = desk.ledger.task_pages.page(choice.filter, choice.said, before, AT_A_TIME)
    may = {row.id: _may(row) for row in found.rows}
    hosts = desk.ledger.hosts_now.of_tasks([row.id for row in found.rows])
    return {"found": found, "may": may, "hosts": hosts, "timeline": _timeline(choice, found.rows)}


def _timeline(choice: Choice, rows: Sequence[TaskRow]) -> str | None:
    """The part of the timeline in which these tasks are due, as far as it shows at once; None without tasks."""
    if not rows:
        return None
    until = max(row.task.due_utc for row in rows) + AROUND
    since = max(min(row.task.due_utc for row in rows) - AROUND, until - LONGEST_WINDOW)
    asked = {"from": utc(since), "until": utc(until), "by": "phone"}
    asked |= {"state": choice.state.value} if choice.state else {}
    asked |= {"campaign": choice.fields["campaign"]} if "campaign" in choice.fields else {}
    return f"/timeline?{urlencode(asked)}"


def _names(desk: Desk) -> Mapping[str, Sequence[str]]:
    """What fields propose. A name that steers what shows it is left out: nobody would know it again."""
    columns = {"campaign": "campaign", "device": "device", "account": "username", "script": "script"}
    known = {field: desk.ledger.task_pages.names(column) for field, column in columns.items()}
    if (table := desk.ledger.hosts_now.table()) is not None:
        known["host"] = list(table.hosts)
    return {field: [name for name in names if visible(name) == name] for field, names in known.items()}


def _may(row: TaskRow) -> Sequence[str]:
    """What may be done with a task, as far as its state tells; the ledger has the last word."""
    if not row.state.is_final:
        return ("stop",)
    is_done = row.state in (TaskState.COMPLETED, TaskState.UNCERTAIN)
    return () if is_done else ("retry",)


def _instant(written: str, now: datetime, zone: tzinfo) -> datetime | None:
    """An instant, or how long ago: `24h`; on the reader's clocks if it names no zone. None if it is neither."""
    try:
        return now - Duration.parse(written).delta
    except (ValueError, OverflowError):
        pass
    try:
        instant = datetime.fromisoformat(written)
        return instant if instant.tzinfo else instant.replace(tzinfo=zone)
    except ValueError:
        return None
