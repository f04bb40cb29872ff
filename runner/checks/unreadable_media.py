"""Check `unreadable-media`: a file that is there, and cannot be posted."""

from collections.abc import Iterator

from runner.checks.files import Files, Kind
from runner.checks.material import Material
from runner.checks.view import CampaignView
from runner.diagnostics import Diagnostic

CODE = "unreadable-media"

_KNOWN = "known are MP4, MOV, WebM, MKV, AVI and 3GP; JPEG, PNG, WebP, HEIC, GIF and BMP"
_CHOICE = "`content_type: 0` posts a video, `content_type: 1` images"


def check(campaign: CampaignView) -> Iterator[Diagnostic]:
    for material in campaign.material:
        for path in _paths(campaign.files, material):
            for message, hint in _problem(campaign.files, path, material.kind):
                yield campaign.on_material(CODE, material, message, hint)


def _paths(files: Files, material: Material) -> tuple[str, ...]:
    """The file, or the files of the folder that would be posted."""
    if not material.is_folder:
        return (material.path,)
    found = files.folder(material.path)
    return () if isinstance(found, str) else tuple(filter(material.kind.names, found))


def _problem(files: Files, path: str, kind: Kind) -> Iterator[tuple[str, str | None]]:
    look = files.look(path)
    if look.kind is kind or look.missing:
        return
    if look.unreadable:
        yield look.unreadable, None
    elif look.kind is None:
        yield f"{path} is neither a video nor an image", _KNOWN
    else:
        yield f"{path} is {look.kind.named}, and {kind.named} is asked for", _CHOICE
