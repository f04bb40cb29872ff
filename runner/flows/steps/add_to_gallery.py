"""`add_to_gallery`: copy files to the phone, as the newest in its gallery."""

from pathlib import Path
from typing import ClassVar

from pydantic import Field

from runner.flows.flow import Action
from runner.flows.flow_run import FlowRun
from runner.flows.steps.share_file import media_of
from runner.flows.templates import Template


class AddToGallery(Action):
    """`files` are paths on this machine, one a line; the first of them becomes the newest."""

    kind: ClassVar = "add_to_gallery"
    short: ClassVar = "files"
    is_input: ClassVar = True

    files: Template = Field(
        description="The paths of videos or images on this machine, one a line.", examples=["${files}"]
    )

    def title(self) -> str:
        return "copy the files to the phone's gallery"

    def perform(self, attempt: FlowRun) -> None:
        files = [Path(line) for line in attempt.fill(self.files).split("\n")]
        media = [media_of(file) for file in files]
        # Galleries show the newest first.
        for file, (mime_type, suffix) in reversed([*zip(files, media, strict=True)]):
            attempt.phone.add_to_gallery(file, mime_type, suffix, attempt.seen.get(str(file)))
