"""The one layout of a file: the same for all, laid out twice the same, and never another meaning."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.campaign.layout import LayoutError, lay_out
from runner.campaign.reader import read

ROOT = Path(__file__).parents[3]

MESSY = """\
# yaml-language-server: $schema=../schemas/campaign.schema.json
version:   1
name:    autumn      # the identity
timezone: Europe/Stockholm # IANA


# how often
limits:
    # between two effects
    min_gap: 90s                        # on one phone
    working_hours: '08:00-22:00'
devices:
  studio: [R58M123ABC,
           R58M456DEF]  # two
  more:
  - 0123   # first
  # the one by the window
  - 1e5
configs:
  clip: {captions: "caf\\u00e9",   volume: 0x1F, when: 2026-12-01T18:00:00+01:00, size: 1_000, nothing: , more: "of it"}
  story:
    captions: |
      Two lines\t
        # of text

      with a blank one
start_times: {morning: 09:00}
# the end"""
TIDY = """\
# yaml-language-server: $schema=../schemas/campaign.schema.json
version: 1
name: autumn                # the identity
timezone: Europe/Stockholm  # IANA

# how often
limits:
  # between two effects
  min_gap: 90s  # on one phone
  working_hours: "08:00-22:00"

devices:
  studio: [R58M123ABC, R58M456DEF]  # two
  more:
    - 0123  # first
    # the one by the window
    - 1e5

configs:
  clip:
    captions: "caf\\u00e9"
    volume: 0x1F
    when: 2026-12-01T18:00:00+01:00
    size: 1_000
    nothing:
    more: "of it"
  story:
    captions: |
      Two lines\t
        # of text

      with a blank one

start_times: {morning: 09:00}
# the end
"""


def laid_out(text: str) -> str:
    return lay_out(read(text, "a.yaml"))


def test_a_messy_file_gets_the_one_layout() -> None:
    assert laid_out(MESSY) == TIDY


@pytest.mark.parametrize(
    ("messy", "tidy"),
    [
        ("a: 'it''s'\n", 'a: "it\'s"\n'),
        ("a: 'say \"hi\"'\n", "a: 'say \"hi\"'\n"),
        ("a: 'back\\slash'\n", "a: 'back\\slash'\n"),
        ("a: [x, {b: 1}]\n", "a: [x, {b: 1}]\n"),
        ("a: {New}\n", "a: {New: }\n"),
        ("a: &x [1]\nb: *x\n", "a: &x [1]\nb: *x\n"),
        ("a: [14:30, 18:00]\n", "a: [14:30, 18:00]\n"),
        ("a: on\nb: 'on'\nc: ~\nd: null\ne:\n", 'a: on\nb: "on"\nc: ~\nd: null\ne:\n'),
        ("a: two\n   words\n", "a: two words\n"),
        ("a: >-\n    folded\n    text\n", "a: >-\n  folded\n  text\n"),
        ("a: |+\n  x\n\nb: 1\n", "a: |+\n  x\n\nb: 1\n"),
        ("a: 1\r\nb:   2\r\n", "a: 1\nb: 2\n"),
        ("a: 1", "a: 1\n"),
        ("\n\na: 1\n\n\n\nb: 2\n\n", "a: 1\n\nb: 2\n"),
        ("a:\n- x\n-   y: 1\n    z: 2\n", "a:\n  - x\n  - y: 1\n    z: 2\n"),
        ("a:\n  b: 1\n  # of a\nc: 2\n", "a:\n  b: 1\n  # of a\n\nc: 2\n"),
        ("a:\n  b: 1\n# of c\nc: 2\n", "a:\n  b: 1\n\n# of c\nc: 2\n"),
        ("# only a comment\n", "# only a comment\n"),
    ],
)
def test_one_thing_at_a_time(messy: str, tidy: str) -> None:
    assert laid_out(messy) == tidy
    assert laid_out(tidy) == tidy


def test_a_list_that_does_not_fit_its_line_gets_a_line_for_each_item() -> None:
    serials = [f"R58M{number:06}" for number in range(12)]
    assert laid_out(f"devices: {{shelf: [{', '.join(serials)}]}}") == "devices:\n  shelf:\n" + "".join(
        f"    - {serial}\n" for serial in serials
    )


def test_a_comment_that_would_be_lost_is_named_and_the_file_stays() -> None:
    with pytest.raises(LayoutError) as refusal:
        laid_out("devices:\n  shelf: [A1,   # the one by the window\n          B2]\n")
    problem = refusal.value.diagnostic
    assert (problem.span.line, problem.span.column) == (2, 17)
    assert problem.hint is not None
    assert "a line for each item" in problem.hint


FILES = sorted(
    path
    for folder in ("campaigns", "tests/campaigns/ok", "tests/campaigns/err", "tests/campaigns/plan")
    for path in (ROOT / folder).glob("*.yaml")
) + sorted((ROOT / "runner/flows").glob("*/*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_campaign_flow_and_profile_keeps_its_meaning(path: Path) -> None:
    document = read(path.read_bytes(), path.name)
    if document.diagnostics:  # `runner fmt` shows them, and leaves the file alone
        return
    once = lay_out(document)
    assert read(once, path.name).data == document.data
    assert laid_out(once) == once


SCALARS = st.sampled_from(
    ["plain", "two words", "'single'", '"double \\n"', "7", "0x1F", "true", "~", "09:00", "''", "|\n"]
)
COMMENTS = st.sampled_from(["", "  # why", " #", "#no"])
BLANKS = st.sampled_from(["", "\n", "\n\n", "# of its own\n", "      # deep\n"])


@st.composite
def blocks(draw: st.DrawFn, depth: int = 0) -> str:
    """A mapping in block style with odd indentation, comments and blank lines."""
    indent = " " * (depth * draw(st.integers(1, 4)))
    lines = []
    for number in range(draw(st.integers(1, 4))):
        lines.append(draw(BLANKS))
        key = f"{indent}key{number}:"
        kind = draw(st.sampled_from(["scalar", "flow", "list", "map"]))
        if kind == "map" and depth < 3:
            nested = draw(blocks(depth + 1))
            deeper = [indent + "  " * bool(line.strip()) + line for line in nested.splitlines()]
            lines.append(f"{key}{draw(st.sampled_from(['', '  # of it']))}\n" + "\n".join(deeper) + "\n")
        elif kind == "list":
            items = draw(st.lists(SCALARS.filter(lambda text: text != "|\n"), min_size=1, max_size=3))
            offset = indent + " " * draw(st.integers(0, 3))
            lines.append(f"{key}\n" + "".join(f"{offset}-  {item}{draw(COMMENTS)}\n" for item in items))
        elif kind == "flow":
            lines.append(f"{key}   [ a,{{b:  1}} , 'c' ]{draw(COMMENTS).replace('#no', '')}\n")
        else:
            scalar = draw(SCALARS)
            if scalar == "|\n":
                lines.append(f"{key} |\n{indent}    text # of it\n\n{indent}    more\n")
            else:
                lines.append(f"{key}  {scalar}{draw(COMMENTS)}\n")
    return "".join(lines)


@settings(max_examples=100, deadline=None)
@given(blocks())
def test_no_file_changes_its_meaning_loses_a_comment_or_changes_when_laid_out_again(text: str) -> None:
    document = read(text, "a.yaml")
    if document.data is None or document.diagnostics:
        return
    once = lay_out(document)
    again = read(once, "a.yaml")
    assert exact(again.data) == exact(document.data)
    assert comments(once) == comments(text)
    assert lay_out(again) == once


def exact(value: Any) -> Any:
    """The data with the types of its scalars, and keys in order."""
    if isinstance(value, dict):
        return [(key, exact(item)) for key, item in value.items()]
    return [exact(item) for item in value] if isinstance(value, list) else (type(value), value)


def comments(text: str) -> list[str]:
    """What stands behind the first # of each line: no text of the generator's has one before its comment."""
    return [line[line.index("#") :].strip() for line in text.splitlines() if "#" in line]
