"""`{a,b}` in a word makes one word of each."""

from runner.virtual.language.nodes import Literal, Part, Word

_Item = str | Part
"""A sign that may be special, or a part that is not."""


def expand_braces(word: Word) -> list[Word]:
    """The words that a word with braces stands for; itself, if it has none."""
    if not any(isinstance(part, Literal) and not part.quoted and "{" in part.text for part in word):
        return [word]
    items: list[_Item] = []
    for part in word:
        if isinstance(part, Literal) and not part.quoted:
            items.extend(part.text)
        else:
            items.append(part)
    return [_joined(expanded) for expanded in _expand(items)]


def _expand(items: list[_Item]) -> list[list[_Item]]:
    for start, item in enumerate(items):
        if item == "{" and (found := _alternatives(items, start)) is not None:
            alternatives, end = found
            rest = _expand(items[end + 1 :])
            before = items[:start]
            return [
                [*before, *inner, *after]
                for alternative in alternatives
                for inner in _expand(alternative)
                for after in rest
            ]
    return [items]


def _alternatives(items: list[_Item], start: int) -> tuple[list[list[_Item]], int] | None:
    """What stands between the commas of the brace at `start`, and where it closes; None without a comma."""
    alternatives: list[list[_Item]] = [[]]
    depth = 0
    for place in range(start + 1, len(items)):
        item = items[place]
        if item == "}" and depth == 0:
            return (alternatives, place) if len(alternatives) > 1 else None
        if item == "," and depth == 0:
            alternatives.append([])
            continue
        depth += (item == "{") - (item == "}")
        alternatives[-1].append(item)
    return None


def _joined(items: list[_Item]) -> Word:
    parts: list[Part] = []
    for item in items:
        if not isinstance(item, str):
            parts.append(item)
        elif parts and isinstance(parts[-1], Literal) and not parts[-1].quoted:
            parts[-1] = Literal(parts[-1].text + item)
        else:
            parts.append(Literal(item))
    return tuple(parts)
