"""Puts what libyaml says about text that is no YAML into words that help.

libyaml names the token at which it gave up, which is often far behind the mistake. Each explanation looks back for what
the author did.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from runner.campaign import characters
from runner.campaign.document import Place

_CLOSERS = "'\"}]"
_CONFLICT = re.compile(r"^(?:<{7}|={7}|>{7})(?=[ \r\n]|$)", re.MULTILINE)
_COMMENT = re.compile(r"(?<=[ \t])#[^\r\n]*")
_WINDOWS = re.compile(r'"((?:[A-Za-z]:)?\\{0,2}[^"\r\n]*)"')
_QUOTE_IT = "put quotes around the value"


@dataclass(frozen=True, slots=True)
class SyntaxProblem:
    """`opened` is where the construct that went wrong starts, if that is another place."""

    place: Place
    message: str
    hint: str
    opened: tuple[Place, str] | None = None


@dataclass(frozen=True, slots=True)
class _Failure:
    """libyaml's own account: what it was doing, since which offset, what stopped it, and where."""

    text: str
    context: str
    context_at: int
    problem: str
    at: int

    @property
    def line_at(self) -> int:
        """Where the line of the problem starts."""
        return self.text.rfind("\n", 0, self.at) + 1

    @property
    def before(self) -> str:
        """The line up to the problem."""
        return self.text[self.line_at : self.at]

    @property
    def opener(self) -> str:
        """The character that began the construct that went wrong."""
        return self.text[self.context_at : self.context_at + 1]

    def character(self) -> Place:
        end = self.at + 1 if self.text[self.at : self.at + 1] not in ("", "\r", "\n") else self.at
        return (self.at, end)

    def since_context(self) -> Place:
        return (self.context_at, max(self.at, self.context_at + 1))


def explain(text: str, error: Exception) -> SyntaxProblem:
    """Put an exception of PyYAML's CParser into words."""
    mark, context_mark = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    at = min(mark.index, len(text)) if mark else 0
    failure = _Failure(
        text=text,
        context=getattr(error, "context", None) or "",
        context_at=context_mark.index if context_mark else at,
        problem=getattr(error, "problem", None) or str(error),
        at=at,
    )
    return _conflict(failure) or _open_quote(failure) or _lookalike(failure) or _by_phrase(failure)


def _by_phrase(failure: _Failure) -> SyntaxProblem:
    for phrase, explanation in _EXPLANATIONS.items():
        if phrase in failure.problem:
            return explanation(failure)
    return SyntaxProblem(
        failure.character(),
        f"this is not YAML: {failure.problem}",
        "put quotes around text with special characters",
    )


def _conflict(failure: _Failure) -> SyntaxProblem | None:
    """Conflict markers, which git leaves in a file that two people have changed."""
    found = _CONFLICT.search(failure.text)
    if found is None:
        return None
    hint = "keep what is right of the two, and remove the lines with <<<<<<<, ======= and >>>>>>>"
    return SyntaxProblem(
        found.span(), "two changes of this file were merged, and contradict each other here", hint
    )


def _open_quote(failure: _Failure) -> SyntaxProblem | None:
    """A quote that is closed only where the next one opens, so that the text behind that one cannot be read."""
    from yaml._yaml import CParser
    from yaml.error import YAMLError
    from yaml.tokens import ScalarToken

    last, parser = None, CParser(failure.text)
    try:
        while (token := parser.get_token()) is not None and token.start_mark.index < failure.at:
            if isinstance(token, ScalarToken) and token.style in ("'", '"'):
                last = token
    # This is the failure that is being explained; the tokens before it are what counts.
    except YAMLError:
        pass
    if last is None or last.start_mark.line == last.end_mark.line:
        return None
    start, end = last.start_mark.index, last.end_mark.index
    if failure.text[end : failure.at].strip():
        return None
    hint = f"add a {last.style} where the text ends; within it, {_WITHIN[last.style]}"
    closed = ((end - 1, end), "here the next one closes it")
    return SyntaxProblem(
        (start, start + 1), f"this {last.style} is not closed where its text ends", hint, closed
    )


_WITHIN = {"'": "write ' twice", '"': 'write \\"'}


def _lookalike(failure: _Failure) -> SyntaxProblem | None:
    """A character that only looks right, where YAML expects a character of its own."""
    place = characters.in_syntax(failure.text, min(failure.context_at, failure.at), failure.at)
    if place is None:
        return None
    character = failure.text[place[0]]
    return SyntaxProblem(place, characters.what(character), characters.advice(character))


def _cannot_start(failure: _Failure) -> SyntaxProblem:
    character = failure.text[failure.at : failure.at + 1]
    if character == "\t":
        return _tab(failure)
    return SyntaxProblem(failure.character(), f"a value cannot start with {character}", _QUOTE_IT)


def _tab(failure: _Failure) -> SyntaxProblem:
    return SyntaxProblem(
        failure.character(), "a tab is used for indentation", "YAML is indented with spaces only"
    )


def _colon(failure: _Failure) -> SyntaxProblem:
    if ":" in failure.before:
        return SyntaxProblem(failure.character(), "a second colon in an unquoted value", _QUOTE_IT)
    return _indentation(failure)


def _indentation(failure: _Failure) -> SyntaxProblem:
    start = failure.at - len(failure.before.lstrip())
    place = (start, max(failure.at, start + 1))
    if comment := _comment_above(failure):
        return SyntaxProblem(
            place,
            "this line would go on with a text that has ended",
            "a # behind a blank begins a comment: put quotes around the whole text",
            opened=(comment, "the comment"),
        )
    return SyntaxProblem(
        place,
        "this line is indented differently from the lines that it belongs with",
        "keys of one mapping, and dashes of one list, start in the same column",
    )


def _comment_above(failure: _Failure) -> Place | None:
    """The comment at the end of the line before, if this line seems to continue the text in front of that comment."""
    above_at = failure.text.rfind("\n", 0, max(failure.line_at - 1, 0)) + 1
    above = failure.text[above_at : max(failure.line_at - 1, 0)]
    comment = _COMMENT.search(above)
    indented = len(above) - len(above.lstrip()) < len(failure.before) - len(failure.before.lstrip())
    if comment is None or not indented or not above[: comment.start()].strip(" \t-"):
        return None
    return (above_at + comment.start(), above_at + len(above.rstrip()))


def _key_expected(failure: _Failure) -> SyntaxProblem:
    before = failure.before.rstrip()
    if before and before[-1] in _CLOSERS:
        return SyntaxProblem(
            failure.character(),
            f"there is text after the closing {before[-1]}",
            "put quotes around the whole value; within single quotes, write ' twice",
        )
    return _indentation(failure)


def _unclosed_quote(failure: _Failure) -> SyntaxProblem:
    quote = failure.opener
    return SyntaxProblem(
        (failure.context_at, failure.context_at + 1), f"this {quote} is never closed", f"add a {quote}"
    )


def _unclosed_bracket(failure: _Failure) -> SyntaxProblem:
    bracket = failure.opener
    closing = "]" if bracket == "[" else "}"
    line_end = failure.text.find("\n", failure.context_at)
    comment = _COMMENT.search(
        failure.text, failure.context_at, line_end if line_end >= 0 else len(failure.text)
    )
    if comment and failure.at > comment.start():
        return SyntaxProblem(
            comment.span(),
            f"this is a comment, which hides the {closing}",
            "put quotes around text with a # in it",
            opened=((failure.context_at, failure.context_at + 1), f"the {bracket} that is not closed"),
        )
    opened = (failure.context_at, failure.context_at + 1)
    return SyntaxProblem(
        failure.character(),
        f"expected , or {closing} here",
        f"text with brackets, braces or commas needs quotes around it; a list that opens with {bracket} "
        f"closes with {closing}",
        opened=(opened, f"the {bracket} that it belongs to"),
    )


def _escape(failure: _Failure) -> SyntaxProblem:
    """A backslash within double quotes that begins no escape, as in a Windows path."""
    start = failure.text.rfind("\\", failure.context_at, failure.at + 1)
    start = failure.at if start < 0 else start
    escape = failure.text[start : start + 2]
    whole = _WINDOWS.match(failure.text, failure.context_at)
    single = f": '{whole[1]}'" if whole and "'" not in whole[1] else ""
    hint = f"use single quotes{single}, or write each backslash twice"
    return SyntaxProblem((start, start + 2), f"{escape} begins no character within double quotes", hint)


def _alias(failure: _Failure) -> SyntaxProblem:
    what = "an alias" if failure.opener == "*" else "an anchor"
    message = f"a value that starts with {failure.opener} is {what}, and this is no name of one"
    hint = "put quotes around the value" + (
        "; the items of a list start with a dash" if failure.opener == "*" else ""
    )
    return SyntaxProblem(failure.since_context(), message, hint)


def _block(failure: _Failure) -> SyntaxProblem:
    """Text behind `>` or `|`, which must stand alone in their line."""
    opener = failure.opener
    return SyntaxProblem(
        failure.since_context(),
        f"a value that starts with {opener} is a block, whose text begins in the next line",
        f"put quotes around the value, or write the text below {opener}-",
    )


def _tag(failure: _Failure) -> SyntaxProblem:
    return SyntaxProblem(
        failure.since_context(), "a value that starts with ! is a tag, and tags are not supported", _QUOTE_IT
    )


def _directive(failure: _Failure) -> SyntaxProblem:
    start = failure.line_at
    return SyntaxProblem(
        (start, max(failure.at, start + 1)),
        "a line that starts with % is a directive, which campaigns have none of",
        "remove it, or indent it and put quotes around the text",
    )


def _document(failure: _Failure) -> SyntaxProblem:
    """`---` or `...` within a quote: they end the document, and the quote with it."""
    if failure.opener in ("'", '"'):
        return _unclosed_quote(failure)
    return SyntaxProblem(failure.character(), "--- begins another document here", "remove it, or indent it")


_EXPLANATIONS: dict[str, Callable[[_Failure], SyntaxProblem]] = {
    "cannot start any token": _cannot_start,
    "found a tab character": _tab,
    "mapping values are not allowed": _colon,
    "mapping keys are not allowed": lambda failure: SyntaxProblem(
        failure.character(), "a value cannot start with ? and a blank", _QUOTE_IT
    ),
    "block sequence entries are not allowed": lambda failure: SyntaxProblem(
        failure.character(),
        "a list cannot begin here, in the line of its key or without one",
        "begin it in the next line, put quotes around text that starts with a dash, or write a list in [ ]",
    ),
    "did not find expected alphabetic or numeric character": _alias,
    "did not find expected comment or line break": _block,
    "found an indentation indicator equal to 0": _block,
    "did not find expected tag URI": _tag,
    "did not find URI escaped octet": _tag,
    "did not find expected '!'": _tag,
    "did not find the expected '>'": _tag,
    "did not find expected whitespace or line break": _tag,
    "found undefined tag handle": _tag,
    "directive name": _directive,
    "directive": _directive,
    "version number": _directive,
    "expected digit or '.' character": _directive,
    "incompatible YAML document": _directive,
    "did not find expected whitespace": _directive,
    "unexpected non-alphabetical character": _directive,
    "found unexpected document indicator": _document,
    "did not find expected key": _key_expected,
    "did not find expected '-' indicator": _indentation,
    "did not find expected <document start>": _indentation,
    "found unexpected end of stream": _unclosed_quote,
    "did not find expected ',' or": _unclosed_bracket,
    "did not find expected node content": lambda failure: SyntaxProblem(
        failure.character(), "a value is expected here", "put quotes around text with special characters"
    ),
    "found unexpected ':'": lambda failure: SyntaxProblem(
        failure.character(), "a colon in an unquoted value in brackets", _QUOTE_IT
    ),
    "found unknown escape character": _escape,
    "did not find expected hexdecimal number": _escape,
    "found invalid Unicode character escape code": _escape,
    "could not find expected ':'": lambda failure: SyntaxProblem(
        failure.since_context(),
        "this line is neither `key: value` nor part of the value above it",
        "put a colon and a space after the key, or indent the line",
    ),
}
"""The explanations by a part of what libyaml says; the first that fits is taken, so the order matters."""
