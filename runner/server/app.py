"""The daemon's HTTP application: metrics, health, the Local API and the dashboard."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from anyio import CapacityLimiter, to_thread
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route, Router
from starlette.types import ASGIApp

from runner.server.local_api.app import PREFIX
from runner.server.local_api.guard import is_this_machine, shows
from runner.server.material import MaterialServer
from runner.server.shield import Shield

METRICS_TOGETHER = 2
"""Threads that read figures from the ledger at one time: further scrapes wait, and hold up nobody else."""

HEALTH_TOGETHER = 8


@dataclass(frozen=True, slots=True)
class ServerState:
    """The sources of the application's answers. `ailments` are reasons why the process does not live as it should,
    `obstacles` why it cannot carry tasks out, `remarks` what else a person should know; all are empty when all is
    well. Any thread may call them."""

    registry: CollectorRegistry
    ailments: Callable[[], Sequence[str]]
    obstacles: Callable[[], Sequence[str]]
    remarks: Callable[[], Sequence[str]] = tuple


def create_app(
    state: ServerState,
    local_api: ASGIApp | None = None,
    token: str | None = None,
    dashboard: ASGIApp | None = None,
    material: MaterialServer | None = None,
) -> ASGIApp:
    """The application. With a token other machines may call it, by any name, and only those that show the token get
    figures and the files of tasks; without one only this machine may call it, by its own name. Everybody gets
    health."""
    is_for_others = token is not None
    for_figures, for_health = CapacityLimiter(METRICS_TOGETHER), CapacityLimiter(HEALTH_TOGETHER)

    def metrics() -> Response:
        """Figures for Prometheus."""
        return Response(generate_latest(state.registry), media_type=CONTENT_TYPE_LATEST)

    def healthz() -> Response:
        """200 while the process lives; 503, with reasons, when it should be started anew."""
        return _verdict(state.ailments(), state.remarks())

    def readyz() -> Response:
        """200 while tasks are carried out; 503, with reasons, when not."""
        return _verdict([*state.ailments(), *state.obstacles()], state.remarks())

    def guarded(
        path: str, answer: Callable[[Request], Awaitable[Response]], token: str | None = token
    ) -> Route:
        async def endpoint(request: Request) -> Response:
            host = request.headers.get("host", "")
            if not is_for_others and not is_this_machine(host):
                return PlainTextResponse(f"this server is not called {host!r}; call it as 127.0.0.1\n", 403)
            if token is not None and not shows(request.headers.get("authorization", ""), token):
                headers = {"WWW-Authenticate": "Bearer"}
                words = "this server wants its token: send `Authorization: Bearer TOKEN`\n"
                return PlainTextResponse(words, 401, headers)
            return await answer(request)

        return Route(path, endpoint)

    def at(
        path: str, answer: Callable[[], Response], room: CapacityLimiter, token: str | None = token
    ) -> Route:
        # In threads, since it reads the ledger, and in threads of its own: calls of the Local API may take all others.
        async def in_thread(request: Request) -> Response:
            return await to_thread.run_sync(answer, limiter=room)

        return guarded(path, in_thread, token)

    routes: list[BaseRoute] = [Mount(PREFIX, local_api)] if local_api else []
    routes += [
        at("/metrics", metrics, for_figures),
        at("/healthz", healthz, for_health, token=None),
        at("/readyz", readyz, for_health, token=None),
    ]
    if material:
        routes.append(guarded("/material/{sha256}", material.answer))
    if dashboard:
        routes.append(Mount("/", dashboard))  # last, since it answers every other path
    return Shield(Router(routes))


def _verdict(reasons: Sequence[str], remarks: Sequence[str]) -> JSONResponse:
    told = {"remarks": list(remarks)} if remarks else {}
    if reasons:
        return JSONResponse({"status": "unavailable", "reasons": list(reasons), **told}, status_code=503)
    return JSONResponse({"status": "ok", **told})
