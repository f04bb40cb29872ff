"""Phones: their health, and their screens."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from runner.server.dashboard.desk import Desk
from runner.server.dashboard.pages.page import page, render


def routes(desk: Desk) -> list[BaseRoute]:
    return [page("/phones", _show), page("/phones/{serial}", _show)]


def _show(request: Request) -> Response:
    return render(request, "phones.html.j2", {})
