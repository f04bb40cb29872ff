"""Fixes change what they say and nothing else: not another value, not a comment, not a blank."""

import re
from io import StringIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from runner.campaign.document import JsonPath
from runner.campaign.reader import read
from runner.campaign.rewriting import fix, rewrite
from runner.diagnostics import Diagnostic, Fix, Severity, Span

Answer = tuple[JsonPath, Any, bool]


def rewritten(text: str, *answers: Answer) -> str:
    """The text with these answers put in place: path, key or value, and whether it is the key."""
    document = read(text, "a.yaml")
    problems = []
    for number, (path, answer, key) in enumerate(answers):
        made = fix(document, path, answer, key=key)
        if made:
            problems.append(problem(made, number))
    return rewrite(document, problems)[0].text


def problem(made: Fix, number: int = 0) -> Diagnostic:
    return Diagnostic("a.yaml", made.span, Severity.ERROR, f"code-{number}", "it is wrong", fix=made)


@pytest.mark.parametrize(
    ("before", "answer", "after"),
    [
        ("nmae:   x  # why\n", (["nmae"], "name", True), "name:   x  # why\n"),
        ("{'nmae':x}", (["nmae"], "name", True), "{'name':x}"),
        ('{"nmae":x, b: 1}', (["nmae"], "name", True), '{"name":x, b: 1}'),
        ("? nmae\n: x\n", (["nmae"], "name", True), "? name\n: x\n"),
        ("a: '3' # three\r\nb: 4\r\n", (["a"], 3, False), "a: 3 # three\r\nb: 4\r\n"),
        ('a: [1, "2" ,3]', (["a", 1], 2, False), "a: [1, 2 ,3]"),
        ('a: {"b":"true"}', (["a", "b"], True, False), 'a: {"b":true}'),
        ("a: [0x1F, b]", (["a", 0], "0x1F", False), 'a: ["0x1F", b]'),
        ("a: 'stduio'", (["a"], "studio", False), "a: 'studio'"),
        ("日本: 1\nnmae: 🎉\n", (["nmae"], "name", True), "日本: 1\nname: 🎉\n"),
        ("a: 1\rnmae: b\r", (["nmae"], "name", True), "a: 1\rname: b\r"),
    ],
)
def test_only_the_key_or_the_value_changes(before: str, answer: Answer, after: str) -> None:
    assert rewritten(before, answer) == after


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("a: &x '3'\nb: *x\n", (["a"], 3, False)),  # the anchor would go
        ("a: &x '3'\nb: *x\n", (["b"], 3, False)),  # both would change
        ("&x nmae: 1\nb: *x\n", (["nmae"], "name", True)),
        ("a: !!str 3\n", (["a"], "3", False)),
        ("a: |\n  3\n", (["a"], 3, False)),
        ("a: 'b\n  c'\n", (["a"], "d", False)),
        ("a: b\n  c\n", (["a"], "d", False)),
        ("nmae: 1\nname: 2\n", (["nmae"], "name", True)),  # it is there already
        ("nmae: 1\n", (["nmae"], "na: me", True)),
        ("a: b\n", (["a"], "c # d", False)),
        ("a: [b]\n", (["a", 0], "c, d", False)),
        ("'nmae': 1\n", (["nmae"], "na'me", True)),
        ("a:\n", (["a"], 3, False)),
    ],
)
def test_what_cannot_be_proven_is_left_alone(text: str, answer: Answer) -> None:
    assert rewritten(text, answer) == text


def test_a_mapping_that_aliases_share_is_fixed_once() -> None:
    text = "a: &x {nmae: '3'}\nb: *x\n"
    fixed = rewritten(text, (["a", "nmae"], 3, False), (["b", "nmae"], "name", True))
    assert fixed == "a: &x {name: 3}\nb: *x\n"


def test_fixes_that_contradict_each_other_are_not_made() -> None:
    assert rewritten("nmae: '3'\n", (["nmae"], "name", True), (["nmae"], "game", True)) == "nmae: '3'\n"


def test_one_that_cannot_be_made_does_not_keep_the_others_back() -> None:
    lines = "".join(f"key{number}: '{number}'\n" for number in range(9))
    answers: list[Answer] = [([f"key{number}"], number, False) for number in range(9)]
    cannot = "nmae: 1\nname: 2\n"
    fixed = rewritten(lines[:60] + cannot + lines[60:], (["nmae"], "name", True), *answers)
    assert fixed == lines[:60].replace("'", "") + cannot + lines[60:].replace("'", "")


def test_what_was_fixed_is_told() -> None:
    document = read("a: '3'\nb: &x '4'\n", "a.yaml")
    one, other = Fix(Span(1, 4, 1, 7), "3"), Fix(Span(2, 4, 2, 10), "4")
    _, made = rewrite(document, [problem(one), problem(other, 1)])
    assert [it.code for it in made] == ["code-0", "code-1"]


def test_a_file_that_cannot_be_read_is_left_alone() -> None:
    document = read("a: [", "a.yaml")
    assert rewrite(document, [problem(Fix(Span(1, 1, 1, 2), "b"))]) == (document, [])


WORDS = st.sampled_from(
    ["alpha", "beta", "gamma", "R58M123", "'quoted'", '"12"', "true", "7", "x # y", "[1, 2]"]
)
COMMENTS = st.sampled_from(["", "  # why", " #"])
LINES = st.lists(st.tuples(WORDS, COMMENTS), min_size=1, max_size=8)


@settings(max_examples=40, deadline=None)
@given(LINES, st.data())
def test_an_independent_reader_sees_the_same_comments_and_no_other_change(
    lines: list[tuple[str, str]], data: st.DataObject
) -> None:
    text = "# top\n" + "".join(
        f"key{number}:   {word}{comment}\n" for number, (word, comment) in enumerate(lines)
    )
    at = data.draw(st.integers(0, len(lines) - 1))
    answer: Answer = data.draw(
        st.sampled_from(
            [([f"key{at}"], "renamed", True), ([f"key{at}"], 5, False), ([f"key{at}"], "12", False)]
        )
    )
    fixed = rewritten(text, answer)
    expected = by_ruamel(text)
    if isinstance(expected[f"key{at}"], list) and not answer[2]:
        assert fixed == text
    elif answer[2]:
        assert list(by_ruamel(fixed).values()) == list(expected.values())
        assert list(by_ruamel(fixed)) == ["renamed" if key == f"key{at}" else key for key in expected]
    else:
        assert by_ruamel(fixed) == {**expected, f"key{at}": answer[1]}
    assert comments(fixed) == comments(text) != []


def by_ruamel(text: str) -> dict[str, Any]:
    return dict(YAML(typ="safe", pure=True).load(text))


def comments(text: str) -> list[str]:
    tokens = YAML(typ="rt", pure=True).scan(StringIO(text))
    return re.findall(r"CommentToken\((.*?), line", str([token.comment for token in tokens]))
