"""Stands before all pages: who may look, from where; and what browsers may do with the answer."""

from http.cookies import CookieError, SimpleCookie
from urllib.parse import quote

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from runner.server.dashboard.sessions import LIFE, Sessions, Visitor
from runner.server.local_api.guard import is_this_machine
from runner.server.shield import POLICY

PAGE_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)

HEADERS = {
    POLICY: PAGE_POLICY,
    # Without a referrer browsers call the origin of a form `null`, and nobody could tell it from a foreign one.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}

OPEN_TO_ALL = ("/login", "/static/")
"""What is served before somebody has logged in."""

LOOKING = ("GET", "HEAD")


class Protection:
    """Refuses strangers, and leaves the visitor in `request.state.visitor`, None before somebody has logged in.

    Actions check more: `pages/page.py`.
    """

    def __init__(self, app: ASGIApp, sessions: Sessions) -> None:
        self._app, self._sessions = app, sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        headers = Headers(scope=scope)
        visitor = self._sessions.visitor(_cookies(headers), headers.get("authorization", ""))
        scope.setdefault("state", {})["visitor"] = visitor

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._complete(MutableHeaders(raw=message["headers"]), visitor, scope)
            await send(message)

        refusal = self._refusal(scope, headers, visitor)
        await (refusal or self._app)(scope, receive, answer)

    def _refusal(self, scope: Scope, headers: Headers, visitor: Visitor | None) -> Response | None:
        host = headers.get("host", "")
        if not self._sessions.wants_log_in and not is_this_machine(host):
            return PlainTextResponse(f"this server is not called {host!r}; call it as 127.0.0.1\n", 403)
        path: str = scope["path"]
        if visitor is not None or path.startswith(OPEN_TO_ALL):
            return None
        is_page = "text/html" in headers.get("accept", "") and "hx-request" not in headers
        if scope["method"] in LOOKING and is_page:
            query = scope["query_string"].decode("latin-1")
            to = quote(f"{path}?{query}" if query else path, safe="")
            return RedirectResponse(f"/login?to={to}", 303)
        words = "log in at /login, or send `Authorization: Bearer TOKEN`\n"
        return PlainTextResponse(words, 401, {"WWW-Authenticate": "Bearer"})

    def _complete(self, headers: MutableHeaders, visitor: Visitor | None, scope: Scope) -> None:
        for name, value in HEADERS.items():
            headers.setdefault(name, value)
        is_page = headers.get("content-type", "").startswith("text/html")
        if visitor is not None and visitor.is_new and visitor.cookie and is_page:
            headers.append("set-cookie", self.cookie(visitor.cookie, scope))

    def cookie(self, value: str, scope: Scope) -> str:
        return session_cookie(self._sessions.cookie_name, value, is_https=scope["scheme"] == "https")


def session_cookie(name: str, value: str, *, is_https: bool) -> str:
    """The header that gives a browser its session; an empty value takes it away."""
    seconds = int(LIFE.total_seconds()) if value else 0
    return f"{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict" + "; Secure" * is_https


def _cookies(headers: Headers) -> dict[str, str]:
    try:
        return {name: one.value for name, one in SimpleCookie(headers.get("cookie", "")).items()}
    except CookieError:
        return {}
