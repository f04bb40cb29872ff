"""The files that pages load: styles, modules, and the packages that `packaging/web_packages.py` has fetched."""

import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from runner.errors import RunnerError

FOLDER = Path(__file__).parent / "static"

NEEDED = ("packages/htmx.min.js", "packages/uPlot.esm.js", "packages/uPlot.min.css")

FOR_EVER = "public, max-age=31536000, immutable"


def missing_packages(folder: Path = FOLDER) -> list[str]:
    """What was not fetched of that which pages load."""
    return [name for name in NEEDED if not (folder / name).is_file()]


@dataclass(frozen=True, slots=True)
class Assets:
    """The files by name, in memory. `version` is the hash of them all: it stands in the addresses that pages name, so
    browsers keep a file for ever, and load all of them anew after a change. Modules import each other by `./NAME.js`,
    and stay in the same version so."""

    files: Mapping[str, bytes]
    version: str

    @classmethod
    def load(cls, folder: Path = FOLDER) -> Self:
        paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".md")
        files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
        digest = hashlib.sha256()
        for name, content in files.items():
            digest.update(f"{name} {len(content)} ".encode() + content)
        return cls(files, digest.hexdigest()[:12])

    def url(self, name: str) -> str:
        """The address of a file, for templates."""
        if name not in self.files and name not in NEEDED:
            raise RunnerError(f"there is no static file {name}")
        return f"/static/{self.version}/{name}"

    @property
    def route(self) -> Route:
        async def answer(request: Request) -> Response:
            return self._answer(request.path_params["name"], request.headers.get("if-none-match"))

        return Route("/static/{name:path}", answer)

    def _answer(self, path: str, seen: str | None) -> Response:
        version, _, rest = path.partition("/")
        name = rest if version == self.version else path
        content = self.files.get(name)
        if content is None:
            return Response(f"there is no static file {path}\n", 404, media_type="text/plain")
        tag = f'"{self.version}"'
        headers = {"ETag": tag, "Cache-Control": FOR_EVER if name == rest else "no-cache"}
        if seen == tag:
            return Response(status_code=304, headers=headers)
        return Response(content, headers=headers, media_type=_type_of(name))


def _type_of(name: str) -> str:
    if name.endswith(".js"):
        return "text/javascript"  # whatever this machine's own table says
    return mimetypes.guess_type(name)[0] or "application/octet-stream"
