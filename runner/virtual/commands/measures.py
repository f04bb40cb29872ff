"""stat, df, du, checksums, base64, dd and the like: what is in files, and how much."""

import base64
import binascii
import hashlib
import posixpath
import re
import stat
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from runner.virtual.commands.call import Call, UsageError
from runner.virtual.commands.inputs import open_path, opened, whole_number
from runner.virtual.files import SHARED_STORAGE, Entry, link_at, resolve
from runner.virtual.streams import FileOutput, Output

CAPACITY_KB = 64_000_000
_MISSING = "No such file or directory"


def _stat(call: Call) -> int:
    options, paths = call.take_options("fLt", "c")
    status = 0
    for path in paths:
        entry = call.phone.files.find(call.path(path)) if "L" in options else call.look(path)
        if entry is None:
            status = call.fail(f"stat: '{path}': {_MISSING}")
            continue
        call.print(_filled(options["c"], path, entry) if "c" in options else _described(path, entry))
    return status if paths else call.fail('stat: Needs 1 argument (see "stat --help")')


def _filled(pattern: str, path: str, entry: Entry) -> str:
    modified = f"{datetime.fromtimestamp(entry.modified_s, UTC):%Y-%m-%d %H:%M:%S}.000000000 +0000"
    seconds = str(entry.modified_s)
    values = {
        "n": path,
        "N": f"'{path}'{_target(entry)}",
        "s": str(entry.size),
        **dict.fromkeys("XYZ", seconds),
        **dict.fromkeys("xyz", modified),
        "a": f"{stat.S_IMODE(entry.mode):o}",
        "A": stat.filemode(entry.mode),
        "f": f"{entry.mode:x}",
        "F": _kind(entry),
        **dict.fromkeys("ug", "0" if entry.is_link else "2000"),
        **dict.fromkeys("UG", "root" if entry.is_link else "shell"),
        "h": "1",
        "i": "1",
        "b": str(-(-entry.size // 4096) * 8),
        "B": "512",
        "o": "4096",
        "%": "%",
    }
    return re.sub("%([A-Za-z%])", lambda found: values.get(found.group(1), found.group()), pattern)


def _target(entry: Entry) -> str:
    return f" -> {entry.body.data.decode()}" if entry.is_link and entry.body else ""


def _kind(entry: Entry) -> str:
    if entry.is_folder:
        return "directory"
    if entry.is_link:
        return "symbolic link"
    return "regular file" if entry.size else "regular empty file"


def _described(path: str, entry: Entry) -> str:
    return _filled(
        f"  File: %n{_target(entry)}\n  Size: %s\t Blocks: %b\t IO Blocks: 512\t%F\n"
        "Device: fe05h/65029d\t Inode: %i\t Links: %h\nAccess: (0%a/%A)\tUid: (%u/   %U)\tGid: (%g/   %G)\n"
        "Access: %x\nModify: %y\nChange: %z",
        path,
        entry,
    )


def _df(call: Call) -> int:
    options, paths = call.take_options("haikHP")
    for path in paths:
        call.phone.files.entry(call.path(path))
    free_kb = call.phone.condition.free_kb
    if free_kb is None:
        free_kb = CAPACITY_KB - call.phone.files.used_bytes // 1024
    used_kb = CAPACITY_KB - free_kb
    sizes = [CAPACITY_KB, used_kb, free_kb]
    human = bool({"h", "H"} & set(options))
    shown = [_human(size * 1024) if human else str(size) for size in sizes]
    widths = (5, 5, 5) if human else (10, 8, 9)
    names = ("Size", "Used", "Avail") if human else ("1K-blocks", "Used", "Available")
    percent = f"{-(-100 * used_kb // CAPACITY_KB)}%"

    def row(name: str, cells: list[str], used: str, place: str) -> str:
        columns = " ".join(f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True))
        return f"{name:<15} {columns} {used:>4} {place}"

    call.print(row("Filesystem", list(names), "Use%", "Mounted on"))
    shared = not paths or any(resolve(call.path(path)).startswith("/storage") for path in paths)
    place = "/storage/emulated" if shared else "/data" if call.path(paths[0]).startswith("/data") else "/"
    return call.print(row("/dev/fuse" if shared else "/dev/block/dm-5", shown, percent, place))


def _human(size: int) -> str:
    number, units = float(size), ["B", "K", "M", "G", "T"]
    while number >= 1024 and len(units) > 1:
        number /= 1024
        units.pop(0)
    if units[0] == "B":
        return str(size)
    return f"{number:.1f}{units[0]}" if number < 10 else f"{number:.0f}{units[0]}"


def _du(call: Call) -> int:
    options, paths = call.take_options("ashkmcxLHKb", "d")
    status, total = 0, 0
    deepest = 0 if "s" in options else whole_number(call, options.get("d", "1000"))
    for path in paths or ["."]:
        entry = call.phone.files.find(call.path(path))
        if entry is None:
            status = call.fail(f"du: {path}: {_MISSING}")
            continue
        total += _measure(call, path, entry, options, deepest)
    if "c" in options:
        call.print(f"{_size(total, options)}\ttotal")
    return status


def _size(size: int, options: dict[str, str]) -> str:
    if "h" in options:
        return _human(size)
    return str(size if "b" in options else -(-size // (1 << 20 if "m" in options else 1024)))


def _measure(
    call: Call, path: str, entry: Entry, options: dict[str, str], deepest: int, depth: int = 0
) -> int:
    size = entry.size if "b" in options else -(-entry.size // 4096) * 4096
    if entry.is_folder:
        for name in call.phone.files.names(call.path(path)):
            below = posixpath.join(path, name)
            size += _measure(
                call, below, call.phone.files.entry(call.path(below)), options, deepest, depth + 1
            )
    if depth <= deepest and (entry.is_folder or "a" in options or depth == 0):
        call.print(f"{_size(size, options)}\t{path}")
    return size


async def _checksum(call: Call) -> int:
    """`-b` prints the sum alone; without files it is that of the standard input."""
    options, paths = call.take_options("bcs")
    name = call.name.removesuffix("sum")
    for path in paths or ["-"]:
        if path == "-":
            digest = hashlib.new(name, await call.stdin.read_all(), usedforsecurity=False).hexdigest()
        else:
            entry = call.phone.files.find(call.path(path))
            if entry is None or entry.body is None:
                call.fail(f"{call.name}: {path}: {_MISSING if entry is None else 'Is a directory'}")
                continue
            digest = entry.body.md5 if name == "md5" else entry.body.digest(name)
        call.print(digest if "b" in options else f"{digest}  {path}")
    return int(bool(call.errors))


async def _cksum(call: Call) -> int:
    async for path, source in opened(call, call.arguments):
        data = await source.read_all()
        call.print(f"{_posix_crc(data)} {len(data)}{'' if path == '-' else ' ' + path}")
    return int(bool(call.errors))


def _posix_crc(data: bytes) -> int:
    crc, size = 0, len(data)
    extra = bytes((size >> shift) & 0xFF for shift in range(0, max(size.bit_length(), 1), 8)) if size else b""
    for byte in data + extra:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1) ^ 0x04C11DB7 if crc & 0x80000000 else crc << 1
        crc &= 0xFFFFFFFF
    return crc ^ 0xFFFFFFFF


async def _base64(call: Call) -> int:
    options, paths = call.take_options("di", "w")
    width = whole_number(call, options.get("w", "76"))
    async for _, source in opened(call, paths):
        data = await source.read_all()
        if "d" in options:
            try:
                call.out += base64.b64decode(b"".join(data.split()), validate="i" not in options)
            except binascii.Error:
                return call.fail("base64: bad input")
            continue
        text = base64.b64encode(data)
        for start in range(0, len(text), width or max(len(text), 1)):
            call.out += text[start : start + (width or len(text))] + (b"\n" if width else b"")
    return int(bool(call.errors))


async def _xxd(call: Call) -> int:
    """Only `-p`, and its way back with `-r`."""
    options, paths = call.take_options("pr", "cl")
    if "p" not in options:
        raise UsageError("xxd: a virtual phone knows -p only")
    async for _, source in opened(call, paths[:1]):
        data = await source.read_all()
        data = data[: whole_number(call, options["l"])] if "l" in options else data
        if "r" in options:
            call.out += bytes.fromhex(re.sub(r"[^0-9A-Fa-f]", "", data.decode(errors="replace")))
            continue
        width = whole_number(call, options.get("c", "30"), least=1)
        for start in range(0, len(data), width):
            call.print(data[start : start + width].hex())
    return int(bool(call.errors))


async def _dd(call: Call) -> int:
    given = dict(word.partition("=")[::2] for word in call.arguments)
    known = {"if", "of", "bs", "ibs", "obs", "count", "skip", "seek", "conv", "status", "iflag", "oflag"}
    if unknown := [name for name in given if name not in known]:
        return call.fail(f"dd: bad operand '{unknown[0]}'")
    size = whole_number(call, given.get("bs", given.get("ibs", "512")), least=1)
    count = whole_number(call, given["count"]) if "count" in given else 1 << 62
    source = open_path(call, given.get("if", "-"))
    output = _dd_output(call, given, size)
    skipped = whole_number(call, given.get("skip", "0")) * size
    while skipped > 0 and (piece := await source.read_exactly(min(skipped, 1 << 16))):
        skipped -= len(piece)
    whole = rest = copied = 0
    while whole + rest < count and (block := await _block(source.read_exactly, size, output)):
        copied += block
        whole, rest = whole + (block == size), rest + (block != size)
    if given.get("status") != "none":
        records = f"{whole}+{rest} records"
        call.fail(f"{records} in\n{records} out")
        if given.get("status") != "noxfer":
            call.fail(f"{copied} bytes ({_human(copied)}) copied, 0.001 s, {_human(copied * 1000)}/s")
    return 0


async def _block(read: Callable[[int], Awaitable[bytes]], size: int, output: Output) -> int:
    """Copy one block, in pieces where it is long; its length."""
    copied = 0
    while copied < size and (data := await read(min(size - copied, 1 << 16))):
        await output.write(data)
        copied += len(data)
    return copied


def _dd_output(call: Call, given: dict[str, str], size: int) -> Output:
    if "of" not in given or given["of"] == "/dev/stdout":
        return call.streams.stdout
    files, path = call.phone.files, call.path(given["of"])
    if path == "/dev/null":
        return _Nowhere()
    kept = whole_number(call, given.get("seek", "0")) * size
    entry = files.find(path)
    before = entry.body.data[:kept] if entry and entry.body else b""
    if "notrunc" in given.get("conv", "") and entry is not None:
        raise UsageError("dd: a virtual phone does not know conv=notrunc")
    if kept > CAPACITY_KB:
        raise UsageError("dd: a virtual phone does not seek so far")
    files.write(path, before.ljust(kept, b"\0"))
    return FileOutput(files, path)


class _Nowhere:
    async def write(self, data: bytes) -> None:
        """Gone."""


def _realpath(call: Call) -> int:
    options, paths = call.take_options("femnqz")
    if call.name == "readlink" and not {"f", "e", "m"} & set(options):
        return _read_links(call, paths)
    status = 0
    for path in paths:
        place = resolve(call.path(path))
        if call.phone.files.find(posixpath.dirname(place)) is None:
            status = call.fail(f"{call.name}: {path}: {_MISSING}")
        else:
            call.print(place)
    return status


def _read_links(call: Call, paths: list[str]) -> int:
    targets = [link_at(call.path(path)) for path in paths]
    for target in targets:
        if target is not None:
            call.print(target)
    return int(None in targets or not targets)


def _mktemp(call: Call) -> int:
    options, words = call.take_options("dqtu", "p")
    folder = options.get("p", call.environment.get("TMPDIR", "/data/local/tmp"))
    pattern = words[0] if words else "tmp.XXXXXXXXXX"
    path = pattern if "/" in pattern or (words and not {"p", "t"} & set(options)) else f"{folder}/{pattern}"
    signs = len(path) - len(path.rstrip("X"))
    if signs < 2:
        return call.fail("mktemp: need XX in template")
    number = call.phone.processes.new_pid()
    path = path[:-signs] + hashlib.sha256(str(number).encode()).hexdigest()[:signs].rjust(signs, "0")
    if "u" not in options:
        (call.phone.files.make_folder if "d" in options else call.phone.files.touch)(call.path(path))
    return call.print(path)


def _truncate(call: Call) -> int:
    options, paths = call.take_options("c", "s")
    size = whole_number(call, options.get("s", "0"))
    if size > 1 << 28:
        return call.fail("truncate: a virtual phone does not make such long files")
    for path in paths:
        entry = call.phone.files.find(call.path(path))
        data = entry.body.data if entry and entry.body else b""
        call.phone.files.write(call.path(path), data[:size].ljust(size, b"\0"))
    return 0


async def _cmp(call: Call) -> int:
    options, paths = call.take_options("sl")
    if len(paths) < 2:
        paths.append("-")
    left, right = [await open_path(call, path).read_all() for path in paths[:2]]
    if left == right:
        return 0
    place = next((at for at, pair in enumerate(zip(left, right, strict=False)) if pair[0] != pair[1]), None)
    if "s" not in options and place is None:
        call.fail(f"cmp: EOF on {paths[0] if len(left) < len(right) else paths[1]}")
    elif "s" not in options and place is not None:
        line = left[:place].count(b"\n") + 1
        call.print(f"{paths[0]} {paths[1]} differ: char {place + 1}, line {line}")
    return 1


def _mount(call: Call) -> int:
    return call.print(
        "/dev/block/dm-5 on / type ext4 (ro,seclabel,relatime)\n"
        "/dev/block/dm-9 on /data type f2fs (rw,seclabel,nosuid,nodev,noatime)\n"
        f"/dev/fuse on {posixpath.dirname(SHARED_STORAGE)} type fuse (rw,nosuid,nodev,noexec,noatime)"
    )


TOYS: dict[str, Callable[[Call], "int | Awaitable[int]"]] = {
    "base64": _base64,
    "cksum": _cksum,
    "cmp": _cmp,
    "dd": _dd,
    "df": _df,
    "du": _du,
    "md5sum": _checksum,
    "mktemp": _mktemp,
    "mount": _mount,
    "readlink": _realpath,
    "realpath": _realpath,
    "sha1sum": _checksum,
    "sha224sum": _checksum,
    "sha256sum": _checksum,
    "sha384sum": _checksum,
    "sha512sum": _checksum,
    "stat": _stat,
    "truncate": _truncate,
    "xxd": _xxd,
}
