"""Hosts: who leads, which phones each holds, what runs and waits there, and what is wrong between them."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from runner.queries.hosts import hosts as read_hosts
from runner.reports.hosts_text import ALONE, NOBODY, phones_words
from runner.server.dashboard.desk import Desk
from runner.server.dashboard.pages.page import page, render

MOST_NAMED = 12
"""How many lanes and running tasks of a host are named; it counts the others."""


def routes(desk: Desk) -> list[BaseRoute]:
    def show(request: Request) -> Response:
        context = {
            "view": read_hosts(desk.ledger, desk.situation(), desk.campaigns()),
            "nobody": ALONE if desk.ledger.is_a_file else NOBODY,
            "phones_words": phones_words,
            "most": MOST_NAMED,
        }
        return render(request, "hosts.html.j2", context)

    return [page("/hosts", show, name="hosts")]
