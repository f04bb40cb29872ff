"""Every key of every built-in script, in each app: on phones it does what docs/scripts.md says, or it is refused with
the reason. (tests/unit/campaign/test_format_pages.py holds that the page has each key.)"""

import re
from pathlib import Path
from typing import Any

import pytest

from runner.backend_registry import DEVICE
from runner.scripts import SCRIPTS, defaults

LIBRARY = Path(__file__).parents[3] / "runner" / "flows" / "library"
CHOICE_OF_FILES = {"image_count", "material_list", "material_source", "material_path", "materials_tags"}
"""Keys of `post` by which its files are chosen (backends/material.py) before its flow begins."""

SOUND_NAME = ("sound", "sound_link")
"""The names by which flows know the key `sound_name`: by what it is."""

ONLY_WITH = {
    "custom_sound_keyword": ("add_sound", "custom"),
    "chatgpt_settings": ("generate_by_chatgpt", True),
}
"""Keys that mean nothing without a value of another key, which is refused."""

OF_ITSELF = {("instagram", "post", "add_sound")}
"""Instagram puts no sound of its own under a post: the two values that are not refused (0 and -1) mean the same."""

CASES = [
    (app, script, key)
    for app, support in DEVICE.apps.items()
    for script in support.scripts
    if script not in support.unrecorded
    for key in SCRIPTS[script].config_schema()["properties"]
]


def other_values(script: str, key: str) -> list[Any]:
    """Values that are legal in a campaign, and not the default."""
    node = SCRIPTS[script].config_schema()["properties"][key]
    default = defaults(SCRIPTS[script]).get(key)
    found = [
        *node.get("enum", []),
        *(item for part in node.get("anyOf", []) for item in part.get("enum", [])),
    ]
    found += [node[bound] for bound in ("minimum", "maximum") if bound in node]
    found += [not default] if isinstance(default, bool) else ["something"] if isinstance(default, str) else []
    return [value for value in found if value != default]


def is_refused(app: str, script: str, key: str, value: Any) -> bool:
    """Whether a setting is refused; a reason is then given, too."""
    refusals = list(DEVICE.refusals(script, app, {key: value}))
    assert all(refused.reason for refused in refusals), refusals
    return bool(refusals)


def is_used(app: str, script: str, key: str) -> bool:
    """Whether anything on the way to the taps reads it: the script's declaration, the choice of files, the flow."""
    declared = SCRIPTS[script]
    if key in (declared.target_keys or ()) or (script == "post" and key in CHOICE_OF_FILES):
        return True
    flow = (LIBRARY / app / f"{script}.yaml").read_text(encoding="utf-8")
    names = [f"config.{key}", *(SOUND_NAME if key == "sound_name" else ())]
    names += [written.variable for written in declared.writes if key in written[1:]]
    return any(re.search(rf"\$\{{[^}}]*\b{re.escape(name)}\b", flow) for name in names)


@pytest.mark.parametrize(("app", "script", "key"), CASES)
def test_a_key_does_something_or_is_refused(app: str, script: str, key: str) -> None:
    if key in ONLY_WITH:
        assert is_refused(app, script, *ONLY_WITH[key])
    elif not is_used(app, script, key) and (app, script, key) not in OF_ITSELF:
        values = other_values(script, key)
        assert values and all(is_refused(app, script, key, value) for value in values)


def test_what_is_refused_has_a_reason_and_can_be_written() -> None:
    for app, support in DEVICE.apps.items():
        for script, keys in support.values.items():
            known = SCRIPTS[script].config_schema()["properties"]
            assert keys.keys() <= known.keys() & support.reasons.keys(), (app, script)
