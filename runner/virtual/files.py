"""A phone's files, forgotten with its process. Every phone of a process shares the bytes of equal files."""

import errno
import hashlib
import io
import os
import posixpath
import stat
import uuid
import weakref
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from tempfile import TemporaryFile
from typing import IO

SHARED_STORAGE = "/storage/emulated/0"
_LINKS = {
    "/bin": "/system/bin",
    "/etc": "/system/etc",
    "/mnt/sdcard": "/storage/self/primary",
    "/sdcard": "/storage/self/primary",
    "/storage/self/primary": SHARED_STORAGE,
}
"""The links of the system, and where they lead. The shell's user makes none."""
_LINKED_S = 1_230_768_000
"""When they were made: their images say the beginning of 2009."""
_OWN = (SHARED_STORAGE, "/data/local/tmp", "/data/user_de/0/com.android.shell")
"""Where the shell's user may do everything: all that comes over adb does it as that user."""

_ON_WRITABLE_DISKS = ("/data", "/dev", "/mnt", "/proc", "/storage", "/sys")
"""There it lacks the right; the rest of the phone is read-only for everybody."""

_NOT_LISTED = ("/data", "/data/app", "/data/local", "/data/user_de", "/data/user_de/0", "/storage/emulated")
_CLOSED = ("/data/data", "/data/media", "/data/misc", "/data/system", "/data/user", "/data/vendor")
"""Nothing in these is seen."""

_BOOT_ID = "/proc/sys/kernel/random/boot_id"
"""Another one for each start of each phone, as Linux has it."""
_FOLDERS = (
    "/apex",
    "/dev",
    "/mnt",
    "/product",
    "/sys",
    "/storage/self",
    "/system/bin",
    "/system/etc",
    "/system_ext",
    "/vendor",
    "/data/app",
    "/data/local/tmp",
    "/data/user_de/0/com.android.shell/files/bugreports",
    *_CLOSED,
    *(f"{SHARED_STORAGE}/{name}" for name in ("Android", "DCIM", "Download", "Movies", "Pictures")),
)

PIECE_BYTES = 64 * 1024

MAX_IN_MEMORY = 1024 * 1024
"""Of one body; what is longer may be as long as a video."""

MAX_GROWN = 1024 * 1024 * 1024
"""Of a file that commands on the phone write: what never ends must not fill this machine."""


class Body:
    """The bytes of a file, once they are all there. Equal contents are one object: see `Writing`."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file = file
        self.size = size
        weakref.finalize(self, file.close)

    @property
    def data(self) -> bytes:
        """All of it at once."""
        return b"".join(self.pieces())

    def pieces(self) -> Iterator[bytes]:
        """All of it, in pieces of at most PIECE_BYTES."""
        for start in range(0, self.size, PIECE_BYTES):
            self._file.seek(start)
            yield self._file.read(PIECE_BYTES)

    def digest(self, name: str) -> str:
        """Its hash, in hexadecimal, by the name that hashlib has for it."""
        digest = hashlib.new(name, usedforsecurity=False)
        for piece in self.pieces():
            digest.update(piece)
        return digest.hexdigest()

    @cached_property
    def md5(self) -> str:
        return self.digest("md5")


_bodies: "weakref.WeakValueDictionary[bytes, Body]" = weakref.WeakValueDictionary()


class Writing:
    """A body that comes piece by piece, and is asked for once. What is long lies in a file of this machine that has no
    name."""

    def __init__(self) -> None:
        self._file: IO[bytes] = io.BytesIO()
        self._key = hashlib.blake2b(digest_size=16)
        self._size = 0

    @property
    def size(self) -> int:
        return self._size

    def add(self, piece: bytes) -> None:
        if self._size <= MAX_IN_MEMORY < self._size + len(piece):
            in_memory, self._file = self._file, TemporaryFile()  # noqa: SIM115 - the body keeps it
            in_memory.seek(0)
            self._file.write(in_memory.read())
        self._file.write(piece)
        self._key.update(piece)
        self._size += len(piece)

    def body(self) -> Body:
        """The one body in this process with these bytes."""
        key = self._key.digest()
        body = _bodies.get(key)
        if body is None:
            body = _bodies[key] = Body(self._file, self._size)
        else:
            self._file.close()
        return body


def share(data: bytes) -> Body:
    """The one body in this process with these bytes."""
    writing = Writing()
    writing.add(data)
    return writing.body()


@dataclass(slots=True)
class Entry:
    """A file or, without a body, a folder. `mode` holds type and permissions, `modified_s` is Unix time."""

    mode: int
    modified_s: int
    body: Body | None = None

    @property
    def is_folder(self) -> bool:
        return self.body is None

    @property
    def is_link(self) -> bool:
        return stat.S_ISLNK(self.mode)

    @property
    def size(self) -> int:
        return self.body.size if self.body else 4096


def resolve(path: str) -> str:
    """The absolute path with `.`, `..` and links (/sdcard) resolved."""
    path = posixpath.normpath("/" + path.lstrip("/"))
    for link, target in _LINKS.items():
        if path == link or path.startswith(link + "/"):
            return resolve(target + path[len(link) :])
    return path


def link_at(path: str) -> str | None:
    """Where the link at this path leads; None if there is none. With a slash at its end a path means what is behind."""
    return None if path.endswith("/") else _LINKS.get(posixpath.normpath("/" + path.lstrip("/")))


class Files:
    """A tree of files. Methods raise the OSError that a phone's own system call would end with."""

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._entries: dict[str, Entry] = {"/": Entry(stat.S_IFDIR | 0o755, int(now_s()))}
        self.live: dict[str, Callable[[], bytes]] = {}
        """What stands in a file at the moment that it is read; see `place_live`."""
        for folder in _FOLDERS:
            self._make_folders(folder)
        self._growing: dict[str, Writing] = {}
        """Files that are being written to the end of, until somebody looks at them."""
        self.boot()

    def boot(self) -> None:
        """The phone starts: its system says which start this is."""
        self.place(_BOOT_ID, share(f"{uuid.uuid4()}\n".encode()))

    def find(self, path: str) -> Entry | None:
        """What is at `path`; None if there is nothing, or nothing that may be seen."""
        if self._growing:
            self._settle()
        place = resolve(path)
        if place in self.live:
            return Entry(stat.S_IFREG | 0o444, int(self._now_s()), share(self.live[place]()))
        return None if _is_closed(place) else self._entries.get(place)

    def look(self, path: str) -> Entry | None:
        """Like `find`, but a link at the end of the path is not followed: its body is where it leads."""
        if (target := link_at(path)) is not None:
            return Entry(stat.S_IFLNK | 0o644, _LINKED_S, share(target.encode()))
        return self.find(path)

    def entry(self, path: str) -> Entry:
        """Like `find`; raises FileNotFoundError or PermissionError."""
        found = self.find(path)
        if found is None:
            if _is_closed(resolve(path)):
                raise _error(PermissionError, errno.EACCES, path)
            raise _error(FileNotFoundError, errno.ENOENT, path)
        return found

    def read(self, path: str) -> bytes:
        return self.body(path).data

    def body(self, path: str) -> Body:
        body = self.entry(path).body
        if body is None:
            raise _error(IsADirectoryError, errno.EISDIR, path)
        return body

    def names(self, path: str) -> list[str]:
        """The names in a folder, sorted."""
        if not self.entry(path).is_folder:
            raise _error(NotADirectoryError, errno.ENOTDIR, path)
        if resolve(path) in (*_NOT_LISTED, *_CLOSED):
            raise _error(PermissionError, errno.EACCES, path)
        above = resolve(path).rstrip("/") + "/"
        below = {name[len(above) :] for name in (*self._entries, *_LINKS) if name.startswith(above)}
        return sorted(name for name in below if name and "/" not in name)

    def write(
        self, path: str, data: bytes | Body, *, mode: int = 0o644, modified_s: int | None = None
    ) -> None:
        """Create or replace a file; its folder must exist."""
        place = self._writable(path)
        if place in self._entries and self._entries[place].is_folder:
            raise _error(IsADirectoryError, errno.EISDIR, path)
        self._folder_of(place, path)
        modified_s = int(self._now_s()) if modified_s is None else modified_s
        body = share(data) if isinstance(data, bytes) else data
        self._growing.pop(place, None)
        self._entries[place] = Entry(stat.S_IFREG | stat.S_IMODE(mode), modified_s, body)

    def check_writable(self, path: str) -> None:
        """Raise the OSError of a file that may not be written."""
        self._writable(path)

    def append(self, path: str, data: bytes) -> None:
        """Write to the end of a file, unless it is gone. Many short pieces cost no more than their bytes."""
        place = resolve(path)
        writing = self._growing.get(place)
        if writing is None:
            entry = self._entries.get(place)
            if entry is None or entry.body is None:
                return
            writing = self._growing[place] = Writing()
            for piece in entry.body.pieces():
                writing.add(piece)
        if writing.size + len(data) > MAX_GROWN:
            raise _error(OSError, errno.ENOSPC, path)
        writing.add(data)

    def place(self, path: str, body: Body) -> None:
        """Put a file where the system wants it, rights or not; missing folders are made."""
        folder = posixpath.dirname(path)
        if folder not in self._entries:
            self._make_folders(folder)
        self._entries[path] = Entry(stat.S_IFREG | 0o644, int(self._now_s()), body)

    def place_live(self, path: str, read: Callable[[], bytes]) -> None:
        """Put a file of the system's there that says something else each time."""
        self.place(path, share(b""))
        self.live[path] = read

    def displace(self, folder: str) -> None:
        """Take away a folder of the system's with what is in it, rights or not."""
        for name in [name for name in self._entries if name == folder or name.startswith(folder + "/")]:
            del self._entries[name]

    def make_folder(self, path: str, *, parents: bool = False) -> None:
        found = self.find(path)
        if found is not None and (found.is_folder and parents):
            return
        if found is not None:
            raise _error(FileExistsError, errno.EEXIST, path)
        place = self._writable(path)
        if parents:
            self._make_folders(place)
            return
        self._folder_of(place, path)
        self._entries[place] = Entry(stat.S_IFDIR | 0o771, int(self._now_s()))

    def remove(self, path: str) -> None:
        """Remove a file, or a folder with everything in it."""
        place = self._writable(path)
        self.entry(path)
        if place in _OWN:
            raise _error(PermissionError, errno.EACCES, path)
        self.displace(place)

    def move(self, source: str, target: str) -> None:
        """Rename a file or folder; into `target` if that is a folder."""
        old, new = self._writable(source), self._destination(source, target)
        self.entry(source)
        self._folder_of(new, target)
        for name in [name for name in self._entries if name == old or name.startswith(old + "/")]:
            self._entries[new + name[len(old) :]] = self._entries.pop(name)

    def copy(self, source: str, target: str) -> None:
        self.write(self._destination(source, target), self.body(source), mode=self.entry(source).mode)

    def touch(self, path: str, modified_s: int | None = None) -> None:
        if self.find(path) is None:
            self.write(path, b"", modified_s=modified_s)
        else:
            self.entry(path).modified_s = int(self._now_s()) if modified_s is None else modified_s

    @property
    def used_bytes(self) -> int:
        self._settle()
        return sum(entry.size for entry in self._entries.values() if not entry.is_folder)

    def _settle(self) -> None:
        growing, self._growing = self._growing, {}
        for place, writing in growing.items():
            if (entry := self._entries.get(place)) is not None:
                entry.body, entry.modified_s = writing.body(), int(self._now_s())

    def _destination(self, source: str, target: str) -> str:
        entry = self.find(target)
        if entry is not None and entry.is_folder:
            target = posixpath.join(target, posixpath.basename(resolve(source)))
        return self._writable(target)

    def _writable(self, path: str) -> str:
        place = resolve(path)
        if _is_in(place, _OWN):
            return place
        if _is_in(place, _ON_WRITABLE_DISKS):
            raise _error(PermissionError, errno.EACCES, path)
        raise _error(OSError, errno.EROFS, path)

    def _folder_of(self, place: str, path: str) -> None:
        folder = self._entries.get(posixpath.dirname(place))
        if folder is None:
            raise _error(FileNotFoundError, errno.ENOENT, path)
        if not folder.is_folder:
            raise _error(NotADirectoryError, errno.ENOTDIR, path)

    def _make_folders(self, place: str) -> None:
        for above in (*reversed(_parents(place)), place):
            entry = self._entries.get(above)
            if entry is None:
                self._entries[above] = Entry(stat.S_IFDIR | 0o771, int(self._now_s()))
            elif not entry.is_folder:
                raise _error(NotADirectoryError, errno.ENOTDIR, place)


def _is_in(place: str, folders: Iterable[str]) -> bool:
    return any(place == folder or place.startswith(folder + "/") for folder in folders)


def _is_closed(place: str) -> bool:
    return any(place.startswith(folder + "/") for folder in _CLOSED)


def _parents(place: str) -> list[str]:
    parents = []
    while (place := posixpath.dirname(place)) != "/":
        parents.append(place)
    return parents


def _error(kind: type[OSError], code: int, path: str) -> OSError:
    return kind(code, os.strerror(code), path)
