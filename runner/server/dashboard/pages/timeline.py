"""The timeline: past and future in one picture."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from runner.server.dashboard.desk import Desk
from runner.server.dashboard.pages.page import page, render


def routes(desk: Desk) -> list[BaseRoute]:
    return [page("/timeline", _show)]


def _show(request: Request) -> Response:
    return render(request, "timeline.html.j2", {})
