"""`push` and `pull`: single files, to the phone and from it."""

from pathlib import Path
from typing import ClassVar

from pydantic import Field

from runner.errors import Unsupported
from runner.flows.flow import Action
from runner.flows.flow_run import FlowRun
from runner.flows.templates import Template, fill, names_in


class Push(Action):
    """The file stays on the phone. What an app is to share is given to it by `share_file`."""

    kind: ClassVar = "push"
    is_input: ClassVar = True

    file: Template = Field(description="The path of a file on this machine.", examples=["${config.picture}"])
    to: Template = Field(
        description="Its path on the phone, or a folder there, with a slash at the end.",
        examples=["/sdcard/Download/"],
    )

    def title(self) -> str:
        return "copy a file to the phone"

    def perform(self, attempt: FlowRun) -> None:
        file = Path(_safe(attempt, self.file))
        # Another file than the one that was planned is not copied in its place.
        target = attempt.phone.push(file, _on_phone(_safe(attempt, self.to)), attempt.seen.get(str(file)))
        attempt.note(target)


class Pull(Action):
    """What is at that path on this machine already is replaced."""

    kind: ClassVar = "pull"

    file: Template = Field(
        description="The path of a file on the phone.", examples=["/sdcard/Download/report.csv"]
    )
    to: Template = Field(description="Its path on this machine.", examples=["${config.folder}/${device}.csv"])

    def title(self) -> str:
        return "copy a file from the phone"

    def perform(self, attempt: FlowRun) -> None:
        file = Path(_safe(attempt, self.to))
        attempt.phone.pull(_on_phone(_safe(attempt, self.file)), file)
        attempt.note(str(file))


def _safe(attempt: FlowRun, text: str) -> str:
    """A path with its variables filled in. What a screen said can name a file in it, and lead to no other folder."""
    attempt.fill(text)  # raises if something could not be read
    own = {"file", "device"}
    seen = {
        name: attempt.variables[name].replace("/", "_").replace("..", "_")
        for name in names_in(text)
        if not name.startswith("config.") and name not in own
    }
    return fill(text, attempt.variables | seen)


def _on_phone(path: str) -> str:
    if not path.startswith("/"):
        raise Unsupported(f"{path!r} is no path of a phone", hint="it begins with a slash: /sdcard/Download/")
    return path
