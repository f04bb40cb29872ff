"""ls, rm, mkdir, touch, mv, cp, ln and chmod: names and what is under them."""

import posixpath
import re
import stat
from collections.abc import Callable
from datetime import UTC, datetime

from runner.virtual.commands.call import Call
from runner.virtual.files import Entry, resolve

_MISSING = "No such file or directory"


def _ls(call: Call) -> int:
    flags, paths = call.take_flags("l1adtrhLRpFASi")
    status = 0
    several = len(paths) > 1 or "R" in flags
    folders = []
    for path in paths or ["."]:
        entry = (call.look if flags & {"l", "d", "F"} else _followed(call))(path)
        if entry is None:
            status = call.fail(f"ls: {path}: {_MISSING}")
        elif entry.is_folder and "d" not in flags:
            folders.append(path)
        else:
            _show(call, [(path, entry)], flags)
    for path in folders:
        if several:
            call.print(f"{chr(10) if call.out else ''}{path}:")
        _list(call, path, flags)
    return status


def _followed(call: Call) -> Callable[[str], Entry | None]:
    return lambda path: call.phone.files.find(call.path(path))


def _look_below(call: Call, place: str, name: str) -> Entry:
    path = posixpath.join(place, name)
    return call.phone.files.look(path) or call.phone.files.entry(path)


def _list(call: Call, path: str, flags: set[str]) -> None:
    place = call.path(path)
    names = call.phone.files.names(place)
    rows = [(name, _look_below(call, place, name)) for name in names]
    rows = [(name, entry) for name, entry in rows if flags & {"a", "A"} or not name.startswith(".")]
    if "a" in flags:
        above = call.phone.files.entry(posixpath.dirname(place))
        rows = [(".", call.phone.files.entry(place)), ("..", above), *rows]
    if "l" in flags:
        call.print(f"total {sum(-(-child.size // 1024) for _, child in rows)}")
    _show(call, rows, flags)
    for name, entry in rows if "R" in flags else ():
        if entry.is_folder and name not in (".", ".."):
            below = f"{path.rstrip('/')}/{name}"
            call.print(f"\n{below}:")
            _list(call, below, flags)


def _show(call: Call, rows: list[tuple[str, Entry]], flags: set[str]) -> None:
    if "t" in flags:
        rows.sort(key=lambda row: -row[1].modified_s)
    elif "S" in flags:
        rows.sort(key=lambda row: -row[1].size)
    for name, child in reversed(rows) if "r" in flags else rows:
        mark = (
            "/" if child.is_folder and flags & {"p", "F"} else "@" if child.is_link and flags & {"F"} else ""
        )
        call.print((_long(name, child) if "l" in flags else name) + mark)


def _long(name: str, entry: Entry) -> str:
    modified = datetime.fromtimestamp(entry.modified_s, UTC)
    owner, shown = "shell shell", name
    if entry.is_link and entry.body:
        owner, shown = "root  root ", f"{name} -> {entry.body.data.decode()}"
    return f"{stat.filemode(entry.mode)} 1 {owner} {entry.size:>8} {modified:%Y-%m-%d %H:%M} {shown}"


def _rm(call: Call) -> int:
    flags, paths = call.take_flags("rRfiv")
    status = 0
    for path in paths:
        entry = call.phone.files.find(call.path(path))
        if entry is None:
            status = status if "f" in flags else call.fail(f"rm: {path}: {_MISSING}")
        elif entry.is_folder and not flags & {"r", "R"}:
            status = call.fail(f"rm: {path}: is a directory")
        else:
            status = _removed(call, path) or status
    return status


def _removed(call: Call, path: str) -> int:
    try:
        call.phone.files.remove(call.path(path))
    except OSError as error:
        return call.fail(f"rm: {path}: {error.strerror}")
    return 0


def _mkdir(call: Call) -> int:
    options, paths = call.take_options("pv", "m")
    status = 0
    for path in paths:
        try:
            call.phone.files.make_folder(call.path(path), parents="p" in options)
        except OSError as error:
            status = call.fail(f"mkdir: '{path}': {error.strerror}")
    return status if paths else call.fail('mkdir: Needs 1 argument (see "mkdir --help")')


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
    flags, paths = call.take_flags("afHrRpnvTdDiuLPF")
    if len(paths) < 2:
        return call.fail(f'{call.name}: Needs 2 arguments (see "{call.name} --help")')
    *sources, target = paths
    files, status = call.phone.files, 0
    into = files.find(call.path(target))
    if len(sources) > 1 and (into is None or not into.is_folder):
        return call.fail(f"{call.name}: '{target}' not directory")
    for source in sources:
        entry = files.find(call.path(source))
        if entry is None:
            status = call.fail(f"{call.name}: bad '{source}': {_MISSING}")
        elif "n" in flags and into is not None and not into.is_folder:
            continue
        elif call.name == "mv":
            files.move(call.path(source), call.path(target))
        elif not entry.is_folder:
            files.copy(call.path(source), call.path(target))
        elif flags & {"r", "R", "a"}:
            status = _copy_folder(call, source, target)
        else:
            status = call.fail(f"cp: Skipped dir '{source}'")
    return status


def _copy_folder(call: Call, source: str, target: str) -> int:
    files, place, goal = call.phone.files, call.path(source), call.path(target)
    if files.find(goal) is not None:
        goal = posixpath.join(goal, posixpath.basename(place))
    if resolve(goal) == resolve(place) or resolve(goal).startswith(resolve(place).rstrip("/") + "/"):
        return call.fail(f"cp: '{source}' is '{target}'")
    pending = [""]
    while pending:
        below = pending.pop()
        entry = files.entry(place + below)
        if not entry.is_folder:
            files.copy(place + below, goal + below)
            continue
        if files.find(goal + below) is None:
            files.make_folder(goal + below)
        pending.extend(f"{below}/{name}" for name in files.names(place + below))
    return 0


def _rmdir(call: Call) -> int:
    _, paths = call.take_flags("p")
    status = 0
    for path in paths:
        entry = call.phone.files.find(call.path(path))
        if entry is None or not entry.is_folder:
            status = call.fail(f"rmdir: {path}: {_MISSING if entry is None else 'Not a directory'}")
        elif call.phone.files.names(call.path(path)):
            status = call.fail(f"rmdir: {path}: Directory not empty")
        else:
            call.phone.files.remove(call.path(path))
    return status


def _ln(call: Call) -> int:
    """The shared storage of a phone takes no links, and a virtual phone only has those of its system."""
    flags, paths = call.take_flags("sfnrvT")
    if not paths:
        return call.fail('ln: Needs 1 argument (see "ln --help")')
    kind = "symlink" if "s" in flags else "hard link"
    target = paths[1] if len(paths) > 1 else posixpath.basename(paths[0])
    return call.fail(f"ln: cannot create {kind} from '{paths[0]}' to '{target}': Operation not permitted")


_SYMBOLIC = re.compile(r"([ugoa]*)([-+=])([rwxX]*)")
_BITS = {"r": 0o444, "w": 0o222, "x": 0o111, "X": 0o111}
_WHO = {"u": 0o700, "g": 0o070, "o": 0o007, "a": 0o777}


def _chmod(call: Call) -> int:
    words = [word for word in call.arguments if word not in ("-R", "-v", "-f", "--")]
    if len(words) < 2:
        return call.fail('chmod: Needs 2 arguments (see "chmod --help")')
    files, status = call.phone.files, 0
    for path in words[1:]:
        entry = files.find(call.path(path))
        if entry is None:
            status = call.fail(f"chmod: {path}: {_MISSING}")
            continue
        mode = _changed(stat.S_IMODE(entry.mode), words[0])
        if mode is None:
            return call.fail(f"chmod: bad mode '{words[0]}'")
        files.check_writable(call.path(path))
        entry.mode = stat.S_IFMT(entry.mode) | mode
    return status


def _changed(mode: int, text: str) -> int | None:
    """The rights after `755` or `u+x,go-w`; None if the text means none."""
    if re.fullmatch("[0-7]{1,4}", text):
        return int(text, 8)
    for piece in text.split(","):
        found = _SYMBOLIC.fullmatch(piece)
        if found is None:
            return None
        who, operator, letters = found.groups()
        mask = 0
        for letter in who or "a":
            mask |= _WHO[letter]
        bits = 0
        for letter in letters:
            bits |= _BITS[letter] & mask
        mode = mode | bits if operator == "+" else mode & ~bits if operator == "-" else (mode & ~mask) | bits
    return mode


def _chown(call: Call) -> int:
    words = [word for word in call.arguments if not word.startswith("-")]
    return call.fail(
        f"{call.name}: '{words[-1] if words else ''}' to '{words[0] if words else ''}': Operation not permitted"
    )


TOYS: dict[str, Callable[[Call], int]] = {
    "chgrp": _chown,
    "chmod": _chmod,
    "chown": _chown,
    "cp": _move_or_copy,
    "ln": _ln,
    "ls": _ls,
    "mkdir": _mkdir,
    "mv": _move_or_copy,
    "rm": _rm,
    "rmdir": _rmdir,
    "touch": _touch,
}
