"""The reader: data, the place of every key and value, bounds, and never an exception."""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.campaign.document import Document
from runner.campaign.reader import MAX_ALIASED_VALUES, MAX_BYTES, MAX_DEPTH, MAX_VALUES, read
from runner.diagnostics import Span


def codes(document: Document) -> list[str]:
    return [diagnostic.code for diagnostic in document.diagnostics]


def place(document: Document, *path: str | int, key: bool = False) -> tuple[int, int, int, int]:
    span = document.span(path, key=key)
    return (span.line, span.column, span.end_line, span.end_column)


TEXT = """\
# å comment
times: [14:30, https://x.se/a, "ä 🎉", no]
block:
    - one  # first
    - key: 'it''s'
      empty:
      long: |
        two
        lines

åäö: &a {x: 1}
again: *a
"""


def test_times_and_urls_need_no_quotes_in_flow_lists() -> None:
    assert read(TEXT, "x").data["times"] == ["14:30", "https://x.se/a", "ä 🎉", "no"]


@pytest.mark.parametrize(
    ("path", "key", "expected"),
    [
        (("times",), True, (2, 1, 2, 6)),
        (("times",), False, (2, 8, 2, 42)),
        (("times", 0), False, (2, 9, 2, 14)),
        (("times", 2), False, (2, 32, 2, 37)),
        (("times", 3), False, (2, 39, 2, 41)),
        (("block",), False, (4, 5, 9, 14)),
        (("block", 0), False, (4, 7, 4, 10)),
        (("block", 1, "key"), False, (5, 12, 5, 19)),
        (("block", 1, "empty"), False, (6, 7, 6, 12)),
        (("block", 1, "long"), False, (7, 13, 9, 14)),
        (("åäö", "x"), False, (11, 13, 11, 14)),
        (("again", "x"), False, (11, 13, 11, 14)),
        (("block", 1, "missing"), False, (5, 7, 9, 14)),
        (("block", 1, "missing"), True, (5, 7, 9, 14)),
        (("again", "missing"), True, (12, 1, 12, 6)),
    ],
)
def test_every_key_and_value_has_a_place(
    path: tuple[str | int, ...], key: bool, expected: tuple[int, int, int, int]
) -> None:
    document = read(TEXT, "x")
    assert place(document, *path, key=key) == expected


def test_a_value_as_it_is_written() -> None:
    assert read("a: 0x1F  # hex", "x").source(("a",)) == "0x1F"


def test_windows_line_ends_and_a_byte_order_mark() -> None:
    document = read(b"\xef\xbb\xbfa: 1\r\nb:\r\n  c: 2\r\n", "x")
    assert document.data == {"a": 1, "b": {"c": 2}}
    assert place(document, "b", "c") == (3, 6, 3, 7)


def test_line_separators_within_text_do_not_count_as_lines() -> None:
    assert place(read('a: "x\u2028y"\nb: 1', "x"), "b") == (2, 4, 2, 5)


def test_an_empty_file_has_no_data_and_no_problem() -> None:
    document = read("# nothing\n", "x")
    assert (document.data, document.diagnostics) == (None, ())


def test_reading_goes_on_after_what_is_no_syntax_error() -> None:
    document = read("a: 1\na: 2\n3: x\nb: !t y\n<<: {c: 1}\n? [d]\n: e\nf: 1e999\n", "x")
    assert document.data == {"a": 1, "3": "x", "b": "y", "f": "1e999"}
    assert codes(document) == ["duplicate-key"] + ["unsupported-yaml"] * 5


def test_a_duplicate_key_names_the_first() -> None:
    (diagnostic,) = read("a: 1\nb: 2\na: 3\n", "x").diagnostics
    assert diagnostic.span == Span(3, 1, 3, 2)
    assert [related.span for related in diagnostic.related] == [Span(1, 1, 1, 2)]


def test_quoted_keys_are_text() -> None:
    assert read('"1": a\n"<<": b\nnull : c', "x").data == {"1": "a", "<<": "b", "null": "c"}


def test_aliases_share_what_they_stand_for() -> None:
    data = read("a: &x {b: [1]}\nc: *x\nd: [*x, *x]", "x").data
    assert data["c"] == data["a"] == data["d"][1]


def test_an_anchor_cannot_contain_itself() -> None:
    assert codes(read("a: &x 1\nb: &x [*x]", "x")) == ["yaml-syntax"]


def bomb(levels: int) -> str:
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, levels)]
    return "\n".join(lines)


def chain(levels: int) -> str:
    return "\n".join(["a0: &a0 [1]", *(f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, levels))])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (bomb(3), None),
        (bomb(9), "alias-bomb"),
        ("a: " + "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1), None),
        ("a: " + "[" * MAX_DEPTH + "]" * MAX_DEPTH, "too-deep"),
        ("[" * 20_000, "too-deep"),
        ("- " * 20_000, "too-deep"),
        (chain(MAX_DEPTH - 1), None),
        (chain(MAX_DEPTH), "too-deep"),
        ("#" * MAX_BYTES, None),
        ("#" * (MAX_BYTES + 1), "too-large"),
        ("".join(f"key{n}: {n}\n" for n in range(MAX_VALUES // 2 - 1)), None),
        ("".join(f"key{n}: {n}\n" for n in range(50_000)), "too-large"),
        ("a: 1\n" * 150, "duplicate-key"),
        ("a: " + "9" * 200_000, "unsupported-yaml"),
        ("a: &a [" + "1," * (MAX_ALIASED_VALUES // 2) + "]\nb: *a\nc: *a", "alias-bomb"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_hostile_files_end_soon(text: str, code: str | None) -> None:
    started = time.process_time()
    document = read(text, "x")
    assert time.process_time() - started < 5  # generous: a quadratic reader would need minutes
    assert set(codes(document)) == ({code} if code else set())


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"a: caf\xe9", Span(1, 7, 1, 8)),
        ("a: 1\nö: \xe9".encode() + b"\xff", Span(2, 5, 2, 6)),
        ("a: x".encode("utf-16"), Span(1, 1, 1, 2)),
        (b"a: 1\nb: \0", Span(2, 4, 2, 5)),
        ("a: \ud800", Span(1, 4, 1, 5)),
        ("a: \x1b[2J", Span(1, 4, 1, 5)),
    ],
)
def test_what_is_no_text_is_said_with_its_place(raw: str | bytes, expected: Span) -> None:
    document = read(raw, "x")
    assert codes(document) == ["not-text"]
    assert document.diagnostics[0].span == expected
    assert document.data is None


@given(st.one_of(st.text(), st.binary()))
def test_nothing_makes_the_reader_raise(raw: str | bytes) -> None:
    check_places(read(raw, "x"))


CHARACTERS = "ab1~#[]{},'\"\\@\n\r\t å🎉\x85\x00\ufeff"
WORDS = [
    "b:",
    ": ",
    "- ",
    "? ",
    "  ",
    "&x ",
    "*x ",
    "!t ",
    "<<",
    "|\n",
    ">-\n",
    "---\n",
    "...\n",
    "%YAML 1.2\n",
]
SNIPPETS = st.sampled_from([*CHARACTERS, *WORDS])


@given(st.lists(SNIPPETS, max_size=40).map("".join))
def test_nothing_like_yaml_makes_the_reader_raise(text: str) -> None:
    check_places(read(text, "x"))


def check_places(document: Document) -> None:
    """Every diagnostic, and every value, lies within the file."""
    lines = document.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    spans = [diagnostic.span for diagnostic in document.diagnostics]
    for span in [*spans, *values(document, (), document.data)]:
        assert 1 <= span.line <= span.end_line <= len(lines)
        assert 1 <= span.column <= len(lines[span.line - 1]) + 1
        assert (span.line, span.column) <= (span.end_line, span.end_column)


def values(document: Document, path: tuple[str | int, ...], data: Any) -> list[Span]:
    children = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    found = [document.span(path), document.span(path, key=True)]
    for step, value in children:
        found += values(document, (*path, step), value)
    return found
