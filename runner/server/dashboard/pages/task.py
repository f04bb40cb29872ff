"""One task: why it is as it is, its attempts step by step with their screens, and what a person can do about it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from runner.campaign.masking import masked_data
from runner.clock import utc
from runner.errors import UsageError
from runner.phone.screenshot import size_of
from runner.queries.find_task import find_task
from runner.queries.task_page import paired, read_attempt, read_task
from runner.reports.advice import sentence
from runner.reports.content import content_lines
from runner.reports.task_hints import hint_of_attempt, hint_of_task
from runner.server.dashboard.desk import Desk
from runner.server.dashboard.pages import task_list, task_screen
from runner.server.dashboard.pages.page import Form, action, actor, page, render, see_other
from runner.server.dashboard.task_acts import ActAnswer, resolve, retry, stop
from runner.store.asked.tasks import is_id
from runner.store.rows import TaskRow

AROUND = timedelta(minutes=30)
"""How much of the timeline is shown on each side of a task."""

USUAL_SCREEN = (300, 650)
"""The shape of a picture that nobody has looked at yet, so that the page keeps room for it."""

MOST_CONFIG = 200
LONGEST_VALUE = 2000


def routes(desk: Desk) -> list[BaseRoute]:
    def show(request: Request) -> Response:
        if not is_id(request.path_params["id"]):
            return find(request.path_params["id"])
        row = task_of(desk, request)
        return render(request, "task.html.j2", context_of(desk, request, row))

    def find(name: str) -> Response:
        """A task by its key, or by a part of it."""
        try:
            row = find_task(desk.ledger, name)
        except UsageError as error:
            raise HTTPException(404, error.message) from error
        return see_other(f"/tasks/{row.id}")

    def compare(request: Request) -> Response:
        row = task_of(desk, request)
        chosen = [_number(request.query_params.get(name, "")) for name in ("one", "other")]
        parts = [read_attempt(desk.ledger, row, number) for number in chosen]
        if parts[0] is None or parts[1] is None:
            raise HTTPException(404, f"task {row.id} has no such attempts")
        one, other = parts[0], parts[1]
        context = {
            "row": row,
            "one": one,
            "other": other,
            "pairs": list(paired(one.attempt, other.attempt)),
            "of_one": {picture.step.ordinal: picture for picture in one.pictures},
            "of_other": {picture.step.ordinal: picture for picture in other.pictures},
            "picture_size": _picture_size(desk, (one, other)),
        }
        return render(request, "task_compare.html.j2", context)

    def acting(act: Callable[[int, str], ActAnswer]) -> Callable[[Request, Form], Response]:
        def answer(request: Request, form: Form) -> Response:
            done = act(task_of(desk, request).id, actor(request))
            if not done.is_refused:
                return see_other(f"/tasks/{done.task_id}")
            if done.row is None:
                raise HTTPException(404, done.said)
            context = context_of(desk, request, done.row) | {"refused": done}
            if "hx-request" in request.headers:  # htmx shows nothing of an answer that is an error
                return render(request, "task.html.j2", context, block="state")
            return render(request, "task.html.j2", context, status=409)

        return answer

    return [
        *task_list.routes(desk),
        *task_screen.routes(desk),
        page("/tasks/{id}", show),
        page("/tasks/{id}/compare", compare),
        page("/tasks/{name:path}", lambda request: find(request.path_params["name"])),
        action("/actions/tasks/{id}/retry", acting(lambda task_id, by: retry(desk, task_id, by))),
        action("/actions/tasks/{id}/stop", acting(lambda task_id, by: stop(desk, task_id, by))),
        action(
            "/actions/tasks/{id}/happened",
            acting(lambda task_id, by: resolve(desk, task_id, by, happened=True)),
        ),
        action(
            "/actions/tasks/{id}/did-not",
            acting(lambda task_id, by: resolve(desk, task_id, by, happened=False)),
        ),
    ]


def task_of(desk: Desk, request: Request) -> TaskRow:
    """The task that an address names. Raises HTTPException."""
    task_id = request.path_params["id"]
    row = desk.ledger.tasks.get(int(task_id)) if is_id(task_id) else None
    if row is not None:
        return row
    deleted = desk.ledger.tasks.find_deleted(task_id) if is_id(task_id) else None
    raise HTTPException(404, f"task {task_id} was deleted" if deleted else f"there is no task {task_id}")


def context_of(desk: Desk, request: Request, row: TaskRow) -> dict[str, Any]:
    """What the page of a task shows."""
    wanted = {_number(text) for text in request.query_params.getlist("attempt")} - {0}
    situation = desk.situation()
    is_state = request.query_params.get("block") == "state" and "hx-request" in request.headers
    task = read_task(desk.ledger, row, situation, wanted, shows_steps=not is_state)
    return {
        "task": task,
        "row": row,
        "fragment": f"/tasks/{row.id}?{''.join(f'attempt={number}&' for number in sorted(wanted))}",
        "hint": hint_of_task(row),
        "hint_of_attempt": hint_of_attempt,
        "advice": [sentence(one, task.why.verdict, desk.options) for one in task.why.advice],
        "content": content_lines(row.task),
        "config": flat(masked_data(row.task.config)),
        "timeline": _timeline(row),
        "picture_size": _picture_size(desk, task.attempts),
        "refused": None,
        "running": next((one for one in desk.executor_state().running if one.key == row.task.key), None),
        "hold": situation.holds.get(row.task.device or ""),
    }


def flat(data: Any, name: str = "") -> list[tuple[str, str]]:
    """A config as names and values, one a line: `proxy.host`, `target_users`; a list has its items below each other."""
    if isinstance(data, Mapping) and data:
        named = ((f"{name}.{key}" if name else str(key), value) for key, value in data.items())
        return [line for key, value in named for line in flat(value, key)][:MOST_CONFIG]
    if isinstance(data, Sequence) and not isinstance(data, str):
        return [(name, "\n".join(map(_value, data))[:LONGEST_VALUE])]
    return [(name, _value(data)[:LONGEST_VALUE])]


def _value(value: Any) -> str:
    """A value as a campaign writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None or value == {} else str(value)


def _timeline(row: TaskRow) -> str:
    """The part of the timeline in which the task lies."""
    start = row.started_utc or row.task.due_utc
    until = max(row.finished_utc or start, start) + AROUND
    window = {
        "from": utc(start - AROUND),
        "until": utc(until),
        "by": "phone" if row.task.device else "account",
    }
    return f"/timeline?{urlencode(window, quote_via=quote)}"


def _picture_size(desk: Desk, attempts: Sequence[Any]) -> tuple[int, int]:
    """The size of the task's first picture that is there: all pictures of a phone have it, unless it is turned."""
    for part in attempts:
        for picture in part.pictures[:1]:
            content = desk.artifacts.read(picture.path)
            if content and (size := size_of(content)):
                return size
    return USUAL_SCREEN


def _number(text: str) -> int:
    return int(text) if is_id(text) else 0
