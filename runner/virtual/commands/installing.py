"""pm's verbs that take APKs: from a file, from the standard input, and in sessions of several parts."""

import asyncio
from collections.abc import Awaitable, Callable

from runner.virtual.commands.apk import package_of
from runner.virtual.commands.call import Call, UsageError
from runner.virtual.commands.inputs import whole_number
from runner.virtual.files import Body, Writing
from runner.virtual.package import InstallSession
from runner.virtual.streams import Input

Install = Callable[[Call, Body, list[str]], int]
_FIRST_SESSION = 1_000_001
_DENIED = 255


def _option(words: list[str], name: str) -> str | None:
    return words[words.index(name) + 1] if name in words[:-1] else None


def _plain(words: list[str]) -> list[str]:
    """The words that are no options; `-S` and its like take the next one along."""
    plain, rest = [], iter(words)
    for word in rest:
        if word in (
            "-S",
            "-i",
            "--user",
            "--abi",
            "--install-location",
            "--originating-uri",
            "--referrer",
            "-p",
        ):
            next(rest, None)
        elif not word.startswith("-") or word == "-":
            plain.append(word)
    return plain


async def _read_apk(source: Input, size: int) -> Body:
    """The next `size` bytes. Raises UsageError if fewer come."""
    writing = Writing()
    while size > 0 and (piece := await source.read_exactly(min(size, 1 << 16))):
        writing.add(piece)
        size -= len(piece)
        await asyncio.sleep(0)
    if size > 0:
        raise UsageError(f"Error: Unable to read the last {size} bytes of the APK")
    return writing.body()


async def _body_of(call: Call, words: list[str], path: str) -> Body:
    """The APK: `-S SIZE` bytes of the standard input, or a file. Raises UsageError."""
    size = _option(words, "-S")
    if path == "-":
        if size is None:
            raise UsageError("Error: must specify a APK size")
        return await _read_apk(call.stdin, whole_number(call, size))
    try:
        return call.phone.files.body(call.path(path))
    except OSError as error:
        raise UsageError(f"Error: Unable to open file: {path}", _DENIED) from error


def verbs(install: Install) -> dict[str, Callable[[Call, list[str]], int | Awaitable[int]]]:
    """The verbs by name. `install` installs one APK and tells of it."""

    async def install_one(call: Call, words: list[str]) -> int:
        plain = _plain(words)
        if not plain and "-S" not in words:
            raise UsageError("Error: no package specified")
        return install(call, await _body_of(call, words, plain[-1] if plain else "-"), words)

    def commit(call: Call, words: list[str]) -> int:
        number, session = _session(call, words)
        del call.phone.install_sessions[number]
        if not session.parts:
            return call.print("Failure [INSTALL_FAILED_INVALID_APK: Session staging is empty]") or 1
        names = set()
        for part in session.parts.values():
            try:
                names.add(package_of(part.data).package)
            except ValueError as error:
                return call.print(f"Failure [INSTALL_PARSE_FAILED_NOT_APK: {error}]") or 1
        if len(names) > 1:
            return call.print("Failure [INSTALL_FAILED_INVALID_APK: Split has inconsistent package]") or 1
        base = next((name for name in session.parts if name.startswith("base")), next(iter(session.parts)))
        return install(call, session.parts[base], session.words)

    return {
        "install": install_one,
        "install-abandon": _abandon,
        "install-commit": commit,
        "install-create": _create,
        "install-write": _write,
    }


def _create(call: Call, words: list[str]) -> int:
    sessions = call.phone.install_sessions
    number = max(sessions, default=_FIRST_SESSION - 1) + 1
    sessions[number] = InstallSession(words)
    return call.print(f"Success: created install session [{number}]")


def _session(call: Call, words: list[str]) -> tuple[int, InstallSession]:
    text = next(iter(_plain(words)), "")
    number = int(text) if text.isdigit() else -1
    session = call.phone.install_sessions.get(number)
    if session is None:
        raise UsageError(
            f"Error: java.lang.SecurityException: Caller has no access to session {text}", _DENIED
        )
    return number, session


async def _write(call: Call, words: list[str]) -> int:
    _, session = _session(call, words)
    _, name, *paths = [*_plain(words), "base.apk"]
    body = await _body_of(call, words, paths[0] if len(paths) > 1 else "-")
    session.parts[name] = body
    return call.print(f"Success: streamed {body.size} bytes")


def _abandon(call: Call, words: list[str]) -> int:
    number, _ = _session(call, words)
    del call.phone.install_sessions[number]
    return call.print("Success")
