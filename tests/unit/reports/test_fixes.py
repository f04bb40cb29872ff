"""What a fix changed, as people see it."""

import pytest

from runner.diagnostics import Diagnostic, Severity, Span
from runner.reports.fixes import render

FIXED = Diagnostic("a.yaml", Span(2, 1, 2, 5), Severity.ERROR, "unknown-key", "unknown key `nmae`")


@pytest.mark.parametrize("line_break", ["\n", "\r\n"])
def test_a_diff_and_a_line_for_each_problem(line_break: str) -> None:
    before, after = f"version: 1{line_break}nmae: a{line_break}", f"version: 1{line_break}name: a{line_break}"
    assert list(render("a.yaml", before, after, [FIXED])) == [
        "--- a.yaml",
        "+++ a.yaml",
        "@@ -1,2 +1,2 @@",
        " version: 1",
        "-nmae: a",
        "+name: a",
        "a.yaml:2:1: fixed: unknown key `nmae` [unknown-key]",
        "",
    ]


def test_color_is_for_the_lines_that_differ() -> None:
    lines = list(render("a.yaml", "nmae: a", "name: a", [FIXED], color=True))
    assert "\x1b[31m-nmae: a\x1b[0m" in lines
    assert "\x1b[32m+name: a\x1b[0m" in lines


def test_a_file_cannot_steer_the_terminal() -> None:
    lines = render("a.yaml", "a: '\u202e'\nnmae: a", "a: '\u202e'\nname: a", [FIXED])
    assert "\u202e" not in "".join(lines)
