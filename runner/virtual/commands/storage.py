"""ls, rm, mkdir, touch, mv, cp, stat, df and checksums."""

import posixpath
import stat
from collections.abc import Callable
from datetime import UTC, datetime

from runner.virtual.commands.call import Call
from runner.virtual.files import Entry, resolve

CAPACITY_KB = 64_000_000
_MISSING = "No such file or directory"


def _ls(call: Call) -> int:
    flags, paths = call.take_flags("l1adtrhLR")
    status = 0
    for path in paths or ["."]:
        place = call.path(path)
        entry = call.phone.files.find(place)
        if entry is None:
            status = call.fail(f"ls: {path}: {_MISSING}")
            continue
        if len(paths) > 1 and entry.is_folder and "d" not in flags:
            call.print(f"{path}:")
        _list(call, path, entry, flags)
    return status


def _list(call: Call, path: str, entry: Entry, flags: set[str]) -> None:
    place = call.path(path)
    rows = [(path, entry)]
    if entry.is_folder and "d" not in flags:
        names = [name for name in call.phone.files.names(place) if "a" in flags or not name.startswith(".")]
        rows = [(name, call.phone.files.entry(posixpath.join(place, name))) for name in names]
        if "t" in flags:
            rows.sort(key=lambda row: -row[1].modified_s)
        if "l" in flags:
            call.print(f"total {sum(-(-child.size // 1024) for _, child in rows)}")
    for name, child in reversed(rows) if "r" in flags else rows:
        call.print(_long(name, child) if "l" in flags else name)


def _long(name: str, entry: Entry) -> str:
    modified = datetime.fromtimestamp(entry.modified_s, UTC)
    return f"{stat.filemode(entry.mode)} 1 shell shell {entry.size:>8} {modified:%Y-%m-%d %H:%M} {name}"


def _rm(call: Call) -> int:
    flags, paths = call.take_flags("rRf")
    status = 0
    for path in paths:
        entry = call.phone.files.find(call.path(path))
        if entry is None:
            status = status if "f" in flags else call.fail(f"rm: {path}: {_MISSING}")
        elif entry.is_folder and not flags & {"r", "R"}:
            status = call.fail(f"rm: {path}: is a directory")
        else:
            call.phone.files.remove(call.path(path))
    return status


def _rmdir(call: Call) -> int:
    """Remove empty folders."""
    status = 0
    for path in call.arguments:
        place = call.path(path)
        entry = call.phone.files.find(place)
        if entry is None:
            status = call.fail(f"rmdir: {path}: {_MISSING}")
        elif not entry.is_folder:
            status = call.fail(f"rmdir: {path}: Not a directory")
        elif call.phone.files.names(place):
            status = call.fail(f"rmdir: {path}: Directory not empty")
        else:
            call.phone.files.remove(place)
    return status


def _mkdir(call: Call) -> int:
    flags, paths = call.take_flags("p")
    for path in paths:
        call.phone.files.make_folder(call.path(path), parents="p" in flags)
    return 0


def _touch(call: Call) -> int:
    """`-d @SECONDS` or `-d YYYY-MM-DDThh:mm:ss` (UTC) sets the time of change."""
    words = list(call.arguments)
    modified_s = None
    if "-d" in words:
        place = words.index("-d")
        try:
            modified_s = _timestamp(words[place + 1])
        except (IndexError, ValueError):
            return call.fail("touch: bad date after -d")
        del words[place : place + 2]
    for path in words:
        if not path.startswith("-"):
            call.phone.files.touch(call.path(path), modified_s)
    return 0


def _timestamp(text: str) -> int:
    if text.startswith("@"):
        return int(text[1:])
    return int(datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=UTC).timestamp())


def _move_or_copy(call: Call) -> int:
    _, paths = call.take_flags("frpn")
    if len(paths) < 2:
        return call.fail(f"{call.name}: Need 2 arguments")
    *sources, target = (call.path(path) for path in paths)
    for source in sources:
        (call.phone.files.move if call.name == "mv" else call.phone.files.copy)(source, target)
    return 0


def _chmod(call: Call) -> int:
    _, words = call.take_flags("Rrwx")
    for path in words[1:]:
        entry = call.phone.files.entry(call.path(path))
        if words[0].isdigit():
            entry.mode = stat.S_IFMT(entry.mode) | int(words[0], 8)
    return 0


def _stat(call: Call) -> int:
    words = list(call.arguments)
    pattern = None
    if words[:1] == ["-c"]:
        pattern, words = words[1], words[2:]
    for path in words:
        entry = call.phone.files.entry(call.path(path))
        call.print(_filled(pattern, path, entry) if pattern is not None else _described(path, entry))
    return 0


def _filled(pattern: str, path: str, entry: Entry) -> str:
    modified = datetime.fromtimestamp(entry.modified_s, UTC)
    values = {
        "%n": path,
        "%s": str(entry.size),
        "%Y": str(entry.modified_s),
        "%y": f"{modified:%Y-%m-%d %H:%M:%S}.000000000 +0000",
        "%a": f"{stat.S_IMODE(entry.mode):o}",
        "%A": stat.filemode(entry.mode),
        "%F": "directory" if entry.is_folder else "regular file",
    }
    for sign, value in values.items():
        pattern = pattern.replace(sign, value)
    return pattern


def _described(path: str, entry: Entry) -> str:
    return _filled("  File: %n\n  Size: %s\t %F\nAccess: (0%a/%A)\nModify: %y", path, entry)


def _df(call: Call) -> int:
    free_kb = call.phone.condition.free_kb
    if free_kb is None:
        free_kb = CAPACITY_KB - call.phone.files.used_bytes // 1024
    used_kb = CAPACITY_KB - free_kb
    call.print("Filesystem       1K-blocks     Used Available Use% Mounted on")
    percent = -(-100 * used_kb // CAPACITY_KB)
    return call.print(
        f"/dev/fuse        {CAPACITY_KB:>9} {used_kb:>8} {free_kb:>9} {percent:>3}% /storage/emulated"
    )


def _checksum(call: Call) -> int:
    status = 0
    for path in call.arguments:
        entry = call.phone.files.find(call.path(path))
        if entry is None or entry.body is None:
            status = call.fail(f"{call.name}: {path}: {_MISSING if entry is None else 'Is a directory'}")
        elif call.name == "md5sum":
            call.print(f"{entry.body.md5}  {path}")
        else:
            call.print(f"{entry.body.digest(call.name.removesuffix('sum'))}  {path}")
    return status


def _realpath(call: Call) -> int:
    for path in call.arguments:
        call.print(resolve(call.path(path)))
    return 0


TOYS: dict[str, Callable[[Call], int]] = {
    "ls": _ls,
    "rm": _rm,
    "mkdir": _mkdir,
    "rmdir": _rmdir,
    "touch": _touch,
    "mv": _move_or_copy,
    "cp": _move_or_copy,
    "chmod": _chmod,
    "stat": _stat,
    "df": _df,
    "md5sum": _checksum,
    "sha1sum": _checksum,
    "sha256sum": _checksum,
    "realpath": _realpath,
}
