"""Diagnostics for people: the place, the problem, the line with carets, and what to do."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache

from runner.diagnostics import Diagnostic, Severity, Span

_TAB_WIDTH = 4
_WINDOW = 150
"""A longer line is cut to a window of so many characters around the problem."""

_RESET = "\x1b[0m"
_STYLES = {"error": "\x1b[1;31m", "warning": "\x1b[1;33m", "place": "\x1b[1m", "frame": "\x1b[2m"}
_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_INVISIBLE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")

_Painter = Callable[[str, str], str]


def render(
    diagnostics: Sequence[Diagnostic], texts: Mapping[str, str], files: int, *, color: bool = False
) -> Iterator[str]:
    """The diagnostics and closing lines with the counts, line by line."""
    yield from excerpts(diagnostics, texts, color=color)
    yield summary(diagnostics, files)
    if fixable := sum(diagnostic.fix is not None for diagnostic in diagnostics):
        yield f"`runner validate --fix` rewrites {fixable} of them"


def excerpts(
    diagnostics: Sequence[Diagnostic], texts: Mapping[str, str], *, color: bool = False
) -> Iterator[str]:
    """The diagnostics line by line, an empty line behind each.

    `texts` has each file's text by its path; of a file without one the source lines are left out.
    """
    lines = cache(lambda path: _LINE_BREAK.split(texts.get(path, "")))
    paint = _paint if color else _leave_plain
    for diagnostic in diagnostics:
        yield from _diagnostic(diagnostic, lines(diagnostic.path), paint)
        yield ""


def _diagnostic(diagnostic: Diagnostic, lines: Sequence[str], paint: _Painter) -> Iterator[str]:
    severity = str(diagnostic.severity)
    place = paint("place", _place(diagnostic.path, diagnostic.span))
    yield f"{place}: {paint(severity, severity)}: {visible(diagnostic.message)} [{diagnostic.code}]"
    gutter = len(str(diagnostic.span.line)) + 2
    line = lines[diagnostic.span.line - 1] if diagnostic.span.line <= len(lines) else ""
    if line.strip():
        shown, carets = _underlined(line, diagnostic.span)
        yield f"{paint('frame', f' {diagnostic.span.line} |')} {shown}"
        yield f"{paint('frame', ' ' * gutter + '|')} {paint(severity, carets)}"
    if diagnostic.hint:
        yield f"{paint('frame', ' ' * gutter + '=')} {visible(diagnostic.hint)}"
    for related in diagnostic.related:
        place = _place(related.path, related.span)
        yield f"{paint('frame', ' ' * gutter + '-')} {place}: {visible(related.message)}"


def _place(path: str, span: Span) -> str:
    return f"{visible(path)}:{span.line}:{span.column}"


def _underlined(line: str, span: Span) -> tuple[str, str]:
    """The line as a terminal shows it, and the carets under its part of the span."""
    start = min(span.column - 1, len(line))
    end = span.end_column - 1 if span.end_line == span.line else len(line.rstrip())
    first = max(0, start - _WINDOW // 3) if len(line) > _WINDOW else 0
    window = line[first : first + _WINDOW]
    before = "…" if first else ""
    after = "…" if first + _WINDOW < len(line) else ""
    shown = before + _expanded(window) + after
    left = len(before) + _width(_expanded(window[: start - first]))
    right = len(before) + _width(_expanded(window[: max(end - first, 0)]))
    return shown.rstrip(), " " * left + "^" * max(right - left, 1)


def _expanded(text: str) -> str:
    return visible(text).expandtabs(_TAB_WIDTH)


def visible(text: str) -> str:
    """Text that cannot steer a terminal: control and direction characters are shown as a mark."""
    return _INVISIBLE.sub("\ufffd", text)


def _width(text: str) -> int:
    """The columns that a terminal gives to a text: two for wide characters, none for combining ones."""
    if text.isascii():
        return len(text)
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def summary(diagnostics: Sequence[Diagnostic], files: int) -> str:
    """`2 errors and 1 warning in 3 files`."""
    errors = sum(diagnostic.severity is Severity.ERROR for diagnostic in diagnostics)
    counts = [_count(errors, "error"), _count(len(diagnostics) - errors, "warning")]
    found = " and ".join(filter(None, counts)) or "no problems"
    return f"{found} in {_count(files, 'file')}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}" if number else ""


def _paint(style: str, text: str) -> str:
    return f"{_STYLES[style]}{text}{_RESET}"


def _leave_plain(style: str, text: str) -> str:
    return text
