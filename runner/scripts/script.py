"""What a script is, and what its config tells without running it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, NamedTuple

from runner.schema_file import schema

if TYPE_CHECKING:
    from runner.scripts.config_model import ConfigModel

Config = Mapping[str, Any]
"""A complete config: every key of the script that has a default, as plain data."""

Way = tuple[str, ...]
"""The keys that lead to a value."""


class FlowText(NamedTuple):
    """One of the user's own flows as it was read: its file, the text of it, and the flows beside it that it uses, also
    by way of others."""

    path: str
    text: str
    used: "tuple[FlowText, ...]" = ()

    @property
    def name(self) -> str:
        return PurePath(self.path).stem


class ProfileText(NamedTuple):
    """One of the user's app profiles as it was read: its file, and the text of it."""

    path: str
    text: str


class Need(NamedTuple):
    """If `key` has this `value`, the key `partner` is needed too, `unless` another key makes it superfluous; the hint
    says what for."""

    key: str
    value: str
    partner: str
    hint: str
    unless: str | None = None


class Writing(NamedTuple):
    """A text that a task writes into its app: the variable by which flows know it, and the config's key for it.

    Where `order` is a key too (`random` or `sequential`), the text has one alternative a line, of which a task takes
    one; else it is a caption with alternatives in braces. `emoji` is the key that says whether an emoji follows.
    """

    variable: str
    key: str
    order: str | None = None
    emoji: str | None = None


@dataclass(frozen=True, slots=True)
class Script:
    """A kind of work, and the meaning of the keys of its config: no other file has to know them by name.

    The three functions take a complete config: `targets` yields one item per task and device, in its normal form
    (`runner/targets.py`), None where a script has no target; `effects` counts the most effects that one task can
    have, by kind; `expected_s` is the expected duration of one task in seconds.

    `config_schema` is the JSON Schema of a config; that of a built-in script is written from its `config_model`, which
    is made within a function, since pydantic is slow to import. `flow` is the flow behind a script of the user's own,
    and `app` the one app that it is for; both are None for a built-in script, which may have a flow for each app.

    `target_keys` are the config keys that name targets (a list, and perhaps a text with one or several), if a script
    has any;
    `normal_target` turns a target as written into its normal form, `target_needed` says what is missing if none is
    named, and how to write it. `paths` are the keys that hold file paths (a text or a list of texts) relative to the
    campaign file, `other_paths` those of files on the machine of a Local API. `texts` are the keys that hold a text
    for people in which a line end counts, `lines` the ways to several such texts, one a line, `writes` those that
    a task writes into its app (`planning/content.py` chooses among their alternatives), `secrets` the ways to secret
    values. `needs` are keys that need others beside them, `own_keys` those that no Local API of others knows.
    """

    name: str
    config_schema: Callable[[], Mapping[str, Any]]
    targets: Callable[[Config], tuple[str | None, ...]]
    effects: Callable[[Config], dict[str, int]]
    expected_s: Callable[[Config], float]
    config_model: "Callable[[], type[ConfigModel]] | None" = None
    flow: FlowText | None = None
    app: str | None = None
    target_keys: tuple[str, ...] | None = None
    target_needed: tuple[str, str] | None = None
    normal_target: Callable[[str], str] = str
    paths: tuple[str, ...] = ()
    other_paths: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    lines: tuple[Way, ...] = ()
    writes: tuple[Writing, ...] = ()
    secrets: tuple[Way, ...] = ()
    own_keys: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()


def targets_of(config: Config, keys: tuple[str, ...], normal: Callable[[str], str]) -> tuple[str, ...]:
    """The targets that a complete config names, in their normal form."""
    return tuple(map(normal, written_targets(config, keys)))


def written_targets(config: Config, keys: tuple[str, ...]) -> tuple[str, ...]:
    """The targets that a complete config names, as it writes them."""
    several, *single = keys
    return listed(config[several], config[single[0]] if single else "")


def built_in_schema(name: str) -> Callable[[], Mapping[str, Any]]:
    """A function that reads the schema of a built-in script's config from disk, by the name of its model."""
    return lambda: schema("campaign")["$defs"][name]


def defaults(script: Script) -> Mapping[str, Any]:
    """The default of every key of a script's config that has one."""
    return _defaults_of(script.config_schema)


# Asked for each config of a thousand files.
@lru_cache(maxsize=128)
def _defaults_of(config_schema: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
    return _defaults(config_schema())


def complete(script: Script, values: Config) -> dict[str, Any]:
    """A config as written, with its defaults and those of the mappings in it filled in."""
    return {**defaults(script), **_given(script.config_schema(), values)}


def _defaults(node: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value["default"] for key, value in node["properties"].items() if "default" in value}


def _given(node: Mapping[str, Any], values: Config) -> Config:
    """Values as written, with the defaults of the mappings among them filled in."""
    inner = {key: value for key, value in values.items() if isinstance(value, dict)}
    if not inner:
        return values
    nodes = node["properties"]
    return {
        **values,
        **{key: {**_defaults(nodes[key]), **_given(nodes[key], value)} for key, value in inner.items()},
    }


def listed(several: list[str], text: str) -> tuple[str, ...]:
    """The Local API's way to name targets: a list wins over text separated by newlines or commas."""
    if several:
        return tuple(several)
    parts = (part.strip() for part in text.replace(",", "\n").splitlines())
    return tuple(part for part in parts if part)
