"""Characters that look like those of YAML, names and numbers, but are others.

Word processors and chat apps put them there, and nobody sees the difference.
"""

import re

from runner.campaign.document import Place

QUOTES = "\u201c\u201d\u201e\u201f\u2018\u2019\u201a\u201b\xab\xbb\uff02\uff07\u2032\u2033\xb4\u02bc"
_COMMAS = "\uff0c\u3001\ufe50\uff64\u060c"
_COLONS = "\uff1a\ufe55\ufe13\u2236\ua789"
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
_WIDE = "\xa0\u1680\u2000-\u200a\u202f\u205f\u3000"
INVISIBLE = "\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\xad\u180e"
BLANKS = _WIDE + INVISIBLE
_BRACKETS = "\uff3b\uff3d\uff5b\uff5d\u3010\u3011"

PLAIN = {
    **dict.fromkeys(_COMMAS, ","),
    **dict.fromkeys(_COLONS, ":"),
    **dict.fromkeys(_DASHES, "-"),
    **dict.fromkeys(QUOTES, '"'),
}
"""The character that each of them looks like; a quote may also stand for a single one."""

IN_NAMES = re.compile(f"[{BLANKS}{QUOTES}{_COMMAS}{_COLONS}{_DASHES}{_BRACKETS}\uff01-\uff5e]")
_IN_SYNTAX = re.compile(
    rf"^[ \t]*(?P<indent>[{BLANKS}])"
    rf"|(?:^[ \t]*|[:\-,\[{{][ \t]+|[\[{{])(?P<quote>[{QUOTES}])"
    rf"|(?:[:\-,\[{{])(?P<after>[{BLANKS}])"
    rf"|(?P<before>[{BLANKS}])(?=[:,\]}}])"
    rf"|(?P<colon>[{_COLONS}])|(?P<bracket>[{_BRACKETS}])|(?P<comma>[{_COMMAS}])"
    rf"|^[ \t]*(?P<dash>[{_DASHES}])[ \t]",
    re.MULTILINE,
)


def named(character: str) -> str:
    """A character by its code point and name: `U+FF0C FULLWIDTH COMMA`."""
    from unicodedata import name

    return f"U+{ord(character):04X} {name(character, '')}".rstrip()


def advice(character: str) -> str:
    """What to do about such a character."""
    if character in PLAIN:
        return f"write {PLAIN[character]} instead"
    if is_blank(character):
        return "write a blank instead, or remove it"
    from unicodedata import normalize

    return f"write {normalize('NFKC', character)} instead"


def in_syntax(text: str, start: int, end: int) -> Place | None:
    """The first such character where YAML expects a character of its own, in the lines from `start` to `end`."""
    if text.isascii():
        return None
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", end)
    found = _IN_SYNTAX.search(text, first, last if last >= 0 else len(text))
    return found.span(found.lastgroup or 0) if found else None


def what(character: str) -> str:
    """A message about such a character."""
    kind = "no blank" if is_blank(character) else f"no {PLAIN.get(character, 'plain character')}"
    shown = "this invisible character" if is_blank(character) else character
    return f"{shown} is {named(character)}, and {kind} to YAML"


def is_blank(character: str) -> bool:
    """Whether people see a character as a blank, or not at all."""
    return re.match(f"[{BLANKS}]", character) is not None
