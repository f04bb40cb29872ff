"""Diagnostics as GitHub's workflow commands."""

from runner.diagnostics import Diagnostic, Related, Severity, Span
from runner.reports.github import render


def test_a_problem_is_one_line_with_its_place() -> None:
    problem = Diagnostic("campaigns/a.yaml", Span(4, 3, 4, 9), Severity.ERROR, "some-code", "it is wrong")
    assert list(render([problem], 1)) == [
        "::error file=campaigns/a.yaml,line=4,col=3,endLine=4,endColumn=9,title=some-code::it is wrong",
        "1 error in 1 file",
    ]


def test_columns_are_left_out_over_several_lines() -> None:
    problem = Diagnostic("a.yaml", Span(4, 3, 6, 1), Severity.WARNING, "some-code", "it is wrong")
    assert next(render([problem], 1)) == "::warning file=a.yaml,line=4,endLine=6,title=some-code::it is wrong"


def test_nothing_in_a_file_can_end_the_command_or_start_another() -> None:
    related = (Related("b.yaml", Span(5, 6, 5, 7), "the first"),)
    problem = Diagnostic(
        "50%,a:b\n::.yaml", Span(1, 1, 1, 2), Severity.ERROR, "some-code", "100%: a, b\r\n::c", "do", related
    )
    assert next(render([problem], 1)) == (
        "::error file=50%25%2Ca%3Ab%0A%3A%3A.yaml,line=1,col=1,endLine=1,endColumn=2,title=some-code"
        "::100%25: a, b%0D%0A::c%0Ado%0Ab.yaml:5:6: the first"
    )


def test_nothing_found() -> None:
    assert list(render([], 3)) == ["no problems in 3 files"]
