"""Check `missing-file`: material is not where the campaign says."""

import os
from collections.abc import Iterator

from runner.campaign import rewriting
from runner.campaign.paths import is_elsewhere
from runner.checks.files import Files
from runner.checks.material import Material
from runner.checks.nearby import Offer
from runner.checks.view import CampaignView
from runner.checks.written import ConfigUse, Item
from runner.diagnostics import Diagnostic

CODE = "missing-file"

_RELATIVE = "paths are relative to the campaign file"
_WINDOWS = "this is a path of Windows; those of this machine have no drive, and / between their parts"
_ESCAPE = "within double quotes a backslash begins another character: write / or use single quotes"


def check(campaign: CampaignView) -> Iterator[Diagnostic]:
    for material in campaign.material:
        if missing := _missing(campaign.files, material):
            yield _problem(campaign, material, missing)
    folder = os.path.dirname(campaign.document.path)  # noqa: PTH120
    for config in campaign.configs:
        for item in _named(config):
            path = os.path.join(folder, item.text)  # noqa: PTH118
            if missing := campaign.files.inspect(path).missing:
                yield campaign.problem(CODE, item.path, missing, _hint(item.text), config=config)


def _named(config: ConfigUse) -> Iterator[Item]:
    """The files that the config of a user's own flow names."""
    for key in config.script.paths if config.script.flow else ():
        yield from config.texts(key)


def _missing(files: Files, material: Material) -> str | None:
    if not material.is_folder:
        return files.inspect(material.path).missing
    found = files.folder(material.path)
    if isinstance(found, str):
        return found
    if files.posted(material.path, material.kind):
        return None
    return f"there are no {material.kind}s in {material.path}"


def _problem(campaign: CampaignView, material: Material, missing: str) -> Diagnostic:
    """The problem, with the file that was probably meant, if there is one like it."""
    offered = _offer(campaign, material)
    if offered is None:
        return campaign.on_material(CODE, material, missing, _hint(material.written))
    fix = rewriting.fix(campaign.document, material.place, offered.path) if offered.is_same else None
    hint = f"did you mean `{offered.path}`?"
    return campaign.on_material(CODE, material, missing, None, offered=hint, fix=fix)


def _offer(campaign: CampaignView, material: Material) -> Offer | None:
    if is_elsewhere(material.written) or os.path.lexists(material.path):
        return None
    folder = os.path.dirname(campaign.document.path)  # noqa: PTH120
    return campaign.files.nearby.offer(material.written, folder)


def _hint(written: str) -> str:
    if not written.isprintable():
        return _ESCAPE
    if written.startswith("~"):
        return "~ stands for nothing here: write the whole path, or one relative to the campaign file"
    if is_elsewhere(written):
        return _WINDOWS
    if "\\" in written:
        return "parts of a path are set apart by /, not by \\"
    return _RELATIVE
