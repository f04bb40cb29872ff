"""Diagnostics for people: the place, the problem, the line with carets, and what to do."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache

from runner.campaign.document import lines_of
from runner.diagnostics import Diagnostic, Severity, Span
from runner.reports.shown import visible, width

_TAB_WIDTH = 4
_WINDOW = 150
"""A longer line is cut to a window of this many characters around the problem, or to the width of a terminal."""

_NARROWEST, _WIDEST = 20, 1_000

_RESET = "\x1b[0m"
_STYLES = {"error": "\x1b[1;31m", "warning": "\x1b[1;33m", "place": "\x1b[1m", "frame": "\x1b[2m"}

_Painter = Callable[[str, str], str]


def render(
    diagnostics: Sequence[Diagnostic],
    texts: Mapping[str, str],
    files: int,
    *,
    room: int = _WIDEST,
    color: bool = False,
) -> Iterator[str]:
    """The diagnostics and last lines with the counts, line by line. `room` is the columns for lines of files."""
    yield from excerpts(diagnostics, texts, room=room, color=color)
    yield summary(diagnostics, files)
    if fixable := sum(diagnostic.fix is not None for diagnostic in diagnostics):
        yield f"`runner validate --fix` rewrites {fixable} of them"


def excerpts(
    diagnostics: Sequence[Diagnostic],
    texts: Mapping[str, str],
    *,
    room: int = _WIDEST,
    color: bool = False,
) -> Iterator[str]:
    """The diagnostics line by line, an empty line behind each.

    `texts` has each file's text by its path; source lines of a file without text are left out.
    """
    lines = cache(lambda path: lines_of(texts.get(path, "")))
    paint = _paint if color else _leave_plain
    for diagnostic in diagnostics:
        yield from _diagnostic(diagnostic, lines(diagnostic.path), room, paint)
        yield ""


def _diagnostic(diagnostic: Diagnostic, lines: Sequence[str], room: int, paint: _Painter) -> Iterator[str]:
    severity = str(diagnostic.severity)
    where = paint("place", place(diagnostic.path, diagnostic.span))
    yield f"{where}: {paint(severity, severity)}: {visible(diagnostic.message)} [{diagnostic.code}]"
    gutter = len(str(diagnostic.span.line)) + 2
    line = lines[diagnostic.span.line - 1] if diagnostic.span.line <= len(lines) else ""
    if line.strip():
        shown, carets = underlined(line, diagnostic.span, room - gutter - 2)
        yield f"{paint('frame', f' {diagnostic.span.line} |')} {shown}"
        yield f"{paint('frame', ' ' * gutter + '|')} {paint(severity, carets)}"
    if diagnostic.hint:
        yield f"{paint('frame', ' ' * gutter + '=')} {visible(diagnostic.hint)}"
    for related in diagnostic.related:
        where = place(related.path, related.span)
        yield f"{paint('frame', ' ' * gutter + '-')} {where}: {visible(related.message)}"


def place(path: str, span: Span) -> str:
    """`launch.yaml:3:7`."""
    return f"{visible(path)}:{span.line}:{span.column}"


def underlined(line: str, span: Span, room: int) -> tuple[str, str]:
    """The line as a terminal of `room` columns shows it, and the carets under its part of the span."""
    start = min(span.column - 1, len(line))
    end = span.end_column - 1 if span.end_line == span.line else len(line.rstrip())
    most = min(_WINDOW, max(room - len("……"), _NARROWEST))
    first = max(0, start - most // 3) if len(line) > most else 0
    window = line[first : first + most]
    before = "…" if first else ""
    after = "…" if first + most < len(line) else ""
    shown = before + _expanded(window) + after
    left = len(before) + width(_expanded(window[: start - first]))
    right = len(before) + width(_expanded(window[: max(end - first, 0)]))
    return shown.rstrip(), " " * left + "^" * max(right - left, 1)


def _expanded(text: str) -> str:
    return visible(text).expandtabs(_TAB_WIDTH)


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
