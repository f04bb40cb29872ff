"""Single files between this machine and a phone, by adb's sync protocol: no path reaches a shell."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from runner.errors import ConnectionLost, PhoneFull, TaskError
from runner.media_file import MediaFile
from runner.phone import shell
from runner.phone.translate import phone_error, translated
from runner.phone.transport import Transport

FULL_MB = 100
"""With less free space than this a phone that refuses a file is full; Android keeps some of it for itself."""

ANSWER_S = 4.0


def send(phone: Transport, serial: str, file: Path, remote: str, sha256: str | None = None) -> str:
    """Copy a file to a path of the phone; one that ends with a slash is a folder. Returns the file's path there.

    Raises TaskError if the file cannot be read, or has not the content of this hash, and PhoneError.
    """
    target = remote + file.name if remote.endswith("/") else remote
    with (
        _readable(serial, file),
        MediaFile(file) as content,
        accepted(phone, serial, f"copy {file.name} to {target}"),
    ):
        if sha256 is not None and sha256 != content.sha256:
            raise changed(serial, file)
        phone.for_copy(content.status.st_size).sync.push(content, target, mode=0o644, check=True)
        if sha256 is not None and sha256 != content.sha256_read:  # somebody wrote to it meanwhile
            raise changed(serial, file)
    return target


def changed(serial: str, file: Path) -> TaskError:
    """The failure of a task whose file has changed since the task was made."""
    return TaskError(
        f"{serial}: {file} is not what it was when the task was asked for: it is not posted",
        hint="ask for a new task, with the file as it is now",
    )


def fetch(phone: Transport, serial: str, remote: str, file: Path) -> None:
    """Copy a file of the phone to a path on this machine, in the place of one that is there, all of it or nothing.

    Raises TaskError if the phone has no such file or it cannot be written here, and PhoneError.
    """
    action = f"copy {remote} to {file}"
    with translated(serial, action):
        found = phone.sync.stat(remote)
    if not stat.S_ISREG(found.mode):
        what = "no file" if found.mode else "not there"
        raise TaskError(f"{serial}: could not {action}: on the phone it is {what}")
    try:
        with NamedTemporaryFile(dir=file.parent, prefix=f".{file.name}.", delete=False) as part:
            try:
                for piece in _pieces(phone.for_copy(found.size), serial, action, remote):
                    part.write(piece)
                part.flush()
                os.fsync(part.fileno())
                Path(part.name).replace(file)
            except BaseException:
                with suppress(OSError):
                    Path(part.name).unlink()
                raise
    except OSError as error:
        raise TaskError(
            f"{serial}: could not {action}: {error.strerror}",
            hint="name a folder that is there, with room in it",
        ) from error


def look(phone: Transport, serial: str, remote: str) -> tuple[int, int]:
    """The mode and the size of a file of the phone; both are 0 if it is not there. Raises PhoneError."""
    with translated(serial, f"look at {remote}"):
        found = phone.sync.stat(remote)
    return found.mode, found.size


def _pieces(phone: Transport, serial: str, action: str, remote: str) -> Iterator[bytes]:
    """The content of a file of the phone. Errors of the phone are translated, those of whoever takes it are not."""
    pieces = phone.sync.iter_content(remote)
    while True:
        with translated(serial, action):
            piece = next(pieces, None)
        if piece is None:
            return
        yield piece


@contextmanager
def accepted(phone: Transport, serial: str, action: str) -> Iterator[None]:
    """Copy a file to the phone. Raises PhoneFull or TaskError if the phone refuses it, and PhoneError."""
    try:
        with translated(serial, action):
            yield
    except ConnectionLost as error:
        # adbutils keeps to itself why a phone refuses a file.
        if str(error.__cause__) != "FAIL":
            raise
        with translated(serial, action):
            free_mb = shell.free_mb(phone.shell("df -k /data", timeout=ANSWER_S))
        if free_mb is not None and free_mb < FULL_MB:
            raise phone_error(PhoneFull, serial, action, f"no space is left ({free_mb} MB)") from error
        raise TaskError(
            f"{serial}: could not {action}: the phone refused the file",
            hint="name a folder of the phone in which adb may write, such as /sdcard/Download",
        ) from error


@contextmanager
def _readable(serial: str, file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise TaskError(
            f"{serial}: {file} could not be read to be copied to the phone: {error.strerror}",
            hint="put the file back where the config names it",
        ) from None
