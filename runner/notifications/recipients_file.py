"""The file that RUNNER_NOTIFY_FILE names: recipients of notifications, and what each of them wants to know.

Secrets stand elsewhere: the file refers to them, so it may lie in git.
"""

from datetime import time
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from runner.campaign.quantities import Duration, Hours, TimeOfDay
from runner.campaign.reader import read
from runner.campaign.secrets import is_reference
from runner.errors import UsageError
from runner.notifications.news import TOLD
from runner.regular_file import open_regular

MOST_SHOWN = 5
"""How many problems one message names."""

Chosen = Annotated[str, Field(pattern="^(" + "|".join(TOLD) + ")$")]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class WrittenRecipient(_Strict):
    """One recipient: `url` for apprise, or `webhook`."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")] | None = None
    url: str | None = None
    webhook: str | None = None
    secret: str | None = None
    events: list[Chosen] | None = None
    urgent: list[Chosen] | None = None
    quiet: Hours | None = None
    every: Duration | None = None
    gather: Duration | None = None

    @model_validator(mode="after")
    def _refuse_contradictions(self) -> "WrittenRecipient":
        if (self.url is None) == (self.webhook is None):
            raise ValueError("a recipient has either `url` or `webhook`")
        if self.url is not None and not is_reference(self.url):
            raise ValueError("`url` holds secrets: write ${env:NAME} or ${file:path} in its place")
        if self.webhook is not None and not is_reference(self.webhook) and _has_secrets(self.webhook):
            raise ValueError("`webhook` holds a secret: write ${env:NAME} or ${file:path} in its place")
        if self.secret is not None and not is_reference(self.secret):
            raise ValueError("`secret` is written out: write ${env:NAME} or ${file:path} in its place")
        if self.secret is not None and self.webhook is None:
            raise ValueError("`secret` signs the messages of a `webhook`; apprise's URLs have their own")
        if self.urgent is not None and self.quiet is None:
            raise ValueError("`urgent` says what passes in the `quiet` hours, and there are none")
        return self


class WrittenFile(_Strict):
    recipients: Annotated[list[WrittenRecipient], Field(min_length=1)]
    summary: TimeOfDay | Literal["never"] | None = None

    @property
    def summary_at(self) -> time | None:
        if self.summary is None:
            return time(8)
        return None if isinstance(self.summary, str) else self.summary.time


def read_file(path: Path) -> WrittenFile:
    """The file as written. Raises UsageError with its first problems, and their lines, without values."""
    try:
        with open_regular(path) as file:
            document = read(file.read(1024 * 1024 + 1), str(path))
    except OSError as error:
        raise UsageError(f"RUNNER_NOTIFY_FILE: {path} cannot be read: {error.strerror}") from error
    problems = [f"{path}:{one.span.line}: {one.message}" for one in document.diagnostics]
    if not problems:
        try:
            return WrittenFile.model_validate(document.data if document.data is not None else {})
        except ValidationError as error:
            found = error.errors(include_url=False, include_input=False)
            problems = [f"{path}:{document.span(_way(one)).line}: {_sentence(one)}" for one in found]
    raise UsageError(
        f"RUNNER_NOTIFY_FILE: {problems[0]}",
        hint="\n".join([*problems[1:MOST_SHOWN], "docs/notifications.md shows how it is written"]),
    )


def _way(problem: Any) -> list[str | int]:
    return list(problem["loc"])


def _sentence(problem: Any) -> str:
    way = problem["loc"]
    key = next((step for step in reversed(way) if isinstance(step, str) and step[:1].islower()), "the file")
    if problem["type"] == "extra_forbidden":
        return f"there is no key {key}"
    if "pattern" in problem["type"] and any(step in ("events", "urgent") for step in way):
        return f"{key}: there are the events {', '.join(TOLD)}"
    return f"{key}: {problem['msg'].removeprefix('Value error, ')}"


def _has_secrets(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return "@" in parts.netloc or bool(parts.query)
    except ValueError:
        return True
