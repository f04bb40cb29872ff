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
    try:
        if path.is_file():
            return None
        return f"{path} is a folder, not a file" if path.is_dir() else f"there is no file {path}"
    except OSError as error:
        return f"{path} cannot be read: {error.strerror}"


def _no_material(config: ConfigUse, folder: Path) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """The folder that a post takes its material from."""
    if config.value("material_source") != "localFolder":
        return
    images = config.value("content_type") == 1
    for item in config.texts("material_path"):
        if message := _no_folder(folder / item.text, images=images):
            yield item.path, message


def _no_folder(path: Path, *, images: bool) -> str | None:
    kind, suffixes = ("images", IMAGES) if images else ("videos", VIDEOS)
    try:
        if not path.is_dir():
            return f"there is no folder {path}"
        found = any(file.suffix.lower() in suffixes for file in path.iterdir())
    except OSError as error:
        return f"{path} cannot be read: {error.strerror}"
    return None if found else f"there are no {kind} in {path}"
