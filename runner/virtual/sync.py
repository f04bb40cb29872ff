"""The sync service: stat, list, send and receive files, in both versions of the protocol."""

import errno
import os
import struct
from collections.abc import Iterator

from runner.virtual.files import Body, Entry, Writing
from runner.virtual.phone import Phone
from runner.virtual.wire import Stream

_WORD = struct.Struct("<I")
_STAT = struct.Struct("<III")
_STAT_2 = struct.Struct("<IQQIIIIQqqq")
_NAMED_STAT = struct.Struct("<IIII")
_NAMED_STAT_2 = struct.Struct("<IQQIIIIQqqqI")
_SEND_2 = struct.Struct("<4sII")
_RECEIVE_2 = struct.Struct("<4sI")
_MAX_PATH = 1024


async def serve_sync(phone: Phone, stream: Stream) -> None:
    """Answer requests until the client quits. A request: a name of four letters, a length, and a path."""
    while True:
        name = bytes(await stream.reader.readexactly(4))
        length = _WORD.unpack(await stream.reader.readexactly(4))[0]
        if name == b"QUIT" or length > _MAX_PATH:
            return
        path = (await stream.reader.readexactly(length)).decode(errors="replace")
        if name == b"SEND":
            path, _, mode = path.rpartition(",")
            await _receive_file(phone, stream, path, int(mode))
        elif name == b"SND2":
            _, mode, _ = _SEND_2.unpack(await stream.reader.readexactly(_SEND_2.size))
            await _receive_file(phone, stream, path, mode)
        elif name in (b"RECV", b"RCV2"):
            if name == b"RCV2":
                await stream.reader.readexactly(_RECEIVE_2.size)
            await _send_file(phone, stream, path)
        elif name in (b"STAT", b"STA2", b"LST2"):
            await stream.write(name + _stat(phone, path, name))
        elif name in (b"LIST", b"LIS2"):
            await stream.write(b"".join(_listing(phone, path, name)))
        else:
            await _fail(stream, f"unknown command {name!r}")
            return


def _stat(phone: Phone, path: str, name: bytes) -> bytes:
    """Only the second version says why there is nothing."""
    try:
        entry = phone.files.entry(path)
        if name != b"STA2":
            entry = phone.files.look(path) or entry
    except OSError as error:
        return _STAT.pack(0, 0, 0) if name == b"STAT" else _STAT_2.pack(error.errno or 0, *([0] * 10))
    if name == b"STAT":
        return _STAT.pack(entry.mode, entry.size, entry.modified_s)
    return _STAT_2.pack(*_fields_2(entry))


def _fields_2(entry: Entry) -> tuple[int, ...]:
    """error, device, inode, mode, links, user, group, size, and the times of access, change and status."""
    modified_s = entry.modified_s
    return (0, 1, 1, entry.mode, 1, 2000, 2000, entry.size, modified_s, modified_s, modified_s)


def _listing(phone: Phone, path: str, name: bytes) -> Iterator[bytes]:
    try:
        names = phone.files.names(path)
    except OSError:
        names = []  # an empty list is all that a client gets of what it may not see
    for child in names:
        place = f"{path.rstrip('/')}/{child}"
        found = phone.files.look(place) or phone.files.entry(place)
        encoded = child.encode()
        if name == b"LIST":
            yield b"DENT" + _NAMED_STAT.pack(found.mode, found.size, found.modified_s, len(encoded)) + encoded
        else:
            yield b"DNT2" + _NAMED_STAT_2.pack(*_fields_2(found), len(encoded)) + encoded
    yield b"DONE" + bytes(_NAMED_STAT.size if name == b"LIST" else _NAMED_STAT_2.size)


async def _receive_file(phone: Phone, stream: Stream, path: str, mode: int) -> None:
    """DATA chunks, then DONE with the time of change. Missing folders are made."""
    writing = Writing()
    while True:
        name = bytes(await stream.reader.readexactly(4))
        number = _WORD.unpack(await stream.reader.readexactly(4))[0]
        if name == b"DONE":
            break
        if name != b"DATA":
            await _fail(stream, f"invalid data message {name!r}")
            return
        writing.add(await stream.reader.readexactly(number))

    async def store() -> None:
        if phone.condition.free_kb == 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        phone.files.make_folder(path.rpartition("/")[0] or "/", parents=True)
        phone.files.write(path, writing.body(), mode=mode, modified_s=number)

    try:
        await phone.run_faulty("sync:SEND", store, lambda text: text in path)
    except OSError as error:
        await _fail(stream, f"couldn't create file: {error.strerror}")
        return
    await stream.write(b"OKAY" + _WORD.pack(0))


async def _send_file(phone: Phone, stream: Stream, path: str) -> None:
    async def read() -> Body:
        return phone.files.body(path)

    try:
        body = await phone.run_faulty("sync:RECV", read, lambda text: text in path)
    except OSError as error:
        await _fail(stream, f"open failed: {error.strerror}")
        return
    for piece in body.pieces() if body else ():
        await stream.write(b"DATA" + _WORD.pack(len(piece)) + piece)
    await stream.write(b"DONE" + _WORD.pack(0))


async def _fail(stream: Stream, message: str) -> None:
    await stream.write(b"FAIL" + _WORD.pack(len(message.encode())) + message.encode())
