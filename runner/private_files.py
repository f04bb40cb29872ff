"""Folders and files that only their owner can read, whatever the umask: screens and ledgers tell about people."""

import os
import stat
from contextlib import suppress
from pathlib import Path

FOLDER, FILE = 0o700, 0o600


def make_folder(path: Path) -> None:
    """Make a folder, and the missing ones above it; those that are there stay as they are. Raises OSError."""
    if path.is_dir():
        return
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(FOLDER, exist_ok=True)
        folder.chmod(FOLDER)  # the umask may have left less
    path.mkdir(exist_ok=True)  # raises if a file is in the way


def make_file(path: Path) -> None:
    """Make an empty file, unless there is one. Raises OSError."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE))
    except FileExistsError:
        return
    path.chmod(FILE)  # the umask may have left less


def narrow(path: Path) -> None:
    """Make a file private that others may read, if it is this user's; does not open it."""
    with suppress(OSError):  # whoever uses the file tells what is wrong with it
        found = path.stat()
        if stat.S_ISREG(found.st_mode) and found.st_mode & 0o077 and found.st_uid == os.geteuid():
            path.chmod(FILE)


def open_file(path: Path, flags: int) -> int:
    """Open a file, with these flags of os.open beside O_CLOEXEC; returns its descriptor. Raises OSError."""
    descriptor = os.open(path, flags | os.O_CLOEXEC, FILE)
    narrow(path)
    return descriptor


def write_file(path: Path, content: bytes) -> None:
    """Write a file anew. Raises OSError."""
    with open(open_file(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), "wb") as file:
        file.write(content)
