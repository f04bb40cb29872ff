"""The files that a request names: opened once, when it comes, and recognised by their content when they are posted.

A caller may name any path. A file whose content is no video or image is never posted, and the answer is the same
whether there is such a file or not.
"""

import logging
import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from runner.backends.material import material_files
from runner.errors import TaskError, UsageError
from runner.media import Kind
from runner.media_file import FileHashes, MediaFile
from runner.planning.rotation import Order, turn
from runner.scripts.post import count
from runner.scripts.post import kind as posted_kind
from runner.server.local_api.envelope import ApiError, Code
from runner.tasks import SeenFile, Task

MAX_BYTES_TOGETHER = 32 * 1024**3
"""The most bytes of all files of one request: while they are read, no other request makes tasks."""

LOG = logging.getLogger(__name__)


class RequestedFiles:
    """The files that requests may post: those in the folders and below; from everywhere if no folder is given. Any
    thread may ask. Raises UsageError for a path that is no folder."""

    def __init__(self, folders: Sequence[Path] = ()) -> None:
        self._folders = tuple(map(_real_folder, folders))
        self.hashes = FileHashes()

    def seen(self, tasks: Iterable[Task]) -> list[Task]:
        """The tasks of one request, each with the files that it posts as they are now. Raises ApiError."""
        look = _Look(self)
        return [look.at(task) if task.script == "post" else task for task in tasks]

    def allows(self, file: MediaFile) -> bool:
        """Whether the file lies in an allowed folder, after all links are followed."""
        return not self._folders or any(_is_below(file.real_path, folder) for folder in self._folders)


class _Look:
    """Looks at the files of one request, at each path once."""

    def __init__(self, files: RequestedFiles) -> None:
        self._files = files
        self._seen: dict[tuple[str, Kind], SeenFile] = {}
        self._folders: dict[int, Sequence[Path]] = {}
        self._bytes = 0

    def at(self, task: Task) -> Task:
        kind = posted_kind(task.config)
        paths = turn(self._material(task, kind), count(task.config), task.ordinal)
        seen = tuple(self._file(str(path), kind) for path in paths)
        # Each request says by itself what is posted: what earlier ones posted does not count.
        return replace(task, options=replace(task.options, files=seen, order=Order.SAME))

    def _material(self, task: Task, kind: Kind) -> Sequence[Path]:
        config = task.config
        if id(config) not in self._folders:  # the tasks of a request have one config
            try:
                self._folders[id(config)] = material_files(config)
            except TaskError as error:
                raise _refused(str(config["material_path"]), kind, error.message) from error
        return self._folders[id(config)]

    def _file(self, path: str, kind: Kind) -> SeenFile:
        if (path, kind) not in self._seen:
            try:
                with MediaFile(path) as file:
                    self._seen[path, kind] = self._look(file, path, kind)
            except (OSError, ValueError) as error:
                reason = error.strerror if isinstance(error, OSError) else None
                raise _refused(path, kind, reason or str(error)) from None
        return self._seen[path, kind]

    def _look(self, file: MediaFile, path: str, kind: Kind) -> SeenFile:
        if not self._files.allows(file):
            raise _refused(path, kind, "it lies in none of the folders of --media")
        if file.format is None:
            raise _refused(path, kind, "its content is neither a video nor an image")
        if file.format.kind is not kind:
            raise ApiError(
                Code.INVALID,
                f"{path} is {file.format.kind.named}, and {kind.named} is asked for "
                "(`content_type: 0` posts a video, `content_type: 1` images)",
            )
        if self._files.hashes.remembered(file) is None:
            self._bytes += file.status.st_size
        if self._bytes > MAX_BYTES_TOGETHER:
            raise ApiError(Code.INVALID, "the files of one call are too long together; send several calls")
        return SeenFile(path, self._files.hashes.sha256(file), file.fingerprint)


def _refused(path: str, kind: Kind, why: str) -> ApiError:
    """The error for a file. Its message tells nothing about other files; the log, which is the owner's, says why."""
    LOG.warning("a file that a request names is refused: %s: %s", path, why)
    return ApiError(
        Code.INVALID,
        f"{path} is no {kind} that this server can post (a file of at most 4 GiB with the content of {kind.named}, "
        "which the daemon may read, in a folder that it posts from, named by its whole path on the server's machine)",
    )


def _real_folder(folder: Path) -> str:
    if not folder.is_dir():
        raise UsageError(
            f"--media {folder} is no folder", hint="name the folders that requests may post from"
        )
    return os.path.realpath(folder)


def _is_below(path: str, folder: str) -> bool:
    return path.startswith(folder.rstrip("/") + "/")
