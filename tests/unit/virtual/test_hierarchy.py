from lxml import etree

from runner.virtual.hierarchy import HEADER, dump
from runner.virtual.views import View, Window

ATTRIBUTES = """
index text resource-id class package content-desc checkable checked clickable enabled focusable focused
scrollable long-clickable password selected visible-to-user bounds drawing-order hint display-id
"""


def parse(text: str) -> etree._Element:
    return etree.fromstring(text.encode())


def dump_one(root: View, max_depth: int = 50) -> etree._Element:
    return parse(dump([Window("demo.app", "Main", root)], 720, 1600, max_depth))


def test_a_node_carries_every_attribute_in_uiautomators_order():
    view = View(
        (0, 0, 720, 1600), cls="android.widget.EditText", text="words", desc="said", rid="a:id/b", hint="h"
    )
    (node,) = dump_one(view)

    assert list(node.attrib) == ATTRIBUTES.split()
    assert node.get("text") == "words"
    assert node.get("content-desc") == "said"
    assert node.get("resource-id") == "a:id/b"
    assert node.get("package") == "demo.app"
    assert node.get("bounds") == "[0,0][720,1600]"
    assert dump([], 720, 1600).startswith(HEADER)


def test_texts_survive_quotes_and_line_breaks():
    words = 'Tom & "Jerry" <b>\nsecond line\ttab'
    (node,) = dump_one(View((0, 0, 10, 10), text=words))

    assert node.get("text") == words


def test_signs_that_xml_or_the_dumper_cannot_carry_become_dots():
    (node,) = dump_one(View((0, 0, 10, 10), text="a\x00b\x0bc \N{SPARKLES}\N{RED APPLE}"))

    assert node.get("text") == "a.b.c \N{SPARKLES}.."


def test_every_window_is_a_root_node_frontmost_first():
    windows = [Window("a", "A", View((0, 0, 9, 9))), Window("b", "B", View((0, 0, 720, 1600)))]

    assert [node.get("package") for node in parse(dump(windows, 720, 1600))] == ["a", "b"]


def test_views_outside_the_screen_are_left_out_and_others_are_clipped():
    below = View((0, 1600, 720, 1700), text="below")
    partly = View((0, 1500, 720, 1700), text="partly")
    (root,) = dump_one(View((0, 0, 720, 1600), children=[below, partly]))

    assert [(node.get("text"), node.get("bounds")) for node in root] == [("partly", "[0,1500][720,1600]")]


def test_nothing_deeper_than_asked_is_written():
    leaf = View((0, 0, 10, 10), text="leaf")
    root = View((0, 0, 10, 10), children=[View((0, 0, 10, 10), children=[leaf])])

    assert len(list(dump_one(root, 2).iter("node"))) == 2
    assert len(list(dump_one(root, 3).iter("node"))) == 3


def test_children_are_numbered_among_their_siblings():
    root = View((0, 0, 10, 10), children=[View((0, 0, 5, 5)), View((5, 0, 9, 9))])
    (node,) = dump_one(root)

    assert [(child.get("index"), child.get("drawing-order")) for child in node] == [("0", "1"), ("1", "2")]


def test_what_can_be_tapped_but_says_nothing_is_marked_naf():
    silent = View((0, 0, 10, 10), clickable=True)
    speaking = View((0, 0, 10, 10), clickable=True, children=[View((0, 0, 9, 9), text="Next")])
    (root,) = dump_one(View((0, 0, 10, 10), children=[silent, speaking]))

    assert [node.get("NAF") for node in root] == ["true", None]
