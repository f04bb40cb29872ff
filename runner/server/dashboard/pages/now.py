"""Now: what runs, what waits for a person, and what comes next."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from runner.server.dashboard.desk import Desk
from runner.server.dashboard.pages.page import page, render


def routes(desk: Desk) -> list[BaseRoute]:
    return [page("/", _show)]


def _show(request: Request) -> Response:
    return render(request, "now.html.j2", {})
