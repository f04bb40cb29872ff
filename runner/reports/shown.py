"""Makes text from outside safe to show: nothing in it steers a terminal, hides, or makes a line of its own.

Others write serials, captions, names of files and answers of servers. For people a character that steers is written as
its escape, `\\x1b`; in JSON as JSON's own, so that programs lose nothing.
"""

import re
import unicodedata
from collections.abc import Iterable
from itertools import accumulate

_STEERS = (
    r"\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls, among them the escape character
    r"\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff"  # without width, or changing the direction of writing
    r"\ud800-\udfff"  # surrogates, which stand for the bytes of a name that is no UTF-8
)
_STEERING = re.compile(rf"[{_STEERS}\n]")
_STEERING_IN_JSON = re.compile(f"[{_STEERS}]")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7e]")
_COLOR = re.compile(r"(\x1b\[[0-9;]*m)")
_ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
_BYTES_OF_NAMES = range(0xDC80, 0xDD00)
"""The characters as which Python reads the bytes 0x80 to 0xFF of a name that is no UTF-8 (PEP 383)."""


def visible(text: str) -> str:
    """One line that cannot steer a terminal: steering characters and line ends are escaped; tabs stay."""
    return text if text.isprintable() else _STEERING.sub(lambda found: _escaped(found[0]), text)


def shown_in_line(text: str) -> str:
    """The same with blanks for tabs: of all that is left every terminal knows how wide it is."""
    return visible(text).replace("\t", " ")


def visible_but_colors(line: str) -> str:
    """The same for a line that was painted here: its colors stay."""
    parts = _COLOR.split(line)
    return "".join(part if number % 2 else visible(part) for number, part in enumerate(parts))


def without_colors(line: str) -> str:
    """A line that was painted here, as it was before that."""
    return _COLOR.sub("", line)


def json_shown(text: str, *, ascii_only: bool = False) -> str:
    """JSON with the same meaning that steers no terminal; with ASCII characters only, if asked."""
    pattern = _BEYOND_ASCII if ascii_only else _STEERING_IN_JSON
    return text if text.isprintable() and not ascii_only else pattern.sub(_json_escape, text)


def width(text: str) -> int:
    """The columns that a terminal gives to a text: two for wide characters, none for combining ones."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def shortened(names: Iterable[str], columns: int) -> dict[str, str]:
    """Each name in at most this many columns, cut in the middle if it is longer; no two of them look alike.

    All names keep as much of their beginning and of their end. If no cut tells them apart, a number does.
    """
    whole = list(dict.fromkeys(names))
    room = max(columns - 1, 1)
    # Serials of one maker often share their beginning or their end: the cut moves away from the middle
    # until it leaves what differs.
    for head in sorted(range(room + 1), key=lambda head: abs(head - room // 2)):
        cut = {name: _cut(name, columns, head, room - head) for name in whole}
        if len(set(cut.values())) == len(whole):
            return cut
    return {
        name: _cut(f"{number}{_ELLIPSIS}{name}", columns, room, 0)
        for number, name in enumerate(whole, start=1)
    }


def _cut(name: str, columns: int, head: int, tail: int) -> str:
    if width(name) <= columns:
        return name
    return f"{_begin(name, head)}{_ELLIPSIS}{_begin(name[::-1], tail)[::-1]}"


def _begin(text: str, columns: int) -> str:
    """As much of a text as has room in this many columns."""
    ends = accumulate(map(_columns, text))
    return text[: sum(1 for end in ends if end <= columns)]


def _escaped(character: str) -> str:
    number = ord(character)
    if number in _BYTES_OF_NAMES:
        return f"\\x{number - 0xDC00:02x}"
    if character == "\n":
        return "\\n"
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"


def _json_escape(found: re.Match[str]) -> str:
    # JSON escapes are UTF-16 code units: a character beyond U+FFFF is two of them.
    units = found[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


def _columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
