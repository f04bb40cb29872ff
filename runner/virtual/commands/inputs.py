"""What commands read: the files that are named, or the standard input."""

from collections.abc import AsyncIterator

from runner.virtual.commands.call import Call, UsageError
from runner.virtual.streams import Input, body_input, device_input


def open_path(call: Call, path: str) -> Input:
    """`-` is the standard input. Raises OSError."""
    place = call.path(path)
    if path == "-" or place in ("/dev/stdin", "/proc/self/fd/0", "/dev/fd/0"):
        return call.stdin
    return device_input(place) or body_input(call.phone.files.body(place))


async def opened(call: Call, paths: list[str]) -> AsyncIterator[tuple[str, Input]]:
    """Each file with its name, those that cannot be read left out with a line of error output."""
    for path in paths or ["-"]:
        try:
            source = open_path(call, path)
        except OSError as error:
            call.fail(f"{call.name}: {path}: {error.strerror}")
            continue
        yield path, source


async def all_lines(call: Call, paths: list[str]) -> list[bytes]:
    """The lines of all files without their newlines, in memory at once."""
    lines: list[bytes] = []
    async for _, source in opened(call, paths):
        lines.extend((await source.read_all()).split(b"\n"))
        if lines and not lines[-1]:
            lines.pop()
    return lines


def whole_number(call: Call, text: str, least: int = 0) -> int:
    """A number with its unit: 4k is 4096. Raises UsageError."""
    units = {
        "": 1,
        "c": 1,
        "w": 2,
        "b": 512,
        "k": 1024,
        "kd": 1000,
        "m": 1024**2,
        "md": 1000**2,
        "g": 1024**3,
    }
    digits = text.rstrip("cwbkdmgKMGD")
    unit = text[len(digits) :].lower()
    if not digits.lstrip("-+").isdigit() or unit not in units:
        raise UsageError(f"{call.name}: not integer: {text}")
    number = int(digits) * units[unit]
    if number < least:
        raise UsageError(f"{call.name}: {number} < {least}")
    return number
