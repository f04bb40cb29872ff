"""An app file read: YAML 1.2 with the place of every value, and problems told with line and column."""

import difflib
import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from runner.virtual.apps.written.models import AppFile, Deed, Item, Screen

Path = tuple[str | int, ...]
_TOUCHES = ("tap", "long_press", "pinch_in", "pinch_out")
_DEEDS = (*_TOUCHES, "back")
_WORDS = {"true": True, "false": False, "null": None, "": None, "~": None}
_NUMBER = re.compile("-?(0|[1-9][0-9]*)")
MAX_DEPTH = 40


class AppFileError(ValueError):
    """The text is no app file. Each line of the message is one problem: `name:line:column: what`."""


class _Loader(yaml.CSafeLoader):
    """Nodes only; what a plain scalar means is decided here, as YAML 1.2 has it: `no` is a text."""

    yaml_implicit_resolvers: dict[str, Any] = {}


def read(text: str, name: str = "app.yaml") -> AppFile:
    """Raises AppFileError with everything that is wrong."""
    try:
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{mark.line + 1}:{mark.column + 1}" if mark else "1:1"
        raise AppFileError(f"{name}:{place}: this is no YAML: {error.problem}") from None
    except yaml.YAMLError as error:
        raise AppFileError(f"{name}:1:1: this is no YAML: {error}") from None
    if not isinstance(root, yaml.MappingNode):
        raise AppFileError(
            f"{name}:1:1: an app file is a mapping with `version`, `package`, `label` and `screens`"
        )
    problems: list[tuple[int, int, str]] = []
    data = _data(root, problems)
    app: AppFile | None = None
    if not problems:
        try:
            app = AppFile.model_validate(data)
        except ValidationError as error:
            found = [_told(one) for one in error.errors()]
        else:
            found = list(_contradictions(app))
        problems = [(*_place(root, path), message) for path, message in found]
    if problems or app is None:
        lines = [f"{name}:{line}:{column}: {message}" for line, column, message in sorted(set(problems))]
        raise AppFileError("\n".join(lines))
    return app


def _data(node: yaml.Node, problems: list[tuple[int, int, str]], depth: int = 0) -> Any:
    line, column = node.start_mark.line + 1, node.start_mark.column + 1
    if depth > MAX_DEPTH:
        problems.append((line, column, f"this is nested more than {MAX_DEPTH} deep"))
        return None
    if isinstance(node, yaml.SequenceNode):
        return [_data(one, problems, depth + 1) for one in node.value]
    if isinstance(node, yaml.MappingNode):
        read: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.value in read:
                what = (
                    "a key is a text"
                    if not isinstance(key, yaml.ScalarNode)
                    else f"the key `{key.value}` is here twice"
                )
                problems.append((key.start_mark.line + 1, key.start_mark.column + 1, what))
                continue
            read[key.value] = _data(value, problems, depth + 1)
        return read
    assert isinstance(node, yaml.ScalarNode)
    return node.value if node.style else _plain(node.value)


def _plain(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    return int(text) if _NUMBER.fullmatch(text) else text


def _told(error: Mapping[str, Any]) -> tuple[Path, str]:
    """Where a problem that pydantic found is, and what it is."""
    path: Path = tuple(error["loc"])
    kind, name = error["type"], path[-1] if path else ""
    if kind == "extra_forbidden":
        legal = [field.alias or key for key, field in _model(path).model_fields.items()]
        near = difflib.get_close_matches(str(name), legal, 1)
        hint = f"did you mean `{near[0]}`?" if near else f"legal: {', '.join(legal)}"
        return path, f"there is no key `{name}` here; {hint}"
    if kind == "missing":
        return path[:-1], f"the key `{name}` is missing"
    if kind in ("model_type", "dict_type"):
        return path, f"`{name}` is a mapping, with keys of its own"
    message = error["msg"].removeprefix("Value error, ")
    return path, f"`{name}`: {message[:1].lower()}{message[1:]}"


def _model(path: Path) -> type[BaseModel]:
    """What the mapping around an unknown key is."""
    names = [part for part in path[:-1] if isinstance(part, str)]
    if not names:
        return AppFile
    if names[-1] in _DEEDS:
        return Deed
    return Screen if len(path) == 3 else Item


def _place(root: yaml.Node, path: Path) -> tuple[int, int]:
    """Line and column of what a path leads to, or of the last part of it that is there; from 1."""
    node, mark = root, root.start_mark
    for part in path:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == str(part):
                    node, mark = value, key.start_mark
                    break
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            mark = node.start_mark
    return mark.line + 1, mark.column + 1


def _contradictions(app: AppFile) -> Iterator[tuple[Path, str]]:
    """What each part may say by itself, but not beside the others."""
    yield from _unknown_screens(app, ("start",), app.start)
    for link, opened in app.links.items():
        yield from _unknown_screens(app, ("links", link), opened)
    for name, screen in app.screens.items():
        here: Path = ("screens", name)
        if (screen.column is None) == (screen.row is None):
            yield here, f"the screen `{name}` needs either a `column` or a `row`"
        if screen.back is not None:
            yield from _unknown_screens(app, (*here, "back", "screen"), screen.back.screen)
        yield from _in_items(app, screen.column, (*here, "column"))
        yield from _in_items(app, screen.row, (*here, "row"))


def _in_items(app: AppFile, items: list[Item] | None, above: Path) -> Iterator[tuple[Path, str]]:
    for number, item in enumerate(items or ()):
        here: Path = (*above, number)
        if item.column is not None and item.row is not None:
            yield here, "a view has a `column` or a `row`, not both"
        for what in ("editable",) * item.is_editable + ("checkable",) * item.is_checkable:
            if not item.id:
                yield here, f"what is {what} needs an `id`: its value is kept under that name"
        if item.scrollable and item.children is None:
            yield (*here, "scrollable"), "only a view with a `column` or a `row` scrolls"
        for name in _TOUCHES:
            deed: Deed | None = getattr(item, name)
            if deed is not None:
                yield from _unknown_screens(app, (*here, name, "screen"), deed.screen)
        yield from _in_items(app, item.column, (*here, "column"))
        yield from _in_items(app, item.row, (*here, "row"))


def _unknown_screens(app: AppFile, path: Path, screen: str | None) -> Iterator[tuple[Path, str]]:
    if screen is not None and screen not in app.screens:
        near = difflib.get_close_matches(screen, app.screens, 1)
        hint = f"did you mean `{near[0]}`?" if near else f"there are {', '.join(app.screens)}"
        yield path, f"there is no screen `{screen}`; {hint}"
