"""Log-in with a name and a token, and log-out."""

from anyio import to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from runner.reports.shown import visible
from runner.server.dashboard.desk import Desk
from runner.server.dashboard.pages.page import (
    Form,
    action,
    frame_of,
    own_address,
    page,
    read_form,
    render,
    require_own_origin,
    see_other,
    visitor_of,
)
from runner.server.dashboard.protection import session_cookie
from runner.server.dashboard.sessions import LONGEST_NAME
from runner.store.actions import ActionKind


def routes(desk: Desk) -> list[BaseRoute]:
    return [
        page("/login", _show),
        Route("/login", _log_in, methods=["POST"]),
        action("/actions/log-out", _log_out, is_for_viewers=True, tells=False),
    ]


def _show(request: Request) -> Response:
    to = own_address(request.query_params.get("to"))
    if not frame_of(request).sessions.wants_log_in:
        return see_other(to)
    return render(request, "login.html.j2", {"to": to, "name": "", "problem": ""})


async def _log_in(request: Request) -> Response:
    require_own_origin(request)
    form = await read_form(request)
    return await to_thread.run_sync(_judge, request, form, limiter=frame_of(request).room)


def _judge(request: Request, form: Form) -> Response:
    frame = frame_of(request)
    name, to = " ".join(form.get("name", "").split()), own_address(form.get("to"))
    address = request.client.host if request.client else ""

    def again(problem: str, status: int, headers: dict[str, str] | None = None) -> Response:
        answer = render(request, "login.html.j2", {"to": to, "name": name, "problem": problem}, status=status)
        answer.headers.update(headers or {})
        return answer

    if not name or len(name) > LONGEST_NAME or visible(name) != name:
        return again(f"Say who you are, in at most {LONGEST_NAME} characters.", 400)
    if wait_s := frame.patience.wait_s(address):
        seconds = int(wait_s) + 1
        words = f"Too many wrong tokens came from your address. Wait {seconds} s."
        return again(words, 429, {"Retry-After": str(seconds)})
    visitor = frame.sessions.log_in(name, form.get("token", "").strip())
    if visitor is None or visitor.cookie is None:
        frame.patience.note_wrong(address)
        return again("This is not the token of this server.", 403)
    frame.patience.note_right(address)
    frame.desk.ledger.actions.note(name, ActionKind.LOG_IN, None, f"as {visitor.role}, from {address}")
    answer = see_other(to)
    is_https = request.url.scheme == "https"
    cookie = session_cookie(frame.sessions.cookie_name, visitor.cookie, is_https=is_https)
    answer.headers.append("set-cookie", cookie)
    return answer


def _log_out(request: Request, form: Form) -> Response:
    frame = frame_of(request)
    if not frame.sessions.wants_log_in:
        raise HTTPException(409, "without a token nobody logs in, and nobody out")
    visitor = visitor_of(request)
    frame.sessions.end(visitor)
    frame.desk.ledger.actions.note(visitor.name, ActionKind.LOG_OUT, visitor.session)
    answer = see_other("/login")
    cookie = session_cookie(frame.sessions.cookie_name, "", is_https=request.url.scheme == "https")
    answer.headers.append("set-cookie", cookie)
    return answer
