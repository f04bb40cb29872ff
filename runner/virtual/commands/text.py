"""cat, grep, head, tail, wc: what stands behind a pipe."""

import re
from collections.abc import Callable, Iterator

from runner.virtual.commands.call import Call

_BASIC_SIGN = re.compile(r"(\\?)([+?|(){}])")


def _extend(sign: re.Match[str]) -> str:
    """In a basic expression these signs are ordinary, and special behind a backslash."""
    return sign.group(2) if sign.group(1) else "\\" + sign.group(2)


def _inputs(call: Call, paths: list[str]) -> Iterator[bytes]:
    """The named files' bytes, or the standard input."""
    if not paths:
        yield call.stdin
    for path in paths:
        yield call.stdin if path == "-" else call.phone.files.read(call.path(path))


def _cat(call: Call) -> int:
    _, paths = call.take_flags("u")
    for data in _inputs(call, paths):
        call.out += data
    return 0


def _grep(call: Call) -> int:
    flags, words = call.take_flags("iEFvqoc")
    if not words:
        return call.fail("grep: no REGEX", 2)
    wanted = re.escape(words[0]) if "F" in flags else words[0]
    if not flags & {"E", "F"}:
        wanted = _BASIC_SIGN.sub(_extend, wanted)
    try:
        pattern = re.compile(wanted.encode(), re.IGNORECASE if "i" in flags else 0)
    except re.error as error:
        return call.fail(f"grep: bad REGEX '{words[0]}': {error}", 2)
    lines = [line for data in _inputs(call, words[1:]) for line in data.splitlines()]
    kept = [line for line in lines if bool(pattern.search(line)) != ("v" in flags)]
    if "c" in flags:
        call.print(str(len(kept)))
    elif "o" in flags:
        call.out += b"".join(found.group() + b"\n" for line in kept for found in pattern.finditer(line))
    elif "q" not in flags:
        call.out += b"".join(line + b"\n" for line in kept)
    return 0 if kept else 1


def _some_lines(call: Call) -> int:
    """head and tail: `-n COUNT`, `-COUNT`, ten lines otherwise."""
    count, paths, words = 10, [], iter(call.arguments)
    for word in words:
        if not word.startswith("-"):
            paths.append(word)
            continue
        number = next(words, "") if word == "-n" else word[1:]
        if not number.isdigit():
            return call.fail(f"{call.name}: not a number of lines: {number!r}")
        count = int(number)
    for data in _inputs(call, paths):
        lines = data.splitlines(keepends=True)
        call.out += b"".join(lines[:count] if call.name == "head" else lines[max(len(lines) - count, 0) :])
    return 0


def _wc(call: Call) -> int:
    flags, paths = call.take_flags("lwc")
    for data, path in zip(_inputs(call, paths), paths or [""], strict=True):
        counts = {"l": data.count(b"\n"), "w": len(data.split()), "c": len(data)}
        shown = [str(counts[flag]) for flag in "lwc" if not flags or flag in flags]
        call.print(" ".join([*shown, path]).rstrip())
    return 0


TOYS: dict[str, Callable[[Call], int]] = {
    "cat": _cat,
    "grep": _grep,
    "head": _some_lines,
    "tail": _some_lines,
    "wc": _wc,
}
