"""`share_file`: copy a file to the phone and hand it to the app's share target."""

from pathlib import Path
from typing import ClassVar

from pydantic import Field

from runner.errors import Unsupported
from runner.flows.flow import Action
from runner.flows.flow_run import FlowRun
from runner.flows.templates import Template
from runner.media import sent_as


class ShareFile(Action):
    """`file` is a path on this machine; `to` another place of the app than the usual one."""

    kind: ClassVar = "share_file"
    short: ClassVar = "file"
    is_input: ClassVar = True

    file: Template = Field(
        description="The path of a video or an image on this machine.", examples=["${file}"]
    )

    to: str | None = Field(
        default=None,
        description="Another place than the usual one, by its name in the app profile.",
        examples=["story"],
    )

    def title(self) -> str:
        return "share the file to the app"

    def perform(self, attempt: FlowRun) -> None:
        file = Path(attempt.fill(self.file))
        media = media_of(file)
        share = attempt.app.share(self.to)
        if share is None:
            wanted = "share_activity" if self.to is None else f"share {self.to!r}"
            raise Unsupported(f"the app profile {attempt.app.profile.app} names no {wanted}")
        # `seen` has the file's hash from when the task was asked for: another file is not posted in its place.
        sha256 = attempt.seen.get(str(file))
        attempt.phone.share(file, attempt.app.component(share.activity), *media, sha256, action=share.action)


def media_of(file: Path) -> tuple[str, str]:
    """The media type and the ending with which a phone gets a file. Raises Unsupported."""
    media = sent_as(file)
    if media is None:
        raise Unsupported(
            f"{file.name} is neither a video nor an image, by its content and by its name",
            hint="name a file that is one; `runner validate` looks into those that campaigns name",
        )
    return media
