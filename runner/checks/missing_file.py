"""Check `missing-file`: material that is not where the campaign says."""

from collections.abc import Iterator

from runner.checks.files import Files
from runner.checks.material import Material
from runner.checks.view import CampaignView
from runner.diagnostics import Diagnostic

CODE = "missing-file"

_HINT = "paths are relative to the campaign file"


def check(campaign: CampaignView) -> Iterator[Diagnostic]:
    for material in campaign.material:
        if missing := _missing(campaign.files, material):
            yield campaign.on_material(CODE, material, missing, _HINT)


def _missing(files: Files, material: Material) -> str | None:
    if not material.is_folder:
        return files.look(material.path).missing
    found = files.folder(material.path)
    if isinstance(found, str):
        return found
    if files.posted(material.path, material.kind):
        return None
    return f"there are no {material.kind}s in {material.path}"
