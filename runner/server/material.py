"""`GET /material/SHA256?task=KEY`: the files of tasks, for the hosts that carry them out.

No path comes from outside: the ledger names the file that a task has under a hash, and its content must still have it.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from runner.backends.material_cache import MaterialCache
from runner.media_file import FileHashes, MediaFile
from runner.store.material import Material

TOGETHER = 4
"""How many files are looked at or hashed at one time: that takes seconds for long ones, which were not read ahead."""

PIECE_BYTES = 256 * 1024

_RANGE = re.compile(r"bytes=(\d+)-", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


class _Found(NamedTuple):
    """A file that is open, or why there is none, with the status of HTTP that says so."""

    file: MediaFile | None
    status: int = 200
    why: str = ""


class MaterialServer:
    """Answers for `host`: with the file at the path that the task has, or with what the host's own cache keeps."""

    def __init__(
        self, material: Material, host: str, hashes: FileHashes, cache: MaterialCache | None = None
    ) -> None:
        self._material = material
        self._host = host
        self._hashes = hashes
        self._cache = cache
        self._room = CapacityLimiter(TOGETHER)

    async def answer(self, request: Request) -> Response:
        """The content, from the byte on that the request asks for."""
        sha256 = request.path_params["sha256"]
        task = request.query_params.get("task", "")
        found = await to_thread.run_sync(self._find, sha256, task, limiter=self._room)
        if found.file is None:
            return PlainTextResponse(found.why, found.status)
        length = found.file.status.st_size
        asked = _RANGE.fullmatch(request.headers.get("range", ""))
        start = int(asked[1]) if asked else 0
        headers = {"Accept-Ranges": "bytes", "ETag": f'"{sha256}"', "Content-Length": str(length - start)}
        if asked and start >= length:
            found.file.close()
            return PlainTextResponse("", 416, {"Content-Range": f"bytes */{length}"})
        if asked:
            headers["Content-Range"] = f"bytes {start}-{length - 1}/{length}"
        return _Content(found.file, start, 206 if asked else 200, headers)

    def _find(self, sha256: str, key: str) -> _Found:
        planned = self._material.planned(key, sha256) if _SHA256.fullmatch(sha256) else None
        if planned is None:
            return _Found(None, 404, f"no task {key} with a file of this hash stands in the ledger")
        at_path = self._open(Path(planned.path), sha256)
        if at_path.file is not None or self._cache is None:
            return at_path
        with self._cache.using(sha256):  # once it is open, its content stays, whatever becomes of its name
            kept = self._cache.find(sha256, planned.path)
            return self._open(kept, sha256) if kept is not None else at_path

    def _open(self, path: Path, sha256: str) -> _Found:
        try:
            file = MediaFile(path)
        except (OSError, ValueError) as error:
            why = (isinstance(error, OSError) and error.strerror) or str(error)
            return _Found(None, 404, f"{path} is not to be read on {self._host}: {why}")
        try:
            if self._hashes.sha256(file) == sha256:
                return _Found(file)
            why = f"{path} on {self._host} is not what it was when the task was planned: it is not posted"
            status = 409
        except OSError as error:
            why, status = f"{path} cannot be read on {self._host}: {error.strerror}", 404
        file.close()
        return _Found(None, status, why)


class _Content(StreamingResponse):
    """The rest of a file, which is closed with the answer, however that ends."""

    def __init__(self, file: MediaFile, start: int, status: int, headers: dict[str, str]) -> None:
        super().__init__(_pieces(file, start), status, headers, "application/octet-stream")
        self._file = file

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._file.close()


def _pieces(file: MediaFile, at: int) -> Iterator[bytes]:
    while piece := file.read_at(at, PIECE_BYTES):
        yield piece
        at += len(piece)
