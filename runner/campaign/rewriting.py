"""Rewrites a campaign file where a problem has one answer, and touches nothing else in it.

A fix replaces the text of one key or one value; everything around it, comments and layout included, stays as it is,
character by character. The new text is read again, and a fix is kept only if the data differ in that key or value and
nowhere else.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from runner.campaign.document import Document, JsonPath, Mark, Marks, Place, line_starts
from runner.campaign.reader import read
from runner.campaign.scalars import plain
from runner.diagnostics import Diagnostic, Fix, Span

_QUOTES = ("'", '"')


def fix(document: Document, path: JsonPath, answer: str | float, *, key: bool = False) -> Fix | None:
    """The fix that puts `answer` in the place of the value at `path`, or of its key.

    Text keeps its quotes, and gets quotes where it would not be text otherwise. None if a fix cannot be made in place:
    the value has an anchor or a tag, or spans several lines, or the answer is no plain name.
    """
    source = document.source(path, key=key)
    if not source or source[0] in "&!|>" or "\n" in source:
        return None
    text = _written(answer, source[0] if source[0] in _QUOTES else "")
    return Fix(document.span(path, key=key), text) if read(text, "").data == answer else None


def _written(answer: str | float, quote: str) -> str:
    if isinstance(answer, bool):
        return "true" if answer else "false"
    if not isinstance(answer, str):
        return str(answer)
    if not quote and not isinstance(plain(answer), str):
        quote = '"'
    return f"{quote}{answer}{quote}"


@dataclass(frozen=True, slots=True)
class _Edit:
    """A fix as a change of text at a place."""

    place: Place
    text: str
    diagnostic: Diagnostic


def rewrite(document: Document, diagnostics: Iterable[Diagnostic]) -> tuple[Document, list[Diagnostic]]:
    """The document with every fix that can be proven right, and the diagnostics that these fixes answer.

    Where two fixes contradict each other, neither is made.
    """
    document = read(document.text, document.path)  # its data may have misspelt keys put right
    if document.data is None:
        return document, []
    rewritten, made = _make(document, _edits(document, diagnostics))
    return rewritten, [edit.diagnostic for edit in made]


def _edits(document: Document, diagnostics: Iterable[Diagnostic]) -> list[_Edit]:
    """One edit for each place, in the order of the text."""
    starts = line_starts(document.text)
    by_place: dict[Place, list[_Edit]] = {}
    for diagnostic in diagnostics:
        if diagnostic.fix:
            place = _place(diagnostic.fix.span, starts)
            by_place.setdefault(place, []).append(_Edit(place, diagnostic.fix.text, diagnostic))
    agreed = [edits[0] for edits in by_place.values() if len({edit.text for edit in edits}) == 1]
    return sorted(agreed, key=lambda edit: edit.place)


def _place(span: Span, starts: Sequence[int]) -> Place:
    return starts[span.line - 1] + span.column - 1, starts[span.end_line - 1] + span.end_column - 1


def _make(document: Document, edits: list[_Edit]) -> tuple[Document, list[_Edit]]:
    """Make as many of the edits as can be proven right: all together, otherwise each half by itself.

    The later half comes first, so that the places of the earlier one still hold.
    """
    if not edits:
        return document, []
    after = read(_edited(document.text, edits), document.path)
    if _Comparison(edits).proves(document, after):
        return after, edits
    if len(edits) == 1:
        return document, []
    middle = len(edits) // 2
    document, late = _make(document, edits[middle:])
    document, early = _make(document, edits[:middle])
    return document, early + late


def _edited(text: str, edits: Sequence[_Edit]) -> str:
    parts, at = [], 0
    for edit in edits:
        start, end = edit.place
        parts += [text[at:start], edit.text]
        at = max(at, end)
    return "".join([*parts, text[at:]])


class _Comparison:
    """Compares the data before and after some edits."""

    def __init__(self, edits: Sequence[_Edit]) -> None:
        self._answers = {edit.place[0]: read(edit.text, "").data for edit in edits}
        self._met: list[int] = []
        self._seen: set[int] = set()

    def proves(self, before: Document, after: Document) -> bool:
        """Whether each edit has changed one key or value as it says, and nothing else is changed."""
        as_before = [problem.code for problem in before.diagnostics]
        return (
            [problem.code for problem in after.diagnostics] == as_before
            and before.marks is not None
            and self._agree(before.data, after.data, before.marks)
            and sorted(self._met) == sorted(self._answers)
        )

    def _agree(self, old: Any, new: Any, mark: Mark) -> bool:
        if not isinstance(mark, Marks):
            return self._agree_at(mark, old, new)
        if id(mark) in self._seen:  # an alias leads here again
            return True
        self._seen.add(id(mark))
        if type(old) is not type(new) or len(old) != len(new):
            return False
        if isinstance(old, list):
            return all(
                self._agree(was, now, mark.items[at])
                for at, (was, now) in enumerate(zip(old, new, strict=True))
            )
        return all(
            self._agree_at(mark.keys[key], key, new_key)
            and self._agree(old[key], new[new_key], mark.items[key])
            for key, new_key in zip(old, new, strict=True)
        )

    def _agree_at(self, place: Place, old: Any, new: Any) -> bool:
        wanted = old
        # A value that was left empty has no text of its own, and may start where an edited key does.
        if place[0] in self._answers and place[0] < place[1]:
            self._met.append(place[0])
            wanted = self._answers[place[0]]
        return type(wanted) is type(new) and bool(wanted == new)
