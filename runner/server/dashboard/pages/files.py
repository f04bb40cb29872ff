"""Screenshots and hierarchies that the ledger names."""

from pathlib import PurePosixPath

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from runner.server.dashboard.desk import Desk
from runner.server.dashboard.pages.page import page
from runner.store.artifacts import REMOVED

TYPES = {".jpg": "image/jpeg", ".xml": "text/plain; charset=utf-8"}
"""A hierarchy is text for browsers: as XML they would render what it holds."""

FOR_EVER = "private, max-age=31536000, immutable"


def routes(desk: Desk) -> list[BaseRoute]:
    def artifact(request: Request) -> Response:
        path = request.path_params["path"]
        kind = TYPES.get(PurePosixPath(path).suffix)
        content = desk.artifacts.read(path) if kind and is_inside(path) else None
        if content is None:
            why = desk.artifacts.absence(path) if kind and is_inside(path) else REMOVED
            raise HTTPException(404, f"there is no such screen here: {why}")
        return Response(content, headers={"Cache-Control": FOR_EVER, "Content-Type": str(kind)})

    return [page("/artifacts/{path:path}", artifact, name="artifact")]


def is_inside(path: str) -> bool:
    """Whether a path names something inside of the folder, by itself and not by ways around."""
    parts = path.split("/")
    return all(part not in ("", ".", "..") and "\\" not in part and "\0" not in part for part in parts)
