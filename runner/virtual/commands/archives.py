"""tar, gzip, gunzip and zcat: many files as one, and small ones."""

import errno
import io
import os
import posixpath
import stat
import tarfile
import zlib
from collections.abc import Awaitable, Callable, Iterator

from runner.virtual.commands.call import Call, UsageError
from runner.virtual.commands.inputs import open_path
from runner.virtual.language import patterns
from runner.virtual.streams import MAX_COLLECTED

_GZIP = 16 + zlib.MAX_WBITS


async def _tar(call: Call) -> int:
    """`tar [-]c|x|t[zvkO] [-f FILE] [-C FOLDER] [--exclude PATTERN] [NAME...]`"""
    words = call.arguments
    if words and not words[0].startswith("-"):
        words[0] = f"-{words[0]}"
    excluded = []
    while "--exclude" in words[:-1]:
        place = words.index("--exclude")
        excluded.append(words[place + 1])
        del words[place : place + 2]
    options, names = call.take_options("cxtzvkOpomh", "fC")
    actions = [letter for letter in "cxt" if letter in options]
    if len(actions) != 1:
        raise UsageError("tar: Needs -txc")
    folder = call.path(options.get("C", "."))
    if not call.phone.files.entry(folder).is_folder:
        raise UsageError(f"tar: chdir '{options['C']}': Not a directory")
    file = options.get("f", "-")
    skipped = [patterns.compiled(pattern) for pattern in excluded]

    def is_wanted(name: str) -> bool:
        return not any(one.fullmatch(name) or one.fullmatch(posixpath.basename(name)) for one in skipped)

    if actions == ["c"]:
        return await _pack(call, folder, file, names, options, is_wanted)
    data = await open_path(call, file).read_all()
    return _unpack(call, folder, data, names, options, is_wanted)


async def _pack(
    call: Call,
    folder: str,
    file: str,
    names: list[str],
    options: dict[str, str],
    is_wanted: Callable[[str], bool],
) -> int:
    if not names:
        raise UsageError("tar: empty archive")
    missing = [name for name in names if call.phone.files.find(posixpath.join(folder, name)) is None]
    for name in missing:
        call.fail(f"tar: {name}: No such file or directory")
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for name in (name for name in names if name not in missing):
            for below in _all_below(call, folder, name.rstrip("/") or "/", is_wanted):
                _add(call, archive, folder, below)
                if "v" in options:
                    (call.fail if file == "-" else call.print)(below)
                if packed.tell() > MAX_COLLECTED:
                    raise _too_large(file)
    data = packed.getvalue()
    await _hand_on(call, file, _compressed(data) if "z" in options else data)
    return int(bool(missing))


def _all_below(call: Call, folder: str, name: str, is_wanted: Callable[[str], bool]) -> Iterator[str]:
    if not is_wanted(name):
        return
    yield name
    path = posixpath.join(folder, name)
    if call.phone.files.entry(path).is_folder:
        for child in call.phone.files.names(path):
            yield from _all_below(call, folder, posixpath.join(name, child), is_wanted)


def _add(call: Call, archive: tarfile.TarFile, folder: str, name: str) -> None:
    entry = call.phone.files.entry(posixpath.join(folder, name))
    told = tarfile.TarInfo(name.lstrip("/") or ".")
    told.mode, told.mtime = stat.S_IMODE(entry.mode), entry.modified_s
    told.uid = told.gid = 2000
    told.uname = told.gname = "shell"
    told.type = tarfile.DIRTYPE if entry.is_folder else tarfile.REGTYPE
    told.size = 0 if entry.body is None else entry.size
    archive.addfile(told, io.BytesIO(entry.body.data) if entry.body else None)


def _unpack(
    call: Call,
    folder: str,
    data: bytes,
    names: list[str],
    options: dict[str, str],
    is_wanted: Callable[[str], bool],
) -> int:
    if data[:2] == b"\x1f\x8b":
        data = _decompressed(call, data)
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            missing = set(names)
            for told in archive:
                path = told.name.rstrip("/")
                asked = [name for name in names if path == name or path.startswith(name.rstrip("/") + "/")]
                if (names and not asked) or not is_wanted(path):
                    continue
                missing -= set(asked)
                _take_out(call, archive, told, folder, options)
    except tarfile.TarError as error:
        raise UsageError("tar: bad header") from error
    for name in sorted(missing):
        call.fail(f"tar: '{name}' not in archive")
    return int(bool(missing))


def _take_out(
    call: Call, archive: tarfile.TarFile, told: tarfile.TarInfo, folder: str, options: dict[str, str]
) -> None:
    shown = told.name + "/" * told.isdir()
    content = archive.extractfile(told) if told.isfile() else None
    if "t" in options or "v" in options:
        call.print(shown)
    if "t" in options:
        return
    if content is not None and "O" in options:
        call.out += content.read()
        return
    path = posixpath.normpath(posixpath.join(folder, told.name.lstrip("/")))
    if path != folder and not path.startswith(folder.rstrip("/") + "/"):
        call.fail(f"tar: '{told.name}' not under '{folder}'")
    elif told.isdir():
        call.phone.files.make_folder(path, parents=True)
    elif content is not None and not ("k" in options and call.phone.files.find(path)):
        call.phone.files.make_folder(posixpath.dirname(path), parents=True)
        call.phone.files.write(path, content.read(), mode=told.mode, modified_s=int(told.mtime))
    elif content is None:
        call.fail(f"tar: can't link '{told.name}': Operation not permitted")


async def _gzip(call: Call) -> int:
    """`gzip [-cdfk] [FILE...]`; gunzip is `gzip -d`, zcat `gzip -dc`."""
    options, paths = call.take_options("cdfkqt123456789")
    unpacks = "d" in options or call.name != "gzip"
    keeps = "c" in options or call.name == "zcat"
    for path in paths or ["-"]:
        if path != "-" and unpacks and not keeps and not path.endswith(".gz"):
            call.fail(f"{call.name}: no .gz: {path}")
            continue
        try:
            data = await open_path(call, path).read_all()
        except OSError as error:
            call.fail(f"{call.name}: {path}: {error.strerror}")
            continue
        result = _decompressed(call, data) if unpacks else _compressed(data)
        if path == "-" or keeps:
            await call.write(result)
            continue
        target = path.removesuffix(".gz") if unpacks else f"{path}.gz"
        if call.phone.files.find(call.path(target)) is not None and "f" not in options:
            call.fail(f"{call.name}: {target}: File exists")
            continue
        call.phone.files.write(call.path(target), result)
        if "k" not in options:
            call.phone.files.remove(call.path(path))
    return int(bool(call.errors))


async def _hand_on(call: Call, file: str, data: bytes) -> None:
    if file == "-":
        await call.write(data)
    else:
        call.phone.files.write(call.path(file), data)


def _compressed(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=_GZIP)
    return packer.compress(data) + packer.flush()


def _decompressed(call: Call, data: bytes) -> bytes:
    """Raises UsageError for what is no gzip file, and OSError for what would be too large."""
    unpacker = zlib.decompressobj(wbits=_GZIP)
    try:
        unpacked = unpacker.decompress(data, MAX_COLLECTED)
    except zlib.error as error:
        raise UsageError(f"{call.name}: not gzip") from error
    if unpacker.unconsumed_tail:
        raise _too_large(call.name)
    if not unpacker.eof:
        raise UsageError(f"{call.name}: unexpected end of file")
    return unpacked


def _too_large(name: str) -> OSError:
    return OSError(errno.EFBIG, os.strerror(errno.EFBIG), name)


TOYS: dict[str, Callable[[Call], Awaitable[int]]] = {
    "gunzip": _gzip,
    "gzip": _gzip,
    "tar": _tar,
    "zcat": _gzip,
}
