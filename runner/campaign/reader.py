"""Turns YAML text into data, with a mark for every key and value: libyaml's events, YAML 1.2's values, bounded.

PyYAML's own loader would give values of YAML 1.1 and no places, and would follow aliases without a bound.
"""

import re
from functools import cached_property
from math import isfinite
from typing import Any, NoReturn

from yaml._yaml import CParser
from yaml.error import YAMLError
from yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)
from yaml.reader import ReaderError

from runner.campaign.document import Document, Mark, Marks, Place, line_starts, span_of
from runner.campaign.scalars import MAYBE_NOT_TEXT, plain
from runner.diagnostics import MAX_PROBLEMS, Diagnostic, Related, Severity, Span

MAX_BYTES = 1024 * 1024
"""The largest file that is read."""
MAX_VALUES = 30_000
"""How many keys and values a file may have."""
MAX_DEPTH = 50
"""How deep mappings and lists may be nested, aliases followed."""
MAX_ALIASED_VALUES = 10_000
"""How many values all aliases of a file together may stand for."""
_TEXT_AS_ONE = 64
"""This many characters of what an alias stands for count as one more value: long texts multiply too."""

_TAG = re.compile(r"![^\s,\[\]{}]*")
# The characters that libyaml refuses; the byte order mark is among them, except at the start. To name those that it
# takes would be shorter, but takes ten times as long to compile.
_NOT_ALLOWED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")


def read(text: str | bytes, path: str) -> Document:
    """Read one YAML file; never raises. `path` is only for the diagnostics.

    It reports duplicate keys, merge keys, tags, several documents and keys that are no text, and reads on; after a
    syntax error there is no data.
    """
    reading = _Reading(path)
    try:
        data, marks = reading.document(text)
    except _UnreadableError:
        data = marks = None
    return Document(path, reading.text, data, marks, tuple(reading.diagnostics))


class _UnreadableError(Exception):
    """Reading cannot go on; the reason has been noted."""


class _Reading:
    """One pass over the events of one text."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.text = ""
        self.diagnostics: list[Diagnostic] = []
        self._next: Any = None
        self._anchors: dict[str, tuple[Any, Mark, int, int]] = {}
        self._values = 0
        self._aliased_values = 0
        self._depth = 0
        self._deepest = 0
        self._end = 0

    def document(self, text: str | bytes) -> tuple[Any, Mark | None]:
        if len(text) > MAX_BYTES:
            self._refuse("too-large", (0, 0), f"the file is larger than {MAX_BYTES // 1024} KiB")
        self.text = (text if isinstance(text, str) else self._decode(text)).removeprefix("\ufeff")
        try:
            return self._only_document()
        except YAMLError as error:
            self._refuse_syntax(error)
        # A lone surrogate, which a request's JSON may have: libyaml takes UTF-8.
        except UnicodeEncodeError as error:
            self._refuse_character(error.start)

    def _only_document(self) -> tuple[Any, Mark | None]:
        self._next = CParser(self.text).get_event
        self._next()
        if isinstance(self._next(), StreamEndEvent):
            return None, None
        value = self._value(self._next())
        self._next()
        event = self._next()
        if not isinstance(event, StreamEndEvent):
            self._note(
                "unsupported-yaml",
                (event.start_mark.index, event.start_mark.index + 3),
                "a second document starts here",
                "write one campaign per file",
            )
        return value

    def _value(self, event: Any) -> tuple[Any, Mark]:
        kind = event.__class__
        if kind is ScalarEvent:
            return self._scalar(event)
        if kind is AliasEvent:
            return self._alias(event)
        return self._collection(event)

    def _scalar(self, event: Any) -> tuple[Any, Place]:
        value = event.value
        place = (event.start_mark.index, event.end_mark.index)
        self._values += 1
        if self._values > MAX_VALUES:
            self._refuse("too-large", place, f"the file has more than {MAX_VALUES} keys and values")
        self._end = place[1]
        if event.implicit[0]:
            # Most values are text: one look at the first character spares them the patterns.
            if not value or value[0] in MAYBE_NOT_TEXT:
                value = plain(value)
                if value.__class__ is float and not isfinite(value):
                    value = self._no_number(event.value, place)
        elif event.tag is not None:
            self._note_tag(place[0])
        if event.anchor is not None:
            self._anchors[event.anchor] = (value, place, 1 + (place[1] - place[0]) // _TEXT_AS_ONE, 0)
        return value, place

    def _no_number(self, text: str, place: Place) -> str:
        message = "this is not a number that can be used"
        self._note("unsupported-yaml", place, message, "quote it if it is meant as text")
        return text

    def _collection(self, event: Any) -> tuple[Any, Marks]:
        marks = Marks(event.start_mark.index)
        outer_deepest, values_before = self._deepest, self._values
        self._depth += 1
        self._deepest = self._depth
        self._values += 1
        if self._depth > MAX_DEPTH:
            self._refuse_depth((marks.start, marks.start + 1))
        if event.tag is not None:
            self._note_tag(marks.start)
        if event.anchor is not None:
            # Until the collection is complete its anchor means nothing: an alias within it would make a
            # cycle.
            self._anchors.pop(event.anchor, None)
        data = self._mapping(marks) if event.__class__ is MappingStartEvent else self._sequence(marks)
        self._depth -= 1
        if event.anchor is not None:
            height = self._deepest - self._depth
            weight = self._values - values_before + (marks.end - marks.start) // _TEXT_AS_ONE
            self._anchors[event.anchor] = (data, marks, weight, height)
        self._deepest = max(self._deepest, outer_deepest)
        return data, marks

    def _mapping(self, marks: Marks) -> dict[str, Any]:
        data: dict[str, Any] = {}
        place: Any
        mark: Mark
        # This loop runs for every key of every file: it looks its means up once, goes straight to scalars, and has one
        # condition for all that is unusual.
        read, scalar, other, items, keys = self._next, self._scalar, self._value, marks.items, marks.keys
        while (event := read()).__class__ is not MappingEndEvent:
            key, place = scalar(event) if event.__class__ is ScalarEvent else other(event)
            of_value = read()
            value, mark = scalar(of_value) if of_value.__class__ is ScalarEvent else other(of_value)
            if key.__class__ is not str or key in data or key == "<<":
                written = key
                key = self._odd_key(event, key, place, marks)
                if key is None:
                    if written.__class__ is str and written in keys:
                        marks.repeated = (*marks.repeated, (written, value, mark, place))
                    continue
            data[key], items[key], keys[key] = value, mark, place
        self._close(marks, event)
        return data

    def _sequence(self, marks: Marks) -> list[Any]:
        data: list[Any] = []
        while (event := self._next()).__class__ is not SequenceEndEvent:
            value, marks.items[len(data)] = self._value(event)
            data.append(value)
        self._close(marks, event)
        return data

    def _close(self, marks: Marks, event: Any) -> None:
        """A block collection ends with its last value, since libyaml ends it only where the next token begins; one in
        brackets ends with its bracket."""
        if event.end_mark.index > event.start_mark.index:
            self._end = event.end_mark.index
        marks.end = self._end

    def _odd_key(self, event: Any, key: Any, mark: Mark, marks: Marks) -> str | None:
        """Note what is wrong with a key. The key to use in the data, None to leave it out."""
        if isinstance(mark, Marks):
            self._note(
                "unsupported-yaml", (mark.start, mark.end), "a key must be text, not a mapping or a list"
            )
            return None
        text = self.text[mark[0] : mark[1]]
        if key == "<<" and event.implicit[0]:
            hint = "repeat the keys, or give the config a name in `configs:` and use it twice"
            self._note("unsupported-yaml", mark, "merge keys (<<) are not part of YAML 1.2", hint)
            return None
        if not isinstance(key, str):
            what = (
                "is a number" if isinstance(key, int | float) and not isinstance(key, bool) else "is no text"
            )
            self._note(
                "unsupported-yaml", mark, f"the key `{text}` {what}", f'quote it: "{text}"' if text else None
            )
            key = text
        if key in marks.keys:
            first = Related(self.path, self._span(marks.keys[key]), "it stands here first")
            self._note("duplicate-key", mark, f"the key `{key}` stands here a second time", related=(first,))
            return None
        return str(key)

    def _alias(self, event: Any) -> tuple[Any, Mark]:
        place = (event.start_mark.index, event.end_mark.index)
        self._end = place[1]
        if event.anchor not in self._anchors:
            hint = "put quotes around it if it is text; an anchor comes before its aliases, and never contains itself"
            self._note("yaml-syntax", place, f"there is no anchor &{event.anchor} before this alias", hint)
            return None, place
        # The data are shared, not copied; they are counted as if copied, since whoever walks through them
        # meets them again.
        data, mark, values, height = self._anchors[event.anchor]
        self._values += values
        self._aliased_values += values
        self._deepest = max(self._deepest, self._depth + height)
        if self._aliased_values > MAX_ALIASED_VALUES:
            self._refuse(
                "alias-bomb", place, f"the aliases up to here stand for more than {MAX_ALIASED_VALUES} values"
            )
        if self._deepest > MAX_DEPTH:
            self._refuse_depth(place)
        return data, mark

    @cached_property
    def _line_starts(self) -> list[int]:
        return line_starts(self.text)

    def _span(self, place: Place) -> Span:
        return span_of(place, self._line_starts)

    def _note(
        self,
        code: str,
        place: Place,
        message: str,
        hint: str | None = None,
        related: tuple[Related, ...] = (),
    ) -> None:
        diagnostic = Diagnostic(self.path, self._span(place), Severity.ERROR, code, message, hint, related)
        self.diagnostics.append(diagnostic)
        if len(self.diagnostics) == MAX_PROBLEMS:
            self._refuse("too-many-problems", place, "the file is not read on after so many problems")

    def _note_tag(self, start: int) -> None:
        at = self.text.index("!", start)
        # libyaml gives the tag resolved, without its place.
        tag = _TAG.match(self.text, at)
        end = tag.end() if tag else at + 1
        self._note(
            "unsupported-yaml",
            (at, end),
            f"tags such as `{self.text[at:end]}` are not supported",
            "put quotes around it if it is text, or remove it",
        )

    def _refuse(self, code: str, place: Place, message: str, hint: str | None = None) -> NoReturn:
        self._note(code, place, message, hint)
        raise _UnreadableError

    def _refuse_depth(self, place: Place) -> NoReturn:
        self._refuse("too-deep", place, f"mappings and lists are nested more than {MAX_DEPTH} deep")

    def _refuse_syntax(self, error: YAMLError) -> NoReturn:
        odd = _NOT_ALLOWED.search(self.text) if isinstance(error, ReaderError) else None
        if odd:
            self._refuse_character(odd.start())
        from runner.campaign.syntax import explain  # only for a file that is no YAML

        problem = explain(self.text, error)
        related: tuple[Related, ...] = ()
        if problem.opened:
            related = (Related(self.path, self._span(problem.opened[0]), problem.opened[1]),)
        self._note("yaml-syntax", problem.place, problem.message, problem.hint, related)
        raise _UnreadableError

    def _refuse_character(self, at: int) -> NoReturn:
        from runner.campaign.characters import named

        message = f"the character {named(self.text[at])} cannot stand in a YAML file"
        self._refuse("not-text", (at, at + 1), message, "remove it")

    def _decode(self, raw: bytes) -> str:
        try:
            return raw.decode()
        except UnicodeDecodeError as error:
            self.text = raw.decode(errors="replace").removeprefix("\ufeff")
            at = len(raw[: error.start].decode().removeprefix("\ufeff"))
            message = f"the byte 0x{raw[error.start]:02x} is not UTF-8"
            self._refuse("not-text", (at, at + 1), message, "save the file as UTF-8")
