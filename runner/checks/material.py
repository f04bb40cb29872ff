"""Which files and folders the posts of a campaign name, and what they should be."""

import os
from collections.abc import Iterator
from typing import NamedTuple

from runner.campaign.paths import is_elsewhere
from runner.checks.written import ConfigUse, Path
from runner.media import Kind


class Material(NamedTuple):
    """A file, or a folder of files: its path as written and as the working folder sees it, and where the campaign
    names it."""

    config: ConfigUse
    place: Path
    written: str
    path: str
    kind: Kind
    is_folder: bool

    @property
    def is_elsewhere(self) -> bool:
        """Whether only another machine can have it."""
        return is_elsewhere(self.written)


def material_of(config: ConfigUse, campaign_folder: str) -> Iterator[Material]:
    """The material of a post whose paths are relative to a folder."""
    kind = Kind.IMAGE if config.value("content_type") == 1 else Kind.VIDEO
    listed = config.value("material_list")
    from_folder = config.values.get("material_source") == "localFolder" and not listed
    for item in config.texts("material_path" if from_folder else "material_list"):
        path = os.path.join(campaign_folder, item.text)  # noqa: PTH118
        yield Material(config, item.path, item.text, path, kind, from_folder)
