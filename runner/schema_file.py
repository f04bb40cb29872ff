"""The generated schemas on disk, read without the models, which are slow to import."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import runner

PROFILE = "app-profile"
NAMES = ("campaign", "accounts", "devices", "flow", PROFILE, "faults", "virtual-app")
"""Every schema: of campaign files, `accounts.yaml`, `devices.yaml`, flows, app profiles, faults for rehearsals, and
apps of one's own on virtual phones."""


def schema_path(name: str) -> Path:
    """The file of a schema: within an installed package, beside the package in a checkout."""
    package = Path(runner.__file__).parent
    folders = (package / "schemas", package.parent / "schemas")
    return next(folder for folder in folders if folder.is_dir()) / f"{name}.schema.json"


@cache
def schema(name: str) -> dict[str, Any]:
    """A schema by the name of its file."""
    content: dict[str, Any] = json.loads(schema_path(name).read_text(encoding="utf-8"))
    return content
