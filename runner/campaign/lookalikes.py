"""Finds characters that only look right in the keys and values of a file."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from runner.campaign.characters import BLANKS, IN_NAMES, INVISIBLE, PLAIN, QUOTES, advice, is_blank, named
from runner.campaign.document import Document, Mark, Marks
from runner.campaign.rewriting import fix
from runner.diagnostics import MAX_PROBLEMS, Diagnostic, Severity, Span
from runner.scripts import SCRIPTS

CODE = "odd-character"

_FOR_PEOPLE = frozenset(
    key
    for script in SCRIPTS.values()
    for key in (
        *(*script.texts, *script.paths, *script.other_paths),
        *(way[-1] for way in (*script.lines, *script.secrets)),
    )
)
"""Keys of configs that hold text for people, or names of files: there every character may be intended."""


def find(document: Document) -> Iterator[tuple[Span, Diagnostic]]:
    """Such characters in keys, and in values that are no text for people, each with the whole key or value it is in."""
    if document.text.isascii() or document.marks is None:
        return
    for path, text, is_key in _texts(document.data, document.marks, ()):
        found = IN_NAMES.search(text)
        if found is None:
            continue
        character = found[0]
        whole, place = document.span(path, key=is_key), document.span_within(path, character, 0)
        if is_key:
            start, _ = document.offsets(whole)
            at = start + document.source(path, key=True).find(character)
            place = document.span_of(at, at + 1)
        meant = _plain(text)
        answer = fix(document, path, meant, key=is_key) if meant else None
        message = f"`{_visible(text)}` has {named(character)} in it"
        yield (
            whole,
            Diagnostic(
                document.path, place, Severity.ERROR, CODE, message, _hint(character, meant), fix=answer
            ),
        )


def _hint(character: str, meant: str | None) -> str:
    return f"did you mean `{meant}`?" if meant else advice(character)


def _plain(text: str) -> str | None:
    """The text in plain characters, if it is clear what is meant."""
    bare = re.sub(f"[{BLANKS}]", " ", re.sub(f"[{INVISIBLE}]", "", text)).strip().strip(QUOTES)
    plain = unicodedata.normalize("NFKC", "".join(PLAIN.get(one, one) for one in bare))
    is_clear = (
        plain.isascii() and plain.isprintable() and not set('",: []{}') & set(plain.replace(":", "", 1))
    )
    return plain if plain and is_clear else None


def _visible(text: str) -> str:
    return "".join("\u2423" if is_blank(one) else one for one in text[:60])


def _texts(
    data: Any, mark: Mark, path: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], str, bool]]:
    """Each key, and each text that is not for people, as it stands in the file; bounded."""
    left = MAX_PROBLEMS
    stack: list[tuple[Any, Mark, tuple[str | int, ...]]] = [(data, mark, path)]
    seen: set[int] = set()
    while stack and left:
        data, mark, path = stack.pop()
        if isinstance(mark, Marks):
            # An alias leads to the same marks again.
            if id(mark) in seen:
                continue
            seen.add(id(mark))
            items = data.items() if isinstance(data, dict) else enumerate(data)
            for key, value in reversed(list(items)):
                stack.append((value, mark.items[key], (*path, key)))
            if isinstance(data, dict):
                for key in data:
                    if not key.isascii():
                        yield (*path, key), key, True
        elif isinstance(data, str) and not data.isascii() and not _is_for_people(path):
            yield path, data, False


def _is_for_people(path: tuple[str | int, ...]) -> bool:
    """Whether a value is text for people: in a config, everything but what names accounts, posts and choices."""
    in_config = path[:1] == ("configs",) or (path[:1] == ("scripts",) and path[2:3] == ("config",))
    key = next((step for step in reversed(path) if isinstance(step, str)), "")
    return in_config and (key in _FOR_PEOPLE or not _is_built_in(key))


def _is_built_in(key: str) -> bool:
    from runner.scripts import SCRIPTS

    return any(key in script.config_schema()["properties"] for script in SCRIPTS.values())
