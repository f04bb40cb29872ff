"""Reports of runs, tasks, campaigns, occurrences, days and weeks: to look at, and to download in each form.

They are the files that `runner report` writes. What is in them comes from phones and servers, so a browser that shows
one from here gives it no origin, and nothing to run: the policy of the answer says so besides that of the file.
"""

from collections.abc import Awaitable, Callable
from datetime import date

from anyio import CapacityLimiter, to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from runner.errors import UsageError
from runner.queries.report_scope import (
    ReportScope,
    of_day,
    of_occurrences,
    of_week,
    read_day,
    read_week,
    scope_named,
)
from runner.queries.reports_page import reports_page
from runner.reports.html import policy
from runner.reports.remedies import hint_of
from runner.reports.report_file import Form, report_file
from runner.server.dashboard.desk import Desk
from runner.server.dashboard.pages.page import page, render
from runner.store.asked.tasks import is_id

TOGETHER, MOST_WAITING = 2, 8
"""How many reports are made at one time, since each may take tens of megabytes, and how many wait for that."""

FORMS = {form.suffix: form for form in Form}

Find = Callable[[Desk, str], ReportScope]


def routes(desk: Desk) -> list[BaseRoute]:
    room = CapacityLimiter(TOGETHER)

    def show(request: Request) -> Response:
        situation = desk.situation()
        context = {"there": reports_page(desk.ledger, situation), "fleet_zone": desk.zone}
        return render(request, "reports.html.j2", context)

    def file(find: Find) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            if room.statistics().tasks_waiting >= MOST_WAITING:
                raise HTTPException(503, "many reports are being made: ask again in a moment")
            return await to_thread.run_sync(_answer, desk, find, request, limiter=room)

        return endpoint

    files = [Route(f"/reports/{kind}/{{name}}.{{suffix}}", file(find)) for kind, find in FOUND_BY.items()]
    return [page("/reports", show), *files]


def _answer(desk: Desk, find: Find, request: Request) -> Response:
    form = FORMS.get(request.path_params["suffix"])
    if form is None:
        raise HTTPException(404, f"reports end with {', '.join(f'.{suffix}' for suffix in FORMS)}")
    try:
        scope = find(desk, request.path_params["name"])
        content = report_file(desk.ledger, scope, form, desk.artifacts, desk.situation())
    except UsageError as error:
        hint = hint_of(error)
        raise HTTPException(404, f"{error.message}; {hint}" if hint else error.message) from error
    is_shown = form is Form.HTML and "download" not in request.query_params
    kept = f'{"inline" if is_shown else "attachment"}; filename="{scope.name}.{form.suffix}"'
    headers = {
        "Content-Disposition": kept,
        "Content-Security-Policy": f"sandbox; {policy()}; frame-ancestors 'none'",
    }
    return Response(content, media_type=form.media_type, headers=headers)


def _day(desk: Desk, name: str) -> ReportScope:
    return of_day(read_day(name, _today(desk)), desk.zone)


def _week(desk: Desk, name: str) -> ReportScope:
    return of_week(read_week(name, _today(desk)), desk.zone)


def _occurrence(desk: Desk, name: str) -> ReportScope:
    row = desk.ledger.reports.occurrence_by_id(int(name)) if is_id(name) else None
    if row is None:
        raise HTTPException(404, f"the ledger has no occurrence {name}")
    return of_occurrences((row,))


def _named(kind: str) -> Find:
    return lambda desk, name: scope_named(desk.ledger, f"{kind}:{name}", None, desk.situation())


FOUND_BY: dict[str, Find] = {
    "runs": _named("run"),
    "tasks": _named("task"),
    "campaigns": _named("campaign"),
    "occurrences": _occurrence,
    "days": _day,
    "weeks": _week,
}


def _today(desk: Desk) -> date:
    return desk.clock.now().astimezone(desk.zone).date()
