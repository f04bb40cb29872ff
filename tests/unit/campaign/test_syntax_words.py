"""What is said of text that is no YAML: it points to the cause, and always says what to do."""

import pytest

from runner.campaign.loader import load_text
from runner.diagnostics import Diagnostic

FILE = """\
version: 1
name: a
configs:
  clip:
    captions: {value}
    material_list: [media/launch.mp4]
  other:
    captions: "hello"
scripts:
  publish: {{script: post, config: clip, devices: A1}}
"""


def problem(value: str) -> Diagnostic:
    return load_text(FILE.format(value=value), "a.yaml").diagnostics[0]


@pytest.mark.parametrize(
    "value",
    [
        *("*new* drop", "*", "* a", "**a**", "*new", "&", "& b", "&*", "&&a b", "> text", ">text", "|text"),
        *(
            "|0\n      x",
            ">9x",
            "- item",
            "-  a",
            "? x",
            "% off",
            "%",
            "@x",
            "`x`",
            "!important x",
            "!<x",
            "!<>",
        ),
        *("!a!b!c x", "!%zz x", "{New|Fresh} drop", "[New] drop", "'it's'", '"a" b', '"\\#x"', '"\\u12"'),
        *('"\\uD800"', '"C:\\Users\\x"', "New: x", "Today:", ", x", "] x", "} x", "[a", "{a: b", "[a: b: c]"),
        *(
            '"open',
            "'open",
            '"a\n---\nb"',
            "a\n\tb",
            "a\n  b\n c",
            "{a: b}}",
            "x\n%YAML 1.1",
            "x\n---\n%YAML 3.0",
        ),
        *(
            "x\n%TAG",
            "x\n...\n%YAML a",
            "x\n...\n%a\n---",
            "x\n...\n%YAML 1.1\n%YAML 1.1\n---",
            "x\n}",
            "x\n- a",
        ),
        *(
            "x\n...\n%TAG !a\n---",
            "x\n...\n%YAML 99999999999.1",
            "x\n...\nb: c\nd",
            "{a:\tb\n: }",
            "[\ta\n\t- b]",
        ),
    ],
)
def test_libyamls_words_never_stand_alone(value: str) -> None:
    found = [
        one for one in load_text(FILE.format(value=value), "a.yaml").diagnostics if one.code == "yaml-syntax"
    ]
    for one in found:
        assert "this is not YAML" not in one.message, one
        assert one.hint


@pytest.mark.parametrize(
    ("value", "place", "message", "hint"),
    [
        ("*new* drop", (5, 15), "starts with * is an alias", "put quotes around the value"),
        ("*new", (5, 15), "there is no anchor &new", "put quotes around it if it is text"),
        ("> text", (5, 15), "starts with > is a block", "put quotes around the value"),
        ("|text", (5, 15), "starts with | is a block", "put quotes around the value"),
        ("- item", (5, 15), "a list cannot begin here", "put quotes around text that starts with a dash"),
        ("!important", (5, 15), "tags such as `!important`", "put quotes around it if it is text"),
        ('"C:\\Users\\x"', (5, 18), "\\U begins no character", "use single quotes: 'C:\\Users\\x'"),
        ('"C:\\new\\x1.mp4"', (5, 22), "\\x begins no character", "use single quotes: 'C:\\new\\x1.mp4'"),
        ('"New drop', (5, 15), 'this " is not closed where its text ends', 'add a " where the text ends'),
        ("'New drop\n    sound_name: it's", (5, 15), "this ' is not closed", "add a ' where the text ends"),
        ("Hello #bts\n      more", (6, 7), "this line would go on", "a # behind a blank begins a comment"),
        ("#bts", (5, 5), "`captions` has no value", "put quotes around it if it is text"),
        ("{New|Fresh}", (5, 15), "must be text, not a mapping", "put quotes around the whole value"),
        ("\n      New: x", (6, 7), "must be text, not a mapping", "put quotes around the whole value"),
        (
            "a\n<<<<<<< HEAD\n    sound_name: a\n=======\n    sound_name: b\n>>>>>>> main",
            (6, 1),
            "two changes of this file were merged",
            "remove the lines with <<<<<<<",
        ),
        ("\u201cHello: you\u201d", (5, 15), "\u201c is U+201C LEFT DOUBLE QUOTATION MARK", 'write " instead'),
        ("[a\uff0cb: c: d]", (5, 17), "\uff0c is U+FF0C FULLWIDTH COMMA", "write , instead"),
        ("a\n    x\uff1ab", (6, 6), "\uff1a is U+FF1A FULLWIDTH COLON", "write : instead"),
        ("a\n  \u3000 b: c: d", (6, 3), "U+3000 IDEOGRAPHIC SPACE", "write a blank instead"),
        ("a\n    b:\u200b [", (6, 7), "U+200B ZERO WIDTH SPACE", "write a blank instead"),
    ],
)
def test_it_points_to_the_cause(value: str, place: tuple[int, int], message: str, hint: str) -> None:
    found = problem(value)
    assert message in found.message
    assert hint in str(found.hint)
    assert (found.span.line, found.span.column) == place


def test_a_comment_in_brackets_hides_their_end() -> None:
    text = "version: 1\nconfigs:\n  clip: {captions: Behind #bts}\nscripts: {}\n"
    (found,) = load_text(text, "a.yaml").diagnostics
    assert (found.span.line, found.span.column) == (3, 27)
    assert "a comment, which hides the }" in found.message
    assert found.hint == "put quotes around text with a # in it"


NAMES = """\
version: 1
name: a
timezone: {zone}
devices:
  studio: [{serial}]
configs:
  clip: {{captions: "\u201cHi\u201d\uff0c\u00a0you", material_list: ["a\uff0c\u202fb.mp4"]}}
start_times:
  morning: {time}
scripts:
  publish: {{script: post, config: clip, devices: studio, {key}: morning}}
"""
SOUND = {"zone": "UTC", "serial": "A1", "time": '"09:00"', "key": "start_times"}


@pytest.mark.parametrize(
    ("change", "place", "message", "fixed"),
    [
        ({"serial": "A1\uff0cB2"}, (5, 14), "U+FF0C FULLWIDTH COMMA", None),
        ({"serial": "\u201cA1\u201d"}, (5, 12), "U+201C LEFT DOUBLE QUOTATION MARK", "A1"),
        ({"serial": "A1\u200b"}, (5, 14), "U+200B ZERO WIDTH SPACE", "A1"),
        ({"serial": "emulator\u20115554"}, (5, 20), "U+2011 NON-BREAKING HYPHEN", "emulator-5554"),
        ({"zone": "\u00a0UTC"}, (3, 11), "U+00A0 NO-BREAK SPACE", "UTC"),
        ({"time": "\uff10\uff19\uff1a\uff10\uff10"}, (9, 12), "U+FF10 FULLWIDTH DIGIT ZERO", "09:00"),
        ({"time": '"09\uff1a00"'}, (9, 15), "U+FF1A FULLWIDTH COLON", '"09:00"'),
        ({"key": "start_times\u00a0"}, (11, 69), "U+00A0 NO-BREAK SPACE", "start_times"),
        ({"key": "\u2060start_times"}, (11, 58), "U+2060 WORD JOINER", "start_times"),
    ],
)
def test_a_character_that_looks_right_is_named(
    change: dict[str, str], place: tuple[int, int], message: str, fixed: str | None
) -> None:
    assert not load_text(NAMES.format(**SOUND), "a.yaml").diagnostics
    (found,) = load_text(NAMES.format(**{**SOUND, **change}), "a.yaml").diagnostics
    assert found.code == "odd-character"
    assert message in found.message
    assert found.hint
    assert (found.span.line, found.span.column) == place
    assert (found.fix.text if found.fix else None) == fixed
