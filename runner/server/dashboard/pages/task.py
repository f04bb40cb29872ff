"""Tasks: attempts, steps and screens of each."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from runner.server.dashboard.desk import Desk
from runner.server.dashboard.pages.page import page, render


def routes(desk: Desk) -> list[BaseRoute]:
    return [page("/tasks", _show), page("/tasks/{id}", _show)]


def _show(request: Request) -> Response:
    return render(request, "task.html.j2", {})
