"""Check `missing-file`: material that is not where the campaign says."""

from collections.abc import Iterator

from runner.checks.material import files_of, folder_of, kind_of
from runner.checks.view import CampaignView
from runner.checks.written import ConfigUse
from runner.diagnostics import Diagnostic

CODE = "missing-file"

_HINT = "paths are relative to the campaign file"


def check(campaign: CampaignView) -> Iterator[Diagnostic]:
    for config in campaign.configs_of("post"):
        for item in files_of(config):
            if missing := campaign.files.look(campaign.file(item.text)).missing:
                yield campaign.on_file(CODE, item.path, missing, _HINT, config)
        if folder := folder_of(config):
            path = campaign.file(folder.text)
            if missing := _missing(campaign, path, config):
                yield campaign.on_file(CODE, folder.path, missing, _HINT, config)


def _missing(campaign: CampaignView, path: str, config: ConfigUse) -> str | None:
    """What there is to say of a folder that should have material in it."""
    found, kind = campaign.files.folder(path), kind_of(config)
    if isinstance(found, str):
        return found
    return None if any(map(kind.names, found)) else f"there are no {kind}s in {path}"
