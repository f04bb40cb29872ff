"""Check `unreadable-media`: a file is there, but cannot be posted."""

import os
from collections.abc import Iterator

from runner.checks.files import Files
from runner.checks.material import Material
from runner.checks.view import CampaignView
from runner.diagnostics import Diagnostic
from runner.file_names import escaped, is_utf8
from runner.media import FORMATS, Kind

CODE = "unreadable-media"

_NAMES = [[found.name for found in FORMATS if found.kind is kind] for kind in Kind]
_KNOWN = "known are " + "; ".join(", ".join(names[:-1]) + f" and {names[-1]}" for names in _NAMES)
_CHOICE = "`content_type: 0` posts a video, `content_type: 1` images"


def check(campaign: CampaignView) -> Iterator[Diagnostic]:
    for material in campaign.material:
        for path in _paths(campaign.files, material):
            for message, hint in _problem(campaign.files, path, material.kind):
                yield campaign.on_material(CODE, material, message, hint)
        if material.is_folder and campaign.reads_files_here:
            for message, hint in _left_out(campaign.files, material):
                yield campaign.warning(CODE, material.place, message, hint, config=material.config)


def _paths(files: Files, material: Material) -> tuple[str, ...]:
    """The file, or the files of the folder that would be posted."""
    return files.posted(material.path, material.kind) if material.is_folder else (material.path,)


def _problem(files: Files, path: str, kind: Kind) -> Iterator[tuple[str, str | None]]:
    look = files.inspect(path)
    if look.kind is kind or look.missing:
        return
    if look.unreadable:
        yield look.unreadable, None
    elif look.kind is None:
        yield f"{path} is neither a video nor an image", _KNOWN
    else:
        yield f"{path} is {look.kind.named}, and {kind.named} is asked for", _CHOICE


def _left_out(files: Files, material: Material) -> Iterator[tuple[str, str]]:
    """The files of a folder that are of the right kind, but are not posted because of their names."""
    found = files.folder(material.path)
    posted = frozenset(_paths(files, material))
    for path in () if isinstance(found, str) else found:
        if path in posted or files.inspect(path).kind is not material.kind:
            continue
        what = f"{escaped(path)} is {material.kind.named}, and is not posted: its name"
        if not is_utf8(os.path.basename(path)):  # noqa: PTH119
            yield f"{what} is no UTF-8", "rename it"
        else:
            yield f"{what} has an unknown ending", f"rename it so that it ends in {_endings(material.kind)}"


def _endings(kind: Kind) -> str:
    return ", ".join(sorted(kind.suffixes))
