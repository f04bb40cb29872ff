"""The shell's patterns (`*`, `?`, `[a-z]`) as regular expressions. A backslash makes a sign ordinary."""

import re
from functools import lru_cache

_SIGNS = re.compile(r"[*?\[\\]")
_CLASSES = {
    "alnum": r"a-zA-Z0-9",
    "alpha": r"a-zA-Z",
    "blank": r" \t",
    "cntrl": r"\x00-\x1f\x7f",
    "digit": r"0-9",
    "graph": r"!-~",
    "lower": r"a-z",
    "print": r" -~",
    "punct": r"!-/:-@\[-`{-~",
    "space": r"\s",
    "upper": r"A-Z",
    "xdigit": r"0-9A-Fa-f",
}


def is_pattern(text: str) -> bool:
    return "*" in text or "?" in text or "[" in text


def escaped(text: str) -> str:
    """The pattern that only this text fits."""
    return _SIGNS.sub(r"\\\g<0>", text)


def plain(pattern: str) -> str:
    """The text that a pattern without signs stands for."""
    return re.sub(r"\\(.)", r"\1", pattern, flags=re.DOTALL)


@lru_cache(maxsize=512)
def expression(pattern: str, *, shortest: bool = False) -> str:
    """The regular expression of a pattern; `shortest` makes its stars take as little as possible."""
    parts = []
    at = 0
    while at < len(pattern):
        sign = pattern[at]
        at += 1
        if sign == "*":
            parts.append(".*?" if shortest else ".*")
        elif sign == "?":
            parts.append(".")
        elif sign == "[" and (end := _set_end(pattern, at)) is not None:
            parts.append(_set(pattern[at:end]))
            at = end + 1
        elif sign == "\\" and at < len(pattern):
            parts.append(re.escape(pattern[at]))
            at += 1
        else:
            parts.append(re.escape(sign))
    return "".join(parts)


def fits(pattern: str, text: str) -> bool:
    """Whether the whole text fits a pattern. One without signs is compared sign by sign."""
    return compiled(pattern).fullmatch(text) is not None


@lru_cache(maxsize=512)
def compiled(pattern: str, *, shortest: bool = False) -> re.Pattern[str]:
    try:
        return re.compile(expression(pattern, shortest=shortest), re.DOTALL)
    except re.error:
        return re.compile(re.escape(plain(pattern)))


def _set_end(pattern: str, at: int) -> int | None:
    """Where the bracket that closes a set is."""
    place = at + 1 if pattern[at : at + 1] in ("!", "^") else at
    place = place + 1 if pattern[place : place + 1] == "]" else place
    while place < len(pattern) and pattern[place] != "]":
        if pattern.startswith("[:", place):
            place = pattern.find(":]", place) + 1 or len(pattern)
        place += 2 if pattern[place : place + 1] == "\\" else 1
    return place if place < len(pattern) else None


def _set(text: str) -> str:
    negated = text[:1] in ("!", "^")
    text = text[1:] if negated else text
    text = re.sub(r"\[:(\w+):\]", lambda found: "\0" + found.group(1) + "\0", text)
    text = re.sub(r"\\(.)", r"\1", text)
    text = re.sub(r"[\\\[\]&~|^]", r"\\\g<0>", text)
    text = re.sub("\0(\\w+)\0", lambda found: _CLASSES.get(found.group(1), ""), text)
    return f"[{'^' if negated else ''}{text}]"
