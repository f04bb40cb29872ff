"""A file's text with what is wrong with it, line by line, for a page: the same carets as `runner validate` prints."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from itertools import islice

from runner.campaign.document import lines_of
from runner.diagnostics import Diagnostic
from runner.reports.shown import visible
from runner.reports.text import place, underlined

MOST_LINES = 800
"""A longer file is told in stretches around its problems."""

AROUND = 3
"""How many lines before and behind a problem of a long file are told."""

MOST_NOTES = 100
MOST_COMPARED = 2500
"""Files with more lines are not compared: that could take seconds."""

MOST_DIFFERENT = 1000
"""How many lines of a diff are told."""

_WIDE = 300
"""A longer line is cut around its first problem, or at its end."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """A diagnostic below its line: the carets stand under `line` as it is shown, which is another stretch of it if the
    line is long."""

    severity: str
    code: str
    message: str
    hint: str | None
    related: tuple[str, ...]
    line: str | None
    carets: str


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A line with its number, and what is wrong with it. `gap` is how many lines are left out before it."""

    number: int
    text: str
    mistakes: tuple[Mistake, ...] = ()
    gap: int = 0


@dataclass(frozen=True, slots=True)
class Source:
    """A file, its lines, how many lines behind them are left out, and how many mistakes beyond those told."""

    path: str
    lines: tuple[SourceLine, ...]
    rest: int = 0
    more: int = 0


def sources(diagnostics: Sequence[Diagnostic], texts: Mapping[str, str], first: str) -> list[Source]:
    """The file `first`, and each other file in which something is wrong."""
    found: dict[str, list[Diagnostic]] = {first: []}
    for diagnostic in diagnostics:
        found.setdefault(diagnostic.path, []).append(diagnostic)
    return [source(path, texts.get(path, ""), wrong) for path, wrong in found.items()]


def source(path: str, text: str, diagnostics: Sequence[Diagnostic] = ()) -> Source:
    """A file's text; `diagnostics` are those in this file."""
    lines = lines_of(text)
    told = diagnostics[:MOST_NOTES]
    by_line: dict[int, list[Diagnostic]] = {}
    for diagnostic in told:
        by_line.setdefault(min(diagnostic.span.line, len(lines)), []).append(diagnostic)
    numbers = list(_numbers(len(lines), by_line))
    made, before = [], 0
    for number in numbers:
        mistakes = tuple(_mistake(one, lines) for one in by_line.get(number, ()))
        made.append(SourceLine(number, _shown(lines[number - 1]), mistakes, number - before - 1))
        before = number
    return Source(visible(path), tuple(made), len(lines) - before, len(diagnostics) - len(told))


def text_diff(before: str, after: str) -> list[tuple[str, str]] | None:
    """How a text differs, as a unified diff: each line with its sign, `@` for a place, `+`, `-` or a blank. None if the
    texts are too long to be compared."""
    olds, news = lines_of(before), lines_of(after)
    if max(len(olds), len(news)) > MOST_COMPARED:
        return None
    lines = list(islice(unified_diff(olds, news, lineterm="", n=3), 2, None))
    more = len(lines) - MOST_DIFFERENT
    told = [
        ("@", line) if line.startswith("@@") else (line[:1], _shown(line[1:]))
        for line in lines[:MOST_DIFFERENT]
    ]
    return [*told, ("@", f"and {more} more lines")] if more > 0 else told


def _numbers(count: int, wrong: Mapping[int, object]) -> Iterator[int]:
    """The lines that are told."""
    if count <= MOST_LINES:
        yield from range(1, count + 1)
    elif not wrong:
        yield from range(1, MOST_LINES + 1)
    else:
        near = {line for at in wrong for line in range(at - AROUND, at + AROUND + 1)}
        yield from sorted(line for line in near if 1 <= line <= count)


def _mistake(diagnostic: Diagnostic, lines: Sequence[str]) -> Mistake:
    at = diagnostic.span.line - 1
    line = lines[at] if at < len(lines) else ""
    shown, carets = underlined(line, diagnostic.span, _WIDE) if line.strip() else ("", "")
    return Mistake(
        str(diagnostic.severity),
        diagnostic.code,
        visible(diagnostic.message),
        visible(diagnostic.hint) if diagnostic.hint else None,
        tuple(f"{place(one.path, one.span)}: {visible(one.message)}" for one in diagnostic.related),
        None if shown == _shown(line).rstrip() else shown,
        carets,
    )


def _shown(line: str) -> str:
    shown = visible(line).expandtabs(4)
    return shown if len(shown) <= _WIDE else f"{shown[:_WIDE]}…"
