"""Campaigns: each file, what it did and what it will do."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from runner.server.dashboard.desk import Desk
from runner.server.dashboard.pages.page import page, render


def routes(desk: Desk) -> list[BaseRoute]:
    return [page("/campaigns", _show), page("/campaigns/{name}", _show)]


def _show(request: Request) -> Response:
    return render(request, "campaigns.html.j2", {})
