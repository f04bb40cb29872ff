"""Spintax: captions with alternatives, `{New|Fresh} drop!`, nested as deep as one likes.

The choice is a hash of the task's key, so that a retry writes what the first attempt would have written.
"""

import re
from collections.abc import Callable
from hashlib import blake2b

_MARK = re.compile(r"[{|}]")


def choose(text: str, key: str) -> str:
    """`text` with one alternative of each group in braces, the same for the same key.

    Braces without a partner, and bars outside of braces, are text.
    """
    return _chosen(text, lambda group: group.choose(key))


def longest(text: str) -> str:
    """`text` with the longest alternative of each group."""
    return _chosen(text, lambda group: max(map("".join, group.alternatives), key=len))


# A stack instead of recursion: captions may nest deeper than Python recurses.
def _chosen(text: str, choice: "Callable[[_Group], str]") -> str:
    open_groups: list[_Group] = []
    done: list[str] = []
    for offset, character in enumerate(text):
        current = open_groups[-1].alternatives[-1] if open_groups else done
        if character == "{":
            open_groups.append(_Group(offset))
        elif character == "}" and open_groups:
            chosen = choice(open_groups.pop())
            (open_groups[-1].alternatives[-1] if open_groups else done).append(chosen)
        elif character == "|" and open_groups:
            open_groups[-1].alternatives.append([])
        else:
            current.append(character)
    return "".join([*done, *(group.unclosed() for group in open_groups)])


def problems(text: str) -> list[tuple[int, str]]:
    """What is wrong with the braces of a caption: offsets into `text`, and a sentence for each."""
    found: list[tuple[int, str]] = []
    opened: list[int] = []
    bars: list[int] = []
    for match in _MARK.finditer(text):
        offset, character = match.start(), match[0]
        if character == "{":
            opened.append(offset)
            bars.append(0)
        elif character == "|" and bars:
            bars[-1] += 1
        elif character == "}" and not opened:
            found.append((offset, "this } closes no {"))
        elif character == "}":
            start = opened.pop()
            if not bars.pop():
                group = text[start : offset + 1]
                found.append((start, f"{group} offers no choice: separate alternatives by |"))
    found += ((offset, "this { is never closed") for offset in opened)
    return sorted(found)


class _Group:
    """A group in braces while it is read: the offset of its brace, and the pieces of its alternatives."""

    __slots__ = ("alternatives", "offset")

    def __init__(self, offset: int) -> None:
        self.offset = offset
        self.alternatives: list[list[str]] = [[]]

    def choose(self, key: str) -> str:
        # The offset makes groups with the same alternatives choose independently.
        digest = blake2b(f"{self.offset}:{key}".encode(), digest_size=8).digest()
        return "".join(self.alternatives[int.from_bytes(digest, "big") % len(self.alternatives)])

    def unclosed(self) -> str:
        return "{" + "|".join("".join(pieces) for pieces in self.alternatives)
