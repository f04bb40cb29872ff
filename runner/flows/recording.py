"""A screen as it is kept: its hierarchy without what may be somebody's own, and its picture, sharp only where controls
are. Pure but for the picture."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from runner.flows.personal import Words
from runner.flows.watch import SYSTEM_UI
from runner.phone.screen import Bounds, Element, Screen

_BLOCKS = 30
"""How many blocks of one color a blurred picture is wide: letters and faces cannot be told in them."""
_LARGEST = 0.1
"""The largest part of a screen that stays sharp: larger ones are pages and pictures, whatever they are called."""


@dataclass(frozen=True, slots=True)
class RecordedScreen:
    """`replaced` are the texts in whose place others stand; `sharp` and `hidden` are the places of elements whose words
    stayed, and of those whose words did not."""

    xml: str
    replaced: tuple[str, ...]
    sharp: tuple[Bounds, ...]
    hidden: tuple[Bounds, ...]


def without_personal(screen: Screen, words: Words) -> RecordedScreen:
    """The screen with only what the runner reads of it, and with replacements for what `words` does not let stay."""
    from lxml import etree

    root = etree.Element("hierarchy")
    replaced: dict[str, None] = {}
    sharp: list[Bounds] = []
    hidden: list[Bounds] = []

    def add(element: Element, parent: etree._Element, index: int) -> None:
        is_field = element.cls.endswith(("EditText", "AutoCompleteTextView"))
        is_typed = is_field and element.text != element.hint
        texts = {
            "text": (element.text, words.shown(element.text, is_typed=is_typed)),
            "content-desc": (element.desc, words.shown(element.desc)),
            "hint": (element.hint, words.shown(element.hint)),
        }
        changed = [old for old, new in texts.values() if old != new]
        if element.package != SYSTEM_UI:  # nobody asks for the words of the status bar
            replaced.update(dict.fromkeys(changed))
        if changed:
            hidden.append(element.bounds)
        elif element.words and not any(part.words for part in element.below()):
            sharp.append(element.bounds)
        left, top, right, bottom = element.bounds
        flags = {
            name: str(getattr(element, name)).lower()
            for name in ("clickable", "enabled", "selected", "focused", "checked")
        }
        attributes = {
            "index": str(index),
            "class": element.cls,
            "package": element.package,
            "resource-id": element.rid,
            **{name: new for name, (_, new) in texts.items()},
            **flags,
            "bounds": f"[{left},{top}][{right},{bottom}]",
        }
        node = etree.SubElement(parent, "node", {key: value for key, value in attributes.items() if value})
        for place, child in enumerate(element.children):
            add(child, node, place)

    for place, window in enumerate(screen.roots):
        add(window, root, place)
    etree.indent(root)
    xml = etree.tostring(root, encoding="unicode") + "\n"
    return RecordedScreen(xml, tuple(replaced), tuple(sharp), tuple(hidden))


def blurred(jpeg: bytes, screen: Screen, recorded: RecordedScreen) -> bytes:
    """The picture of a screen, blurred but where the words of controls stand."""
    from PIL import Image

    picture = Image.open(io.BytesIO(jpeg)).convert("RGB")
    width, height = picture.size
    small = picture.resize((_BLOCKS, max(1, round(_BLOCKS * height / width))), Image.Resampling.BOX)
    result = small.resize(picture.size, Image.Resampling.NEAREST)
    mosaic = result.copy()
    across, down = (max(1, side) for side in screen.size)
    largest = _LARGEST * width * height

    def place(bounds: Bounds) -> tuple[int, int, int, int] | None:
        left, top, right, bottom = bounds
        box = (left * width // across, top * height // down, right * width // across, bottom * height // down)
        left, top, right, bottom = max(0, box[0]), max(0, box[1]), min(width, box[2]), min(height, box[3])
        return (left, top, right, bottom) if right > left and bottom > top else None

    for source, places in ((picture, recorded.sharp), (mosaic, recorded.hidden)):
        for box in filter(None, map(place, places)):
            if source is mosaic or (box[2] - box[0]) * (box[3] - box[1]) <= largest:
                result.paste(source.crop(box), box[:2])
    kept = io.BytesIO()
    result.save(kept, "JPEG", quality=70)
    return kept.getvalue()


def is_same(one: Screen, other: Screen) -> bool:
    """Whether two looks have seen the same: a picture between them shows it too."""
    return _seen(one) == _seen(other)


def _seen(screen: Screen) -> Sequence[tuple[Bounds, str]]:
    return [(element.bounds, element.words) for element in screen.elements()]
