"""Check `unreadable-media`: a file that is there, and cannot be posted."""

from collections.abc import Iterator

from runner.checks.files import Kind
from runner.checks.material import files_of, folder_of, kind_of
from runner.checks.view import CampaignView
from runner.diagnostics import Diagnostic

CODE = "unreadable-media"

_KNOWN = "known are MP4, MOV, WebM, MKV, AVI and 3GP; JPEG, PNG, WebP, HEIC, GIF and BMP"
_CHOICE = "`content_type: 0` posts a video, `content_type: 1` images"


def check(campaign: CampaignView) -> Iterator[Diagnostic]:
    for config in campaign.configs_of("post"):
        kind = kind_of(config)
        named = [(item, campaign.file(item.text)) for item in files_of(config)]
        if folder := folder_of(config):
            found = campaign.files.folder(campaign.file(folder.text))
            paths = () if isinstance(found, str) else found
            named += [(folder, path) for path in paths if kind.names(path)]
        for item, path in named:
            for message, hint in _problem(campaign, path, kind):
                yield campaign.on_file(CODE, item.path, message, hint, config)


def _problem(campaign: CampaignView, path: str, kind: Kind) -> Iterator[tuple[str, str | None]]:
    look = campaign.files.look(path)
    if look.unreadable:
        yield look.unreadable, None
    elif look.missing is None and look.kind is None:
        yield f"{path} is neither a video nor an image", _KNOWN
    elif look.kind and look.kind is not kind:
        yield f"{path} is {look.kind.named}, and {kind.named} is asked for", _CHOICE
