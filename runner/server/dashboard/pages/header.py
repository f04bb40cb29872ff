"""The header's part that changes, for pages that are open."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from runner.server.dashboard.desk import Desk
from runner.server.dashboard.header import read_header
from runner.server.dashboard.pages.page import page, render


def routes(desk: Desk) -> list[BaseRoute]:
    def show(request: Request) -> Response:
        return render(request, "header.html.j2", {"header": read_header(desk)})

    return [page("/header", show)]
