"""The files and folders that the posts of a campaign name, and what they should be."""

import os
from collections.abc import Iterator
from typing import NamedTuple

from runner.campaign.paths import is_elsewhere
from runner.checks.written import ConfigUse, Path
from runner.media import Kind
from runner.scripts.post import FILES_KEY, FOLDER_KEY, is_from_folder, kind


class Material(NamedTuple):
    """A file, or a folder of files: its path as written, its path from the working folder, and where the campaign names
    it."""

    config: ConfigUse
    place: Path
    written: str
    path: str
    kind: Kind
    is_folder: bool

    @property
    def is_elsewhere(self) -> bool:
        """Whether only another machine can have such a path."""
        return is_elsewhere(self.written)


def material_of(config: ConfigUse, campaign_folder: str) -> Iterator[Material]:
    """The material of a post whose paths are relative to a folder."""
    is_folder, posted = is_from_folder(config.values), kind(config.values)
    for item in config.texts(FOLDER_KEY if is_folder else FILES_KEY):
        path = os.path.join(campaign_folder, item.text)  # noqa: PTH118
        yield Material(config, item.path, item.text, path, posted, is_folder)
