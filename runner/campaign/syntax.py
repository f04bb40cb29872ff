"""What libyaml says about text that is no YAML, in words that help."""

from collections.abc import Callable
from dataclasses import dataclass

from runner.campaign.document import Place

_CLOSERS = "'\"}]"


@dataclass(frozen=True, slots=True)
class SyntaxProblem:
    """`opened` is where the construct starts that went wrong, if that is another place."""

    place: Place
    message: str
    hint: str | None = None
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
    def before(self) -> str:
        """The line up to the problem."""
        return self.text[self.text.rfind("\n", 0, self.at) + 1 : self.at]

    def character(self) -> Place:
        end = self.at + 1 if self.text[self.at : self.at + 1] not in ("", "\r", "\n") else self.at
        return (self.at, end)


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
    for phrase, explanation in _EXPLANATIONS.items():
        if phrase in failure.problem:
            return explanation(failure)
    return SyntaxProblem(failure.character(), f"this is not YAML: {failure.problem}")


def _cannot_start(failure: _Failure) -> SyntaxProblem:
    character = failure.text[failure.at : failure.at + 1]
    if character == "\t":
        return _tab(failure)
    return SyntaxProblem(
        failure.character(),
        f"a value cannot start with {character}",
        "put quotes around the value",
    )


def _tab(failure: _Failure) -> SyntaxProblem:
    return SyntaxProblem(
        failure.character(), "a tab is used for indentation", "YAML is indented with spaces only"
    )


def _colon(failure: _Failure) -> SyntaxProblem:
    if ":" in failure.before:
        return SyntaxProblem(
            failure.character(), "a second colon in an unquoted value", "put quotes around the value"
        )
    return _indentation(failure)


def _indentation(failure: _Failure) -> SyntaxProblem:
    start = failure.at - len(failure.before.lstrip())
    return SyntaxProblem(
        (start, max(failure.at, start + 1)),
        "this line is indented differently from the lines that it belongs with",
        "keys of one mapping, and dashes of one list, start in the same column",
    )


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
    quote = failure.text[failure.context_at]
    return SyntaxProblem(
        (failure.context_at, failure.context_at + 1), f"this {quote} is never closed", f"add a {quote}"
    )


def _unclosed_bracket(failure: _Failure) -> SyntaxProblem:
    bracket = failure.text[failure.context_at]
    closing = "]" if bracket == "[" else "}"
    opened = (failure.context_at, failure.context_at + 1)
    return SyntaxProblem(
        failure.character(),
        f"expected , or {closing} here",
        f"text with brackets, braces or commas needs quotes around it; a list that opens with {bracket} "
        f"closes with {closing}",
        opened=(opened, f"the {bracket} that it belongs to"),
    )


def _escape(failure: _Failure) -> SyntaxProblem:
    start = failure.at - 1 if failure.text[failure.at : failure.at + 1] != "\\" else failure.at
    escape = failure.text[start : start + 2]
    return SyntaxProblem(
        (start, start + 2),
        f"{escape} means nothing within double quotes",
        "use single quotes, or write each backslash twice",
    )


_EXPLANATIONS: dict[str, Callable[[_Failure], SyntaxProblem]] = {
    "cannot start any token": _cannot_start,
    "found a tab character": _tab,
    "mapping values are not allowed": _colon,
    "did not find expected key": _key_expected,
    "did not find expected '-' indicator": _indentation,
    "did not find expected <document start>": _indentation,
    "found unexpected end of stream": _unclosed_quote,
    "did not find expected ',' or": _unclosed_bracket,
    "did not find expected node content": lambda failure: SyntaxProblem(
        failure.character(), "a value is expected here", "put quotes around text with special characters"
    ),
    "found unknown escape character": _escape,
    "could not find expected ':'": lambda failure: SyntaxProblem(
        (failure.context_at, max(failure.context_at, failure.at)),
        "this line is neither `key: value` nor part of the value above it",
        "put a colon and a space after the key, or indent the line",
    ),
}
