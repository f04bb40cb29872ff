"""Text for people that YAML reads otherwise than it looks."""

from datetime import UTC, datetime

import pytest

from runner.campaign.loader import load_text
from runner.campaign.rewriting import rewrite
from runner.checks import check_campaigns
from runner.diagnostics import Diagnostic, Severity

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
POST = """\
version: 1
name: a
configs:
  clip:
    captions: {source}
    material_source: localFolder
    material_path: .
scripts:
  publish: {{script: post, config: clip, devices: A1}}
"""


def altered(text: str) -> list[Diagnostic]:
    found = check_campaigns([load_text(text, "a.yaml")], NOW).diagnostics
    return [one for one in found if one.code == "altered-text"]


def read_as(text: str) -> str:
    caption = load_text(text, "a.yaml").document.data["configs"]["clip"]["captions"]
    assert isinstance(caption, str)
    return caption


@pytest.mark.parametrize(
    ("source", "fixed"),
    [
        ("Behind the scenes #bts #studio", '"Behind the scenes #bts #studio"'),
        ("Behind the scenes  #bts", '"Behind the scenes  #bts"'),
        ("Behind\t#bts", '"Behind\t#bts"'),
        ('He said "yes" #bts', "'He said \"yes\" #bts'"),
        ('It\'s a "wrap" #bts', "'It''s a \"wrap\" #bts'"),
        ("C:\\ is full #bts", "'C:\\ is full #bts'"),
        ("Behind the scenes #bts  # our caption", '"Behind the scenes #bts"  # our caption'),
        ('"Behind the scenes" #bts', '"Behind the scenes #bts"'),
        ("'It''s here' #it's", "'It''s here #it''s'"),
        ("&co new drop", '"&co new drop"'),
        ("|\n      Hello\n      you", "|-\n      Hello\n      you"),
        (">\n      Hello\n      you", ">-\n      Hello\n      you"),
        ("|  # ours\n      Hello", "|-  # ours\n      Hello"),
    ],
)
def test_there_is_one_answer(source: str, fixed: str) -> None:
    text = POST.format(source=source)
    (problem,) = altered(text)
    assert problem.severity is Severity.WARNING
    loaded = load_text(text, "a.yaml")
    after, made = rewrite(loaded.document, [problem])
    assert made == [problem]
    assert after.text == POST.format(source=fixed)
    assert not altered(after.text)
    assert read_as(after.text) != read_as(text)


@pytest.mark.parametrize(
    ("source", "hint"),
    [
        ("We are # 1", 'quote it if it belongs to the text: "We are # 1"'),
        ("Behind the scenes # our caption", "a comment stands two blanks behind the text"),
        ("Behind the\n      scenes #bts", "put quotes around the whole text"),
        ("Behind the scenes\n      #bts #studio", "put quotes around the whole text"),
        ("|2\n      Hello", "write `|2-`"),
        ("Hello\\nyou", "within double quotes"),
        ("'Hello\\nyou'", "within double quotes"),
    ],
)
def test_a_person_decides(source: str, hint: str) -> None:
    (problem,) = altered(POST.format(source=source))
    assert hint in str(problem.hint)
    assert problem.fix is None


@pytest.mark.parametrize(
    "source",
    [
        "Behind the scenes",
        "Behind the scenes  # our caption",
        '"Behind the scenes"  # our caption',
        '"Behind the scenes" # our caption',
        '"Behind the scenes #bts"',
        "Behind#bts",
        "|-\n      Hello #bts",
        ">-\n      Hello #bts",
        "|+\n      Hello",
        '"Hello\\nyou"',
        "&co Behind the scenes\n    sound_name: *co",
        "Behind the scenes\n      # a remark\n    # and another",
    ],
)
def test_what_is_meant_so_is_left_alone(source: str) -> None:
    assert not altered(POST.format(source=source))


def test_all_keys_for_people_are_looked_at() -> None:
    text = """\
version: 1
name: a
backend: local_api
scripts:
  praise:
    script: comment
    devices: A1
    config:
      target_post_url: https://www.tiktok.com/@a/video/1
      comment_content: Lovely #wow
  warm:
    script: account_warmup
    devices: A1
    config:
      topic: autumn #recipes
      comment: |
        Lovely!
        Great!
      chatgpt_settings:
        prompt: Write #one
  publish:
    script: post
    devices: A1
    config:
      materials_tags: autumn #launch
      sound_name: a song #1
      custom_sound_keyword: |
        autumn rain
"""
    assert [one.span.line for one in altered(text)] == [10, 15, 20, 25, 26, 27]
