"""What all pages have in common: how they are rendered, who looks at them, and how they change something."""

import asyncio
import hmac
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

from anyio import CapacityLimiter, to_thread
from starlette.datastructures import ImmutableMultiDict
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from runner import __version__
from runner.errors import RunnerError
from runner.reports.remedies import hint_of
from runner.server.dashboard.assets import Assets
from runner.server.dashboard.desk import Desk
from runner.server.dashboard.header import read_header
from runner.server.dashboard.rehearsals import Rehearsals
from runner.server.dashboard.sessions import Patience, Sessions, Visitor
from runner.server.dashboard.stream import Streams
from runner.server.dashboard.templating import Templates

PAGES_TOGETHER = 8
"""Threads that make pages at one time: further requests wait, and hold up nobody else."""

MAX_FORM_BYTES = 64 * 1024
FORM_TIMEOUT_S = 10.0

FORM_TYPE = "application/x-www-form-urlencoded"
CSRF_HEADER, CSRF_FIELD = "x-csrf-token", "csrf"

THEMES = ("auto", "light", "dark")
FLEET_ZONE = "fleet"

Form = ImmutableMultiDict[str, str]


@dataclass(frozen=True, slots=True)
class Frame:
    """What the application holds for all its pages: `request.app.state.frame`."""

    desk: Desk
    assets: Assets
    templates: Templates
    sessions: Sessions
    streams: Streams
    patience: Patience
    rehearsals: Rehearsals
    room: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(PAGES_TOGETHER))


def frame_of(request: Request) -> Frame:
    frame: Frame = request.app.state.frame
    return frame


# Who and where


def visitor_of(request: Request) -> Visitor:
    """Who looks. Raises HTTPException for a stranger; `protection.py` lets none come here but at the log-in."""
    visitor: Visitor | None = request.state.visitor
    if visitor is None:
        raise HTTPException(401, "log in first")
    return visitor


def actor(request: Request) -> str:
    """Who does something, as the ledger keeps it in `by`."""
    return visitor_of(request).name


def require_writer(request: Request) -> None:
    """Raises HTTPException for a visitor who may only look."""
    if not visitor_of(request).may_write:
        raise HTTPException(403, "you may look, but not change anything: log in with the other token")


def zone_of(request: Request) -> ZoneInfo:
    """The zone of the reader's choice; the fleet's if he has made none."""
    name = request.cookies.get("zone", FLEET_ZONE)
    if name != FLEET_ZONE:
        with suppress(KeyError, ValueError, OSError):
            return ZoneInfo(name)
    return frame_of(request).desk.zone


def theme_of(request: Request) -> str:
    theme = request.cookies.get("theme", "")
    return theme if theme in THEMES else THEMES[0]


# Pages


def page(path: str, answer: Callable[[Request], Response], name: str | None = None) -> Route:
    """A page or a fragment; `answer` runs in a thread, since it reads the ledger."""

    async def endpoint(request: Request) -> Response:
        return await to_thread.run_sync(answer, request, limiter=frame_of(request).room)

    return Route(path, endpoint, name=name)


def render(
    request: Request,
    template: str,
    context: Mapping[str, Any],
    block: str | None = None,
    status: int = 200,
) -> HTMLResponse:
    """A page, or only a block of it: the one that is named, or that htmx asks for with `?block=NAME`."""
    templates = frame_of(request).templates
    asked = request.query_params.get("block")
    if block is None and asked and "hx-request" in request.headers:
        if not templates.has_block(template, asked):
            raise HTTPException(404, f"the page has no block {asked}")
        block = asked
    everything = base_context(request) | dict(context)
    if block is None and request.state.visitor is not None:
        everything.setdefault("header", read_header(frame_of(request).desk))
    html = templates.render(template, everything, block)
    return HTMLResponse(html, status, {"Vary": "HX-Request, Cookie"})


def base_context(request: Request) -> dict[str, Any]:
    """What every template may use beside its own context; see docs/dashboard.md."""
    frame = frame_of(request)
    visitor: Visitor | None = request.state.visitor
    return {
        "request": request,
        "desk": frame.desk,
        "visitor": visitor,
        "may_write": visitor is not None and visitor.may_write,
        "csrf": visitor.csrf if visitor else None,
        "zone": zone_of(request),
        "fleet_zone": frame.desk.zone,
        "theme": theme_of(request),
        "now": frame.desk.clock.now(),
        "since": frame.desk.changes.id,
        "version": __version__,
        "wants_log_in": frame.sessions.wants_log_in,
    }


def see_other(url: str) -> RedirectResponse:
    """Where to look after a change; `url` is an address of the dashboard."""
    return RedirectResponse(url, 303)


def own_address(text: str | None) -> str:
    """An address of the dashboard from outside, `/` if it leads elsewhere."""
    if not text or not re.match(r"/[^/\\]|/$", text) or any(ord(one) < 33 or ord(one) > 126 for one in text):
        return "/"
    parts = urlsplit(text)
    return "/" if parts.scheme or parts.netloc else text


# Actions


class ActionRoute(Route):
    """A change of something. `is_for_viewers`: also visitors who may only look may make it."""

    is_for_viewers = False


def action(
    path: str,
    act: Callable[[Request, Form], Response],
    *,
    is_for_viewers: bool = False,
    tells: bool = True,
) -> ActionRoute:
    """A change that a person makes, by POST with a form. It needs a session, its CSRF token, this server's own origin
    and, unless it is for viewers, the right to write. `act` runs in a thread and writes down what was done:
    `desk.ledger.actions.note(actor(request), ActionKind.X, subject)`. Open pages are told afterwards.

    Where `act` redirects to, a plain form goes, and htmx loads that page; a RunnerError is told as 409.
    """

    async def endpoint(request: Request) -> Response:
        require_own_origin(request)
        form = await read_form(request)
        require_csrf(request, form)
        if not is_for_viewers:
            require_writer(request)
        frame = frame_of(request)

        def work() -> Response:
            try:
                return act(request, form)
            except RunnerError as error:
                hint = hint_of(error)
                raise HTTPException(409, f"{error.message}; {hint}" if hint else error.message) from error
            finally:
                if tells:
                    frame.desk.changes.tell()

        return _for_htmx(request, await to_thread.run_sync(work, limiter=frame.room))

    route = ActionRoute(path, endpoint, methods=["POST"])
    route.is_for_viewers = is_for_viewers
    return route


def require_own_origin(request: Request) -> None:
    """Raises HTTPException unless the request comes from a page of this server."""
    origin, host = request.headers.get("origin", ""), request.headers.get("host", "")
    scheme, _, place = origin.lower().partition("://")
    if scheme not in ("http", "https") or place != host.lower():
        raise HTTPException(403, f"a page of {origin or 'an unknown origin'} may change nothing here")
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise HTTPException(403, "a page of another site may change nothing here")


def require_csrf(request: Request, form: Form) -> None:
    """Raises HTTPException unless the request has the cookie of a session, and shows its token."""
    visitor = visitor_of(request)
    wanted = None if visitor.is_new else visitor.csrf
    shown = request.headers.get(CSRF_HEADER) or form.get(CSRF_FIELD, "")
    if wanted is None or not hmac.compare_digest(shown.encode(), wanted.encode()):
        raise HTTPException(403, "this page is too old; load it again, and repeat what you did")


async def read_form(request: Request) -> Form:
    """The fields of a form. Raises HTTPException if it is no form, too long, or takes too long."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = bytearray()
    try:
        async with asyncio.timeout(FORM_TIMEOUT_S):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MAX_FORM_BYTES:
                    raise HTTPException(413, f"the form is longer than {MAX_FORM_BYTES} bytes")
    except TimeoutError:
        raise HTTPException(408, "the form did not arrive in time") from None
    if body and kind != FORM_TYPE:
        raise HTTPException(415, f"send a form as {FORM_TYPE}")
    text = bytes(body).decode("ascii", "replace")
    try:
        return ImmutableMultiDict(parse_qsl(text, keep_blank_values=True, max_num_fields=1000))
    except ValueError:
        raise HTTPException(400, "the form has too many fields") from None


def _for_htmx(request: Request, response: Response) -> Response:
    """htmx would follow a redirect by itself, and put the whole page where a fragment belongs."""
    if "hx-request" not in request.headers or response.status_code != 303:
        return response
    answer = Response(status_code=204, headers={"HX-Redirect": response.headers["location"]})
    answer.raw_headers += [header for header in response.raw_headers if header[0] == b"set-cookie"]
    return answer


# Errors


def problem(request: Request, error: Exception) -> Response:
    """An error, as a page; for htmx and programs as a line of text."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    detail = error.detail if isinstance(error, HTTPException) else "the server failed; its log says more"
    if "hx-request" in request.headers or "text/html" not in request.headers.get("accept", ""):
        return PlainTextResponse(f"{detail}\n", status)
    context = {"status": status, "detail": detail, "path": request.url.path}
    return render(request, "problem.html.j2", context, status=status)
