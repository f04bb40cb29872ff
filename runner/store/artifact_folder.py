"""Artifacts in a folder of this machine."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from runner.errors import LedgerError
from runner.private_files import make_folder, write_file


class ArtifactFolder:
    """Every method may raise LedgerError."""

    problem: str | None = None

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save(self, name: str, content: bytes) -> None:
        path = self._folder / name
        try:
            make_folder(path.parent)
            write_file(path, content)
        except OSError as error:
            raise LedgerError(
                f"cannot write {path}: {error.strerror}",
                hint="make room on the disk, or make the folder writable for this user",
            ) from error

    def read(self, name: str) -> bytes | None:
        try:
            return (self._folder / name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise LedgerError(f"cannot read {self._folder / name}: {error.strerror}") from error

    def size(self, name: str) -> int | None:
        try:
            return (self._folder / name).stat().st_size
        except FileNotFoundError:
            return None
        except OSError as error:
            raise LedgerError(f"cannot read {self._folder / name}: {error.strerror}") from error

    def remove(self, names: Iterable[str]) -> None:
        for path in (self._folder / name for name in names):
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise LedgerError(f"cannot remove {path}: {error.strerror}") from error
            with suppress(OSError):  # it holds others, or it is gone
                path.parent.rmdir()

    def where(self, name: str) -> str:
        return str(self._folder / name)

    def local(self, name: str) -> Path | None:
        path = self._folder / name
        return path if path.is_file() else None

    def start(self) -> None:
        pass

    def close(self) -> None:
        pass

    def task_folders(self) -> Iterator[list[str]]:
        """The names of the files of each task, one folder after the other."""
        for folder in sorted(self._folder.glob("??/*")):
            with suppress(OSError):  # somebody removes it meanwhile
                yield [path.relative_to(self._folder).as_posix() for path in folder.iterdir()]
