"""The one layout of a YAML file: indentation, blanks, quotes and the places of comments; the meaning never changes.

ruamel.yaml writes the file anew with its comments; what it leaves to the author (where comments stand, which
quotes, how many blank lines) is settled afterwards on the text. The result is kept only if it has the same data
and the same comments as before.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.emitter import Emitter
from ruamel.yaml.error import YAMLError
from ruamel.yaml.resolver import VersionedResolver
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, SingleQuotedScalarString

from runner.campaign.document import Document, Place, line_starts, span_of
from runner.campaign.reader import read
from runner.diagnostics import Diagnostic, Severity

WIDTH = 100
"""A list or mapping in brackets that is longer gets a line for each of its items."""
# ruamel.yaml would fold long texts at its width.
_NO_LIMIT = 2**31


def lay_out(document: Document) -> str:
    """The text of a document in the one layout; laid out once more it stays the same.

    Raises LayoutError where that cannot be done without losing something: then the text is to stay as it is.
    """
    if document.data is None:
        return document.text
    # Scalars and comments are matched by their order: a layout changes neither their number nor their
    # sequence.
    before = _Tokens(document.text)
    after = _Tokens(_with_quotes(_rewritten(document), before))
    if (lost := _first_lost(before.comments, after.comments)) is not None:
        raise LayoutError(_cannot_keep(document, lost))
    lines = _with_blank_lines(_lines(after, before.comments))
    text = "\n".join(_written(lines)) + "\n"
    if not _same(read(text, document.path), read(document.text, document.path)):
        problem = "this file cannot be laid out without a change of what it means; it stays as it is"
        raise LayoutError(_problem(document, (0, 0), problem, None))
    return text


class LayoutError(Exception):
    """The file cannot be laid out; `diagnostic` says why."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


class _PlainText(VersionedResolver):
    """Takes every plain value for text, so that it is written as it stood: `1_000`, `0x1F`, `09:00`.

    ruamel.yaml would otherwise read numbers by its own rules, and write them in its own form.
    """

    @property
    def versioned_resolver(self) -> dict[Any, Any]:
        return {}


class _Emitter(Emitter):
    """Writes empty values as nothing, in brackets too, and puts mappings in bracketed lists in braces."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.brace_single_entry_mapping_in_flow_sequence = True

    def choose_scalar_style(self) -> Any:
        left_empty = self.event.value == "" and not self.event.style and self.event.implicit[0]
        return "" if left_empty else super().choose_scalar_style()

    def write_plain(self, text: Any, split: Any = True) -> None:
        super().write_plain(text, split)
        if not text and self.flow_level:
            self.stream.write(" ")  # `{key: }`: without the blank the colon would belong to the key


def _rewritten(document: Document) -> str:
    """The document as ruamel.yaml writes it."""
    rewriter = YAML(typ="rt", pure=True)
    rewriter.Resolver, rewriter.Emitter = _PlainText, _Emitter
    rewriter.preserve_quotes, rewriter.width = True, _NO_LIMIT
    rewriter.indent(mapping=2, sequence=4, offset=2)
    out = io.StringIO()
    try:
        data = rewriter.load(document.text.replace("\r\n", "\n"))
        _break_long(data, 0, 0)
        rewriter.dump(data, out)
    except (YAMLError, NotImplementedError) as error:
        problem = f"this file cannot be laid out: {str(error).splitlines()[0]}"
        raise LayoutError(_problem(document, (0, 0), problem, None)) from error
    return out.getvalue()


def _break_long(node: Any, indent: int, column: int) -> None:
    """Write every list and mapping that does not fit its line without brackets: a line for each of its items.

    `column` is where it begins if it has brackets, `indent` how far its items are indented if it has none.
    """
    if not isinstance(node, CommentedMap | CommentedSeq):
        return
    if node.fa.flow_style() and node and column + _length(node) > WIDTH:
        node.fa.set_block_style()
    if node.fa.flow_style():
        return
    if isinstance(node, CommentedMap):
        for key, value in node.items():
            deeper = indent + (4 if isinstance(value, CommentedSeq) else 2)
            _break_long(value, deeper, indent + _length(key) + 2)
    else:
        for value in node:
            _break_long(value, indent + 2, indent)


def _length(value: Any) -> int:
    """How many columns a value takes in one line."""
    if isinstance(value, CommentedMap):
        return sum(_length(key) + 2 + _length(item) for key, item in value.items()) + 2 * max(1, len(value))
    if isinstance(value, CommentedSeq):
        return sum(map(_length, value)) + 2 * max(1, len(value))
    return len(str(value)) + 2 * isinstance(value, DoubleQuotedScalarString | SingleQuotedScalarString)


@dataclass(frozen=True, slots=True)
class _Comment:
    """A comment: its text from `#` on, its offset, line (from 0) and column, and whether it has a line of its own.

    `with_next` says that it is about the next line that is no comment; other comments end a block, and stand deeper
    than that line.
    """

    text: str
    offset: int
    line: int
    column: int
    alone: bool
    with_next: bool = True


class _Tokens:
    """Where the scalars and the comments of a text are.

    `text_lines` are the lines in which a text of several lines continues: blanks and `#` in them belong to it.
    """

    def __init__(self, text: str) -> None:
        self.text = text.replace("\r\n", "\n").removeprefix("\ufeff")
        self.starts = line_starts(self.text)
        self.lines = self.text.split("\n")
        self.scalars: list[Place] = []
        self.text_lines: set[int] = set()
        self.comments: list[_Comment] = []
        end = 0
        for token in yaml.scan(self.text, Loader=yaml.CLoader):
            place = (token.start_mark.index, token.end_mark.index)
            self._read_gap(end, place[0])
            end = max(end, place[1])
            if isinstance(token, yaml.ScalarToken):
                self.scalars.append(place)
                # A block text ends at the start of the line after it.
                last = token.end_mark.line - (token.end_mark.column == 0)
                self.text_lines.update(range(token.start_mark.line + 1, last + 1))
        self._read_gap(end, len(self.text))
        self.comments = [self._placed(comment) for comment in self.comments]

    def _read_gap(self, start: int, end: int) -> None:
        """Note the comments between two tokens, where else only blanks and line ends are: the scanner drops them."""
        at = start
        for part in self.text[start:end].split("\n"):
            bare = part.strip()
            if bare.startswith("#"):
                offset = at + part.index("#")
                span = span_of((offset, offset), self.starts)
                line, column = span.line - 1, span.column - 1
                alone = not self.lines[line][:column].strip()
                self.comments.append(_Comment(bare, offset, line, column, alone))
            at += len(part) + 1

    def _placed(self, comment: _Comment) -> _Comment:
        previous, following = (self.indent_at(comment, with_next=it) for it in (False, True))
        return replace(comment, with_next=comment.column <= following or previous <= following)

    def _contents(self, numbers: Sequence[int]) -> Iterator[str]:
        """The lines in which a key or an item begins: no comments, and no blank ones."""
        own = (self.lines[n] for n in numbers if n not in self.text_lines)
        return (line for line in own if line.strip() and not _is_comment(line))

    def indent_at(self, comment: _Comment, *, with_next: bool) -> int:
        """How far to indent a comment on a line of its own: like the next line, or like the one before it."""
        numbers = range(comment.line + 1, len(self.lines)) if with_next else range(comment.line - 1, -1, -1)
        return indent_of(next(self._contents(numbers), ""))


def indent_of(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith("#")


def _with_quotes(text: str, before: _Tokens) -> str:
    """The rewritten text with quoted texts as they stood (escapes stay escapes), in double quotes where the text
    allows it."""
    parts, at = [], 0
    after = _Tokens(text)
    for (start, end), (old_start, old_end) in zip(after.scalars, before.scalars, strict=True):
        written, old = after.text[start:end], before.text[old_start:old_end]
        if written[:1] == old[:1] == '"' and "\n" not in old:
            written = old
        elif written[:1] == "'" and "\n" not in written and not {'"', "\\"} & set(written):
            written = f'"{written[1:-1].replace(chr(39) * 2, chr(39))}"'
        parts += [after.text[at:start], written]
        at = end
    return "".join([*parts, after.text[at:]])


def _first_lost(before: Sequence[_Comment], after: Sequence[_Comment]) -> _Comment | None:
    """The first comment that is missing, or no longer in its place among the others."""
    for number, comment in enumerate(before):
        if number >= len(after) or (after[number].text, after[number].alone) != (comment.text, comment.alone):
            return comment
    return None


@dataclass(frozen=True, slots=True)
class _Line:
    """A line to be written: its text, the comment behind it, and whether it lies in a text of several lines."""

    text: str
    comment: str = ""
    in_text: bool = False


def _lines(after: _Tokens, before: Sequence[_Comment]) -> list[_Line]:
    """The lines; a comment on a line of its own is as deep as what it is about."""
    lines = [
        _Line(line if n in after.text_lines else line.rstrip(), in_text=n in after.text_lines)
        for n, line in enumerate(after.lines)
    ]
    for comment, old in zip(after.comments, before, strict=True):
        if comment.alone:
            indent = after.indent_at(comment, with_next=old.with_next)
            lines[comment.line] = _Line(" " * indent + comment.text)
        else:
            text = after.lines[comment.line][: comment.column].rstrip()
            lines[comment.line] = _Line(text, comment.text)
    return lines


def _with_blank_lines(lines: Sequence[_Line]) -> list[_Line]:
    """The lines, with at most one blank line between two, and one before and after each section."""
    kept: list[_Line] = []
    for number, line in enumerate(lines):
        if line.in_text or line.text:
            if _begins_section(lines, number) or (_is_key(line) and _ends_section(kept)):
                _separate(kept)
            kept.append(line)
        elif kept and (kept[-1].text or kept[-1].in_text):
            kept.append(line)
    while kept and not kept[-1].text and not kept[-1].in_text:
        kept.pop()
    return kept


def _written(lines: Sequence[_Line]) -> Iterator[str]:
    """The lines as text; comments behind consecutive lines are aligned."""
    for has_comment, run in groupby(lines, lambda line: bool(line.comment)):
        together = list(run)
        width = max(len(line.text) for line in together)
        for line in together:
            yield f"{line.text.ljust(width)}  {line.comment}" if has_comment else line.text


def _begins_section(lines: Sequence[_Line], number: int) -> bool:
    """Whether a top-level key stands here whose value has lines below it."""
    return _is_key(lines[number]) and any(
        line.text.startswith(" ") for line in lines[number + 1 : number + 2]
    )


def _ends_section(kept: Sequence[_Line]) -> bool:
    """Whether the last line that is no top-level comment lies below a key."""
    return next((line.text for line in reversed(kept) if not line.text.startswith("#")), "").startswith(" ")


def _is_key(line: _Line) -> bool:
    """Whether a top-level key stands in the line."""
    return not line.in_text and line.text[:1] not in ("", " ", "#", "-")


def _separate(kept: list[_Line]) -> None:
    """Put a blank line after the lines so far, but before the top-level comments that end them: they are about what
    follows."""
    at = len(kept)
    while at and kept[at - 1].text.startswith("#"):
        at -= 1
    if at and kept[at - 1].text:
        kept.insert(at, _Line(""))


def _same(one: Document, other: Document) -> bool:
    """Whether two documents mean the same, which `==` cannot tell: to Python 1, 1.0 and true are equal."""
    return _exact(one.data) == _exact(other.data) and _codes(one) == _codes(other)


def _exact(value: Any) -> Any:
    if isinstance(value, dict):
        return [(key, _exact(item)) for key, item in value.items()]
    if isinstance(value, list):
        return [_exact(item) for item in value]
    return type(value), value


def _codes(document: Document) -> list[str]:
    return [problem.code for problem in document.diagnostics]


def _cannot_keep(document: Document, comment: _Comment) -> Diagnostic:
    place = (comment.offset, comment.offset + len(comment.text))
    hint = (
        "write the list or mapping with a line for each item and no brackets, or move the comment out of it"
    )
    return _problem(document, place, "this comment would be lost or moved in a new layout", hint)


def _problem(document: Document, place: Place, message: str, hint: str | None) -> Diagnostic:
    text = document.text
    span = span_of(place, line_starts(text))
    return Diagnostic(document.path, span, Severity.ERROR, "not-laid-out", message, hint)
