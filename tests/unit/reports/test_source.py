"""A file's lines with what is wrong with them, as a page shows it."""

from datetime import UTC, datetime

from runner.campaign.loader import load_text
from runner.checks import check_campaigns
from runner.diagnostics import Diagnostic, Severity, Span
from runner.reports.source import (
    AROUND,
    MOST_COMPARED,
    MOST_DIFFERENT,
    MOST_LINES,
    MOST_NOTES,
    Source,
    source,
    sources,
    text_diff,
)

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
WRONG = """\
version: 1
name: demo
timezone: Europe/Stokholm
scripts:
  greet:
    script: follow
    devices: [A1, A1]
    start_times: ["25:00"]
    config: {target_users: ["@one"], "wïde": "日本", bogus: 1}
"""


def wrong(line: int, column: int = 1, end: int = 2, path: str = "a.yaml") -> Diagnostic:
    return Diagnostic(path, Span(line, column, line, end), Severity.ERROR, "wrong", "it is wrong")


def marked(file: Source) -> dict[str, str]:
    """The characters over the carets of each mistake, by its code and line."""
    found = {}
    for line in file.lines:
        for mistake in line.mistakes:
            shown = line.text if mistake.line is None else mistake.line
            over = [one for one, caret in zip(shown, mistake.carets, strict=False) if caret == "^"]
            found[f"{line.number} {mistake.code}"] = "".join(over)
    return found


def test_carets_stand_under_what_is_wrong() -> None:
    report = check_campaigns([load_text(WRONG, "a.yaml")], NOW)
    (file,) = sources(report.diagnostics, report.texts, "a.yaml")
    assert len(file.lines) == len(WRONG.split("\n"))
    found = marked(file)
    assert found["3 bad-time-zone"] == "Europe/Stokholm"
    assert found["7 duplicate-device"] == "A1"
    assert found["8 bad-start-time"] == '"25:00"'
    assert any(key.startswith("9 ") for key in found)


def test_a_line_that_steers_is_made_visible_and_keeps_its_carets() -> None:
    file = source("a.yaml", "a: \x1b[31m\u202e\tb", [wrong(1, 8, 9)])
    (line,) = file.lines
    assert line.text == "a: \\x1b[31m\\u202e   b"
    assert line.mistakes[0].carets.index("^") == line.text.index("m")


def test_a_long_line_is_cut_around_its_mistake() -> None:
    text = "x" * 5000 + "WRONG" + "y" * 5000
    (line,) = source("a.yaml", text, [wrong(1, 5001, 5006)]).lines
    assert len(line.text) < 500
    mistake = line.mistakes[0]
    assert mistake.line is not None and len(mistake.line) < 500
    assert mistake.line[mistake.carets.index("^") :].startswith("WRONG")


def test_a_long_file_is_told_around_its_mistakes() -> None:
    text = "\n".join(f"line {number}" for number in range(1, 4001))
    file = source("a.yaml", text, [wrong(1000), wrong(3000)])
    numbers = [line.number for line in file.lines]
    assert numbers == [
        *range(1000 - AROUND, 1001 + AROUND),
        *range(3000 - AROUND, 3001 + AROUND),
    ]
    assert (file.lines[0].gap, file.rest) == (996, 4000 - 3003)
    assert len(source("a.yaml", text).lines) == MOST_LINES


def test_many_mistakes_are_counted() -> None:
    file = source("a.yaml", "a\n" * 1000, [wrong(number) for number in range(1, 501)])
    assert (sum(len(line.mistakes) for line in file.lines), file.more) == (MOST_NOTES, 500 - MOST_NOTES)


def test_a_mistake_behind_the_end_stands_on_the_last_line() -> None:
    file = source("a.yaml", "a", [wrong(7)])
    assert [len(line.mistakes) for line in file.lines] == [1]


def test_files_beside_it_come_after_it() -> None:
    found = sources([wrong(1, path="flows/f.yaml")], {"a.yaml": "a", "flows/f.yaml": "b"}, "a.yaml")
    assert [file.path for file in found] == ["a.yaml", "flows/f.yaml"]


def test_a_diff_has_its_signs() -> None:
    assert text_diff("a\nb\nc", "a\nB\nc") == [
        ("@", "@@ -1,3 +1,3 @@"),
        (" ", "a"),
        ("-", "b"),
        ("+", "B"),
        (" ", "c"),
    ]
    assert text_diff("a", "a") == []
    long = text_diff("a\n" * 2000, "b\n" * 2000)
    assert long is not None
    assert (len(long), long[-1]) == (MOST_DIFFERENT + 1, ("@", "and 3002 more lines"))
    assert text_diff("a\n" * (MOST_COMPARED + 1), "a") is None
