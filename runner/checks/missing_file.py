"""Check `missing-file`: material that is not where the campaign says."""

from collections.abc import Iterator
from pathlib import Path

from runner.campaign.schema_file import config_schemas
from runner.checks.view import CampaignView, ConfigUse
from runner.diagnostics import Diagnostic, Severity
from runner.planning.material import IMAGES, VIDEOS

CODE = "missing-file"


def check(campaign: CampaignView) -> Iterator[Diagnostic]:
    folder = Path(campaign.document.path).parent
    away = campaign.backend == "local_api"
    severity = Severity.WARNING if away else Severity.ERROR
    hint = "the Local API's machine may have it" if away else "paths are relative to the campaign file"
    for config in campaign.configs:
        for path, message in _problems(config, folder):
            yield campaign.problem(CODE, path, message, hint, severity=severity, config=config)


def _problems(config: ConfigUse, folder: Path) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for key, values in config_schemas()[config.script]["properties"].items():
        if values.get("items", {}).get("format") == "path":
            for item in config.texts(key):
                if item.text and (message := _no_file(folder / item.text)):
                    yield item.path, message
    if config.script == "post" and not config.value("material_list"):
        yield from _no_material(config, folder)


def _no_file(path: Path) -> str | None:
    if path.is_file():
        return None
    return f"{path} is a folder, not a file" if path.is_dir() else f"there is no file {path}"


def _no_material(config: ConfigUse, folder: Path) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """The folder that a post takes its material from."""
    if config.value("material_source") != "localFolder":
        return
    kind, suffixes = ("images", IMAGES) if config.value("content_type") == 1 else ("videos", VIDEOS)
    for item in config.texts("material_path"):
        path = folder / item.text
        if not path.is_dir():
            yield item.path, f"there is no folder {path}"
        elif not any(file.suffix.lower() in suffixes for file in path.iterdir()):
            yield item.path, f"there are no {kind} in {path}"
