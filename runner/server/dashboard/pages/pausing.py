"""Pausing and going on: everything, a campaign or a phone."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from runner.server.dashboard.desk import Desk
from runner.server.dashboard.pages.page import Form, action, actor, own_address, see_other
from runner.store.actions import ActionKind
from runner.store.request_rows import PauseScope


def routes(desk: Desk) -> list[BaseRoute]:
    def pause(request: Request, form: Form) -> Response:
        scope, subject = _asked(form)
        desk.ledger.pauses.begin(scope, subject, actor(request))
        desk.ledger.actions.note(actor(request), ActionKind.PAUSE, subject)
        desk.refresh()
        return see_other(own_address(form.get("to")))

    def resume(request: Request, form: Form) -> Response:
        scope, subject = _asked(form)
        if desk.ledger.pauses.end(scope, subject):
            desk.ledger.actions.note(actor(request), ActionKind.RESUME, subject)
        desk.refresh()
        return see_other(own_address(form.get("to")))

    return [action("/actions/pause", pause), action("/actions/resume", resume)]


def _asked(form: Form) -> tuple[PauseScope, str | None]:
    """What a form names by `scope` and `subject`; everything, if it names nothing. Raises HTTPException."""
    try:
        scope = PauseScope(form.get("scope", PauseScope.ALL))
    except ValueError:
        raise HTTPException(400, "scope is all, campaign or device") from None
    subject = form.get("subject") or None
    if (scope is PauseScope.ALL) != (subject is None):
        raise HTTPException(400, "a campaign or a device has a subject, everything has none")
    return scope, subject
