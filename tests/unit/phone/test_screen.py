"""From uiautomator's XML to elements."""

import pytest

from runner.phone.screen import focused_field, normalise, parse

NODE = '<hierarchy rotation="0"><node {}/></hierarchy>'


def only(attributes: str):
    (root,) = parse(NODE.format(attributes)).roots
    return root


def test_an_element_has_what_the_xml_says():
    element = only(
        'class="android.widget.Button" text="Follow" content-desc="d" resource-id="a:id/b" hint="h" '
        'package="a" bounds="[28,518][321,581]" enabled="true" selected="true" focused="false" checked="true"'
    )
    assert (element.cls, element.text, element.desc) == ("android.widget.Button", "Follow", "d")
    assert (element.rid, element.hint, element.package) == ("a:id/b", "h", "a")
    assert element.bounds == (28, 518, 321, 581)
    assert element.enabled and element.selected and element.checked and not element.focused


def test_tags_may_be_named_after_the_class():
    screen = parse(
        '<hierarchy><android.widget.Button text="A"><android.view.View/></android.widget.Button></hierarchy>'
    )
    assert [element.cls for element in screen.elements()] == ["android.widget.Button", "android.view.View"]


def test_family_ties():
    screen = parse('<hierarchy><node text="a"><node text="b"><node text="c"/></node></node></hierarchy>')
    a, b, c = screen.elements()
    assert a.children == [b]
    assert list(screen.ancestors(c)) == [b, a]
    assert list(a.below()) == [b, c]


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("\u200eFollow", "Follow"),
        ("J\u2019aime", "J'aime"),
        ("Suivis ", "Suivis"),
        ("3,8\u00a0M", "3,8 M"),
        ("1,2\u202fM", "1,2 M"),
        ("\u200e\u2068demo_user\u2069", "demo_user"),
        ("\u202ademo_user\u202c", "demo_user"),
        ("\u061c\u2066demo_user\u2069", "demo_user"),
    ],
)
def test_texts_are_normalised(raw, text):
    assert normalise(raw) == text
    assert only(f'text="{raw}"').text == text


@pytest.mark.parametrize("xml", ["", "  ", "no xml", '<hierarchy rotation="0" />', "<?xml version='1.0'?>"])
def test_nothing_gives_a_screen_without_elements(xml):
    screen = parse(xml)
    assert screen.roots == () and screen.size == (0, 0) and not screen.is_opaque(["com.example.app"])


def test_broken_characters_are_left_out():
    assert only('text="a&#1;b\x02c\ud83d"').text == "abc"


def test_line_breaks_and_emoji_stay():
    assert only('text="one&#10;two 🎉"').text == "one\ntwo 🎉"


def test_a_document_with_an_entity_bomb_is_harmless():
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "boom"}">' for n in range(9))
    xml = f'<!DOCTYPE h [{entities}]><hierarchy><node text="&e8;"/></hierarchy>'
    assert sum(len(element.text) for element in parse(xml).elements()) < 10_000_000


def test_broken_bounds_are_no_place():
    assert only('bounds="[nonsense]"').bounds == (0, 0, 0, 0)


def test_several_windows_and_their_size():
    badge = '<node package="a" bounds="[32,284][150,442]"/>'
    screen = parse(f'<hierarchy>{badge}<node package="b" bounds="[0,0][1080,2400]"/></hierarchy>')
    assert screen.size == (1080, 2400) and screen.packages == ("a", "b")


CLOCK = '<node package="com.android.systemui" text="12:00"/>'


@pytest.mark.parametrize(
    ("windows", "opaque"),
    [
        (
            '<node package="app" class="android.webkit.WebView"><node package="app" content-desc="Dialog"/></node>',
            True,
        ),
        (f'<node package="app"/>{CLOCK}', True),
        ('<node package="app"><node package="app" text="Log in"/></node>', False),
        (CLOCK, False),
        ("", False),
    ],
    ids=["a web page", "a card below the clock", "words", "no window of the app yet", "nothing"],
)
def test_opaque_is_asked_of_the_app_alone(windows, opaque):
    assert parse(f"<hierarchy>{windows}</hierarchy>").is_opaque(["app"]) is opaque


def test_the_focus_is_that_of_a_text_field_and_not_of_what_is_around_it():
    screen = parse(
        '<hierarchy><node class="android.widget.FrameLayout" focused="true">'
        '<node class="android.widget.EditText" focused="true" text="here"/></node></hierarchy>'
    )
    field = focused_field(screen)
    assert field is not None and field.text == "here"
    assert (
        focused_field(
            parse('<hierarchy><node class="android.widget.FrameLayout" focused="true"/></hierarchy>')
        )
        is None
    )
