"""A phone's screen as a tree of elements, parsed from uiautomator's XML. Pure."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

Bounds = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels; right and bottom are exclusive."""

Size = tuple[float, float]
"""Width and height."""

_BOUNDS = re.compile(r"\[(-?\d+),(-?\d+)\]\[(-?\d+),(-?\d+)\]")
# Apps put any character into their texts, and uiautomator writes it as it is, or as a reference to it.
# XML 1.0 allows neither, and a parser that recovers may lose what follows.
_NOT_XML = re.compile(
    "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|&#(?:x0*[0-8bcef]|x0*1[0-9a-f]|0*[0-8]);", re.I
)
# Apps put marks and isolates for the direction of writing around names and counts; nobody can see or type them.
_INVISIBLE = re.compile("[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
# Counts and punctuation in several languages have blanks at which no line may break.
_PLAIN = str.maketrans({"\u2019": "'", "\u00a0": " ", "\u202f": " "})


_EDITABLE = ("EditText", "AutoCompleteTextView")


def normalise(text: str) -> str:
    """Text as it is compared: without direction marks, with plain apostrophes and blanks, and trimmed."""
    if text.isascii():  # it has nothing to replace
        return text.strip()
    return _INVISIBLE.sub("", text).translate(_PLAIN).strip()


@dataclass(slots=True, eq=False)
class Element:
    """One element of a screen; text, description and hint are normalised. `cls` is the full class name."""

    cls: str
    text: str
    desc: str
    rid: str
    hint: str
    package: str
    bounds: Bounds
    clickable: bool
    enabled: bool
    selected: bool
    focused: bool
    checked: bool
    children: list["Element"] = field(repr=False)

    def walk(self) -> Iterator["Element"]:
        """The element and all below it, in the order of the tree."""
        waiting = [self]
        while waiting:  # generators within generators would hand each element up through all levels
            element = waiting.pop()
            yield element
            waiting += element.children[::-1]

    def below(self) -> Iterator["Element"]:
        """All that the element contains, in the order of the tree."""
        for child in self.children:
            yield from child.walk()

    @property
    def words(self) -> str:
        """What a person would call the element: its text, or else its description."""
        return self.text or self.desc


@dataclass(frozen=True, slots=True)
class Screen:
    """What a phone shows: the roots of its windows, in the order in which the phone gave them.

    `parents` has what contains each element; elements that knew it themselves would be garbage in cycles, by the
    thousand.
    """

    roots: tuple[Element, ...]
    parents: Mapping[Element, Element] = field(repr=False)
    xml: str = field(repr=False)
    _listed: dict[tuple[str, ...] | None, list[Element]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _found: dict[int, tuple[object, list[Element]]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def elements(self) -> Sequence[Element]:
        """Every element, in the order of the tree."""
        if None not in self._listed:
            self._listed[None] = [element for root in self.roots for element in root.walk()]
        return self._listed[None]

    def elements_of(self, packages: Sequence[str]) -> Sequence[Element]:
        """Every element of an app with these packages, or of none, in the order of the tree."""
        key = tuple(packages)  # listed once: a profile's selectors ask hundreds of times
        if key not in self._listed:
            self._listed[key] = [one for one in self.elements() if not one.package or one.package in key]
        return self._listed[key]

    def remember(self, asked: object, find: Callable[[], list[Element]]) -> list[Element]:
        """What `find` found when the same object was asked first."""
        known = self._found.get(id(asked))
        if known is None or known[0] is not asked:  # kept with it, so that no other object gets its id
            known = self._found[id(asked)] = asked, find()
        return known[1]

    def ancestors(self, element: Element) -> Iterator[Element]:
        """What contains an element, nearest first."""
        parent = self.parents.get(element)
        while parent is not None:
            yield parent
            parent = self.parents.get(parent)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels, as far as the elements reach."""
        return (
            max((root.bounds[2] for root in self.roots), default=0),
            max((root.bounds[3] for root in self.roots), default=0),
        )

    @property
    def packages(self) -> tuple[str, ...]:
        """The packages whose windows are shown, each once, in the order of the windows."""
        return tuple(dict.fromkeys(root.package for root in self.roots if root.package))

    def is_opaque(self, packages: Collection[str]) -> bool:
        """Whether an app is shown and nothing of it can be read: none of its elements has a text or a description.

        Web pages and cards with drawn letters show like this; `Dialog` alone is the name of a window. The clock and
        the keyboard are windows of other packages, and an app without any window has not come up yet.
        """
        own = self.elements_of(tuple(packages))
        return bool(own) and all(element.words in ("", "Dialog") for element in own)


def parse(xml: str) -> Screen:
    """A screen from uiautomator's XML.

    Both `<node class=..>` and class-named tags are read; broken characters are left out; no text at all
    gives a screen without elements.
    """
    root = _root(xml)
    if root is None:
        return Screen((), {}, xml)
    parents: dict[Element, Element] = {}
    roots = tuple(_element(node, parents) for node in root.iterchildren("*"))
    return Screen(roots, parents, xml)


def _root(xml: str) -> Any:
    """The root of the XML; None if there is none."""
    from lxml import etree

    def parser(*, recover: bool) -> etree.XMLParser:
        # The text comes from other people's apps: no entities, no network.
        return etree.XMLParser(recover=recover, resolve_entities=False, no_network=True, load_dtd=False)

    try:
        return etree.fromstring(xml.encode(), parser(recover=False))
    except (etree.XMLSyntaxError, UnicodeEncodeError):
        pass
    # Seldom: broken parts do not lose the rest. It costs as much again, so it is done only then.
    clean = _NOT_XML.sub("", xml)
    return etree.fromstring(clean.encode(), parser(recover=True)) if clean.strip() else None


def whole_size(reach: Size, picture: Size | None) -> Size:
    """The size of a whole screen in pixels, by how far its elements reach and by the shape of a picture of it.

    The bar with the system's keys belongs to the picture, and has no elements on some phones. A picture that was taken
    before somebody turned the phone tells nothing.
    """
    width, height = reach
    if picture is None or not all((*reach, *picture)) or (width > height) != (picture[0] > picture[1]):
        return reach
    shape = picture[0] / picture[1]
    return (
        (width, max(height, width / shape))
        if width / height > shape
        else (max(width, height * shape), height)
    )


def focused_field(screen: Screen) -> Element | None:
    """The text field that has the focus. Containers around it may claim the focus too."""
    fields = [e for e in screen.elements() if e.focused and e.cls.endswith(_EDITABLE)]
    # The innermost comes last in the order of the tree.
    return fields[-1] if fields else None


def _element(node: Any, parents: dict[Element, Element]) -> Element:
    get = node.get
    # Most have no children, and asking lxml for them costs as much as five attributes.
    children = [_element(child, parents) for child in node.iterchildren("*")] if len(node) else []
    text, desc, hint = get("text"), get("content-desc"), get("hint")
    element = Element(
        cls=get("class") or (node.tag if node.tag != "node" else ""),
        text=normalise(text) if text else "",
        desc=normalise(desc) if desc else "",
        rid=get("resource-id", ""),
        hint=normalise(hint) if hint else "",
        package=get("package", ""),
        bounds=_bounds(get("bounds", "")),
        clickable=get("clickable") == "true",
        enabled=get("enabled", "true") == "true",
        selected=get("selected") == "true",
        focused=get("focused") == "true",
        checked=get("checked") == "true",
        children=children,
    )
    for child in children:
        parents[child] = element
    return element


@lru_cache(4096)  # from one look to the next most places stay the same
def _bounds(text: str) -> Bounds:
    found = _BOUNDS.match(text)
    return (int(found[1]), int(found[2]), int(found[3]), int(found[4])) if found else (0, 0, 0, 0)
