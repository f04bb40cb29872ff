"""What an app profile says of itself that means nothing; asked of its data, whose structure may be wrong."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from runner.flows.reading import FlowReading, legal


def check_language(whole: Mapping[str, Any], base: Mapping[str, Any], reading: FlowReading) -> None:
    """Note a language of its own in a profile that lies over another: its elements would be in two."""
    language = whole.get("language", "en")
    if language != base.get("language", "en"):
        message = f"the labels that come with the runner are in {base.get('language', 'en')}"
        hint = f"put those of another language under `languages: {language}:`"
        reading.note(["language"], "bad-language", message, hint)


def check_names(whole: Mapping[str, Any], reading: FlowReading) -> None:
    """Note names of elements that the profile does not have, and labels in a language that it has already."""
    elements = _mapping(whole.get("elements"))
    for at, name in _mentioned(whole):
        if isinstance(name, str) and name not in elements:
            hint = legal(name, elements)
            reading.note(at, "unknown-element", f"the profile has no element {name!r}", hint)
    for language, labels in _mapping(whole.get("languages")).items():
        for name in _mapping(_mapping(labels).get("elements")):
            if name not in elements:
                at = ["languages", language, "elements", name]
                message = f"the profile has no element {name!r} in its own language"
                reading.note(at, "unknown-element", message, legal(name, elements), key=True)
        if language == whole.get("language", "en"):
            message = f"{language} is the language of `elements` already"
            reading.note(["languages", language], "bad-language", message, key=True)


def _mentioned(whole: Mapping[str, Any]) -> Iterator[tuple[list[str | int], Any]]:
    """The elements that a profile names outside of `elements`, with their places."""
    bar = whole.get("bottom_bar")
    for index, name in enumerate(bar if isinstance(bar, list) else ()):
        yield ["bottom_bar", index], name
    yield from _ordinary(whole, ())
    for language, labels in _mapping(whole.get("languages")).items():
        yield from _ordinary(_mapping(labels), ["languages", language])


def _ordinary(labels: Mapping[str, Any], at: Sequence[str | int]) -> Iterator[tuple[list[str | int], Any]]:
    """The elements that stops and dialogs name in `unless`."""
    for kind in ("stops", "dismiss"):
        for screen, said in _mapping(labels.get(kind)).items():
            unless = _mapping(said).get("unless")
            for index, name in enumerate(unless if isinstance(unless, list) else ()):
                yield [*at, kind, screen, "unless", index], name


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
