"""The dashboard as one application: its pages, its stream, its files, and what stands before them."""

from collections.abc import Sequence
from types import ModuleType

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route

from runner.server.dashboard.assets import Assets
from runner.server.dashboard.changes import topic
from runner.server.dashboard.desk import Desk
from runner.server.dashboard.pages import (
    campaign_actions,
    campaigns,
    files,
    fleet,
    header,
    hosts,
    login,
    now,
    pausing,
    phones,
    preferences,
    reports,
    screens,
    task,
    timeline,
    why,
)
from runner.server.dashboard.pages.page import Frame, problem
from runner.server.dashboard.protection import Protection
from runner.server.dashboard.rehearsals import Rehearsals
from runner.server.dashboard.sessions import LIFE, MOST_ENDED, Patience, Sessions
from runner.server.dashboard.stream import Streams
from runner.server.dashboard.templating import Templates
from runner.store.actions import ActionKind

PAGES: Sequence[ModuleType] = (
    now,
    timeline,
    campaigns,
    campaign_actions,
    why,
    task,
    phones,
    hosts,
    fleet,
    reports,
    files,
    screens,
    pausing,
    header,
    login,
    preferences,
)


def create_dashboard(desk: Desk, token: str | None = None, viewer_token: str | None = None) -> Starlette:
    """The application. With a token everybody has to log in with it; `viewer_token` lets people look."""
    assets = Assets.load()
    log_outs = desk.ledger.actions.since(desk.clock.now() - LIFE, ActionKind.LOG_OUT, MOST_ENDED)
    ended = [row.subject for row in reversed(log_outs) if row.subject]
    sessions = Sessions(desk.ledger.id, token, viewer_token, desk.user, desk.clock, ended)
    streams = Streams(desk.changes)
    app = Starlette(
        routes=[*routes(desk), assets.route, Route("/stream", streams.answer)],
        middleware=[Middleware(Protection, sessions=sessions)],
        exception_handlers={HTTPException: problem, Exception: problem},
    )
    rehearsals = Rehearsals(desk.clock, lambda campaign: desk.changes.tell(topic("campaign", campaign)))
    app.state.frame = Frame(
        desk, assets, Templates(assets), sessions, streams, Patience(desk.clock), rehearsals
    )
    return app


def close_dashboard(app: Starlette) -> None:
    """End what it has begun: the streams of open pages, and rehearsals."""
    app.state.frame.streams.close()
    app.state.frame.rehearsals.close()


def routes(desk: Desk) -> list[BaseRoute]:
    """The routes of all pages."""
    return [route for page in PAGES for route in page.routes(desk)]
