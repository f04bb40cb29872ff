"""Diagnostics as people see them."""

import pytest

from runner.diagnostics import Diagnostic, Related, Severity, Span
from runner.reports.text import render


def diagnostic(line: int, column: int, end_column: int, end_line: int = 0, **more: object) -> Diagnostic:
    fields = {"severity": Severity.ERROR, "code": "some-code", "message": "it is wrong", **more}
    return Diagnostic("a.yaml", Span(line, column, end_line or line, end_column), **fields)  # type: ignore[arg-type]


def carets(text: str, column: int, end_column: int, **more: int) -> list[str]:
    """The line and its carets, without the frame."""
    found = list(render([diagnostic(1, column, end_column, **more)], {"a.yaml": text}, 1))
    return [line[5:] for line in found[1:3]]


def test_a_diagnostic_in_full() -> None:
    related = (Related("b.yaml", Span(3, 4, 3, 5), "the first"),)
    found = render(
        [diagnostic(10, 3, 6, hint="do this", related=related)], {"a.yaml": "\n" * 9 + "  key: x"}, 2
    )
    assert list(found) == [
        "a.yaml:10:3: error: it is wrong [some-code]",
        " 10 |   key: x",
        "    |   ^^^",
        "    = do this",
        "    - b.yaml:3:4: the first",
        "",
        "1 error in 2 files",
    ]


@pytest.mark.parametrize(
    ("severities", "files", "expected"),
    [
        ([], 1, "no problems in 1 file"),
        (["error"], 1, "1 error in 1 file"),
        (["error", "error", "warning"], 3, "2 errors and 1 warning in 3 files"),
        (["warning", "warning"], 2, "2 warnings in 2 files"),
    ],
)
def test_the_closing_line_counts(severities: list[str], files: int, expected: str) -> None:
    diagnostics = [diagnostic(1, 1, 1, severity=Severity(severity)) for severity in severities]
    assert list(render(diagnostics, {}, files))[-1] == expected


def test_wide_and_combining_characters_keep_the_carets_in_place() -> None:
    assert carets("日本: e\u0301x", 5, 7) == ["日本: e\u0301x", "      ^"]
    assert carets("🎉: 日本", 4, 6) == ["🎉: 日本", "    ^^^^"]


def test_tabs_keep_the_carets_in_place() -> None:
    assert carets("\ta\tb", 4, 5) == ["    a   b", "        ^"]


def test_an_empty_span_has_one_caret() -> None:
    assert carets("key:", 5, 5) == ["key:", "    ^"]


def test_a_span_over_lines_is_underlined_to_the_end_of_its_first() -> None:
    assert carets("a: [1,  \n  2]", 4, 5, end_line=2) == ["a: [1,", "   ^^^"]


def test_a_long_line_is_shown_around_the_problem() -> None:
    shown, marks = carets("x" * 5000 + "here" + "y" * 5000, 5001, 5005)
    assert len(shown) < 160
    assert shown[marks.index("^") : marks.rindex("^") + 1] == "here"
    assert shown[0] == shown[-1] == "…"


def test_a_file_cannot_steer_the_terminal() -> None:
    escape = "\x1b[2J"
    found = render([diagnostic(1, 1, 2, message=escape, hint=escape)], {"a.yaml": f"a: {escape}\u202e"}, 1)
    assert not {"\x1b", "\u202e"} & set("".join(found))


def test_a_file_without_text_has_no_source_line() -> None:
    assert list(render([diagnostic(1, 1, 1)], {}, 1))[1] == ""


def test_color_is_only_paint() -> None:
    import re

    problems, texts = [diagnostic(1, 1, 2, hint="do")], {"a.yaml": "x: 1"}
    painted = "\n".join(render(problems, texts, 1, color=True))
    assert "\x1b[1;31m" in painted
    assert re.sub(r"\x1b\[[0-9;]*m", "", painted) == "\n".join(render(problems, texts, 1))
