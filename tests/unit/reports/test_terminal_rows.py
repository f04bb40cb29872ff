"""Tables and lines for people: whole in a pipe, within their columns in a terminal, plain text always."""

from io import StringIO

import pytest

from runner.reports.rows import Column, Rows
from runner.reports.shown import width
from runner.reports.terminal import Terminal

ADDRESS = "https://example.com/@somebody_with_a_long_name/video/7301234567890123456"
REASON = "the phone did not show the button Follow within 15 s, and no other page either"


class Tty(StringIO):
    def isatty(self) -> bool:
        return True


def table(*rows: tuple[str, ...]) -> Rows:
    made = Rows(
        "PHONE",
        Column("SCRIPT", is_minor=True),
        Column("TARGET", is_text=True),
        "STATE",
        Column("REASON", is_text=True),
    )
    for row in rows:
        made.add(*row)
    return made


def printed(rows: Rows, columns: int | None, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setenv("NO_COLOR", "1")
    stream = StringIO() if columns is None else Tty()
    monkeypatch.setenv("COLUMNS", str(columns or 10))
    Terminal(stream).print(rows)
    return stream.getvalue().splitlines()


LONG = table(
    ("R58M123ABC", "comment", ADDRESS, "failed", REASON), ("R58M123ABD", "comment", ADDRESS, "failed", "")
)


def test_in_a_pipe_a_row_is_a_line_and_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    _, first, second = printed(LONG, None, monkeypatch)
    assert first == f"R58M123ABC  comment  {ADDRESS}  failed  {REASON}"
    assert second == f"R58M123ABD  comment  {ADDRESS}  failed"


@pytest.mark.parametrize("columns", [40, 60, 80, 120])
def test_in_a_terminal_nothing_is_cut_and_everything_fits(
    monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    lines = printed(LONG, columns, monkeypatch)
    assert max(map(width, lines)) <= columns
    assert sum(line.startswith("R58M123ABC") and "failed" in line for line in lines) == 1
    assert sum(line.startswith("R58M123ABD") and "failed" in line for line in lines) == 1
    letters = "".join("".join(lines).split())
    assert letters.count(ADDRESS) == 2 or columns < 80
    assert REASON.replace(" ", "") in letters


def test_text_is_folded_in_its_column_before_it_goes_below(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = table(("A", "follow", "@north", "failed", "one two three four five six seven eight nine"))
    assert printed(rows, 60, monkeypatch) == [
        "PHONE  SCRIPT  TARGET  STATE   REASON",
        "A      follow  @north  failed  one two three four five six",
        "                               seven eight nine",
    ]
    assert printed(rows, 50, monkeypatch) == [
        "PHONE  TARGET  STATE   REASON",
        "A      @north  failed  one two three four five six",
        "                       seven eight nine",
    ]
    assert printed(rows, 40, monkeypatch) == [
        "PHONE  TARGET  STATE",
        "A      @north  failed",
        "  REASON  one two three four five six",
        "          seven eight nine",
    ]


@pytest.mark.parametrize("text", ["[/x]", "[/b]1", "[bold]x[/bold]", ":smile:", "[link=x]", "\\[x]"])
def test_markup_is_text(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    rows = Rows(text, "B")
    rows.add(text, (text, "red"))
    rows.add([text, (text, "dim")], text)
    assert sum(line.count(text) for line in printed(rows, 80, monkeypatch)) == 6
    stream = StringIO()
    Terminal(stream).say(text, (text, "bold"))
    assert stream.getvalue() == text * 2 + "\n"


def test_cells_steer_nothing_and_stay_on_their_line(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = Rows("A", "B")
    rows.add("\x1b[2J\n\x9b", "x\ty")
    assert printed(rows, None, monkeypatch) == [f"A{' ' * 14}B", r"\x1b[2J\n\x9b  x y"]


@pytest.mark.parametrize(
    ("term", "no_color", "has_styles"),
    [("xterm", "", True), ("dumb", "", False), ("unknown", "", False), ("xterm", "1", False)],
)
def test_a_terminal_gets_the_styles_that_it_shows_and_its_person_wants(
    monkeypatch: pytest.MonkeyPatch, term: str, no_color: str, has_styles: bool
) -> None:
    monkeypatch.setenv("TERM", term)
    monkeypatch.setenv("NO_COLOR", no_color)
    stream = Tty()
    out = Terminal(stream)
    out.say(("told", "bold red"))
    rows = Rows("HEADING")
    rows.add(("told", "green"))
    out.print(rows)
    assert ("\x1b" in stream.getvalue()) is has_styles
