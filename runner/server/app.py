"""The daemon's HTTP application: metrics, health, and the Local API."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route, Router
from starlette.types import ASGIApp

from runner.server.local_api.app import PREFIX
from runner.server.local_api.guard import is_this_machine


@dataclass(frozen=True, slots=True)
class ServerState:
    """What the application answers from. `ailments` are reasons why the process does not live as it should,
    `obstacles` why it cannot carry tasks out, `remarks` what else a person should know; all are empty when all is
    well. Any thread may call them."""

    registry: CollectorRegistry
    ailments: Callable[[], Sequence[str]]
    obstacles: Callable[[], Sequence[str]]
    remarks: Callable[[], Sequence[str]] = tuple


def create_app(
    state: ServerState, local_api: ASGIApp | None = None, *, is_for_others: bool = False
) -> ASGIApp:
    """`is_for_others` says that other machines may call, by whatever name; else only this one, by its own."""

    def metrics() -> Response:
        """Figures for Prometheus."""
        return Response(generate_latest(state.registry), media_type=CONTENT_TYPE_LATEST)

    def healthz() -> Response:
        """200 while the process lives; 503, with reasons, when it should be started anew."""
        return _verdict(state.ailments(), state.remarks())

    def readyz() -> Response:
        """200 while tasks are carried out; 503, with reasons, when not."""
        return _verdict([*state.ailments(), *state.obstacles()], state.remarks())

    def at(path: str, answer: Callable[[], Response]) -> Route:
        # A plain function: it reads the ledger, so Starlette calls it in its threads.
        def endpoint(request: Request) -> Response:
            host = request.headers.get("host", "")
            if is_for_others or is_this_machine(host):
                return answer()
            return PlainTextResponse(f"this server is not called {host!r}; call it as 127.0.0.1\n", 403)

        return Route(path, endpoint)

    routes: list[BaseRoute] = [Mount(PREFIX, local_api)] if local_api else []
    routes += [at("/metrics", metrics), at("/healthz", healthz), at("/readyz", readyz)]
    return Router(routes)  # the Local API answers for its own failures, the rest have none to answer for


def _verdict(reasons: Sequence[str], remarks: Sequence[str]) -> JSONResponse:
    told = {"remarks": list(remarks)} if remarks else {}
    if reasons:
        return JSONResponse({"status": "unavailable", "reasons": list(reasons), **told}, status_code=503)
    return JSONResponse({"status": "ok", **told})
