"""Selectors that find one element alone."""

import pytest

from runner.flows.pointing import in_yaml, selector, ways_to
from runner.phone.screen import Screen, parse

PACKAGE = "org.example.notes"


def screen(*nodes: str) -> Screen:
    inner = "".join(f'<node package="{PACKAGE}" {node}/>' for node in nodes)
    return parse(f'<hierarchy><node package="{PACKAGE}" bounds="[0,0][100,200]">{inner}</node></hierarchy>')


def ways(shown: Screen, number: int) -> list[str]:
    element = shown.roots[0].children[number]
    return [in_yaml(said) for said in ways_to(element, shown, [PACKAGE])]


def test_words_come_before_ids_and_a_place_only_where_it_is_needed() -> None:
    shown = screen('text="Save" resource-id="a:id/save" class="Button" bounds="[0,0][10,10]"')
    assert ways(shown, 0)[:2] == ["{text: Save}", "{id: save}"]
    twice = screen('text="Save" bounds="[0,0][10,10]"', 'text="Save" bounds="[90,190][100,200]"')
    assert ways(twice, 1) == ["{text: Save, region: [0.8, 0.82, 1.0, 1.0]}"]


def test_what_was_typed_is_no_name_of_a_field() -> None:
    shown = screen('class="EditText" text="Milk" hint="What? (all)" bounds="[0,0][10,10]"')
    assert ways(shown, 0)[0] == '{hint_matches: "What\\\\? \\\\(all\\\\)"}'


def test_what_nothing_tells_apart_has_no_way() -> None:
    same = 'text="Save" bounds="[0,0][10,10]"'
    assert ways(screen(same, same), 0) == []


@pytest.mark.parametrize("text", ["no", "12", "a: b", "#tag", "Don't", "{x}", "日本", 'a "b"', "- x", "true"])
def test_a_selector_in_yaml_is_read_as_it_was(text: str) -> None:
    from runner.campaign.reader import read

    said = {"text": text, "region": [0.0, 0.5, 1.0, 1.0]}
    assert read(in_yaml(said), "x.yaml").data == said
    assert selector(said).text == text
