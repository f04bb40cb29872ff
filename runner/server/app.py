"""The daemon's HTTP application: metrics, health, and the Local API."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route, Router
from starlette.types import ASGIApp

from runner.server.local_api.app import PREFIX


@dataclass(frozen=True, slots=True)
class ServerState:
    """What the application answers from. `ailments` are reasons why the process does not live as it should,
    `obstacles` why it cannot carry tasks out; both are empty when all is well. Any thread may call them."""

    registry: CollectorRegistry
    ailments: Callable[[], Sequence[str]]
    obstacles: Callable[[], Sequence[str]]


def create_app(state: ServerState, local_api: ASGIApp | None = None) -> ASGIApp:
    # Plain functions: they read the ledger, so Starlette calls them in its threads.
    def metrics(request: Request) -> Response:
        """Figures for Prometheus."""
        return Response(generate_latest(state.registry), media_type=CONTENT_TYPE_LATEST)

    def healthz(request: Request) -> JSONResponse:
        """200 while the process lives; 503, with reasons, when it should be started anew."""
        return _verdict(state.ailments())

    def readyz(request: Request) -> JSONResponse:
        """200 while tasks are carried out; 503, with reasons, when not."""
        return _verdict([*state.ailments(), *state.obstacles()])

    routes: list[BaseRoute] = [Mount(PREFIX, local_api)] if local_api else []
    routes += [Route("/metrics", metrics), Route("/healthz", healthz), Route("/readyz", readyz)]
    return Router(routes)  # the Local API answers for its own failures, the rest have none to answer for


def _verdict(reasons: Sequence[str]) -> JSONResponse:
    if reasons:
        return JSONResponse({"status": "unavailable", "reasons": list(reasons)}, status_code=503)
    return JSONResponse({"status": "ok"})
