"""The typed form of a campaign file. The JSON Schemas in `schemas/` are generated from these models."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

NAME_PATTERN = r"^[a-z0-9][a-z0-9-]*$"
KEY_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_-]*$"
DURATION_PATTERN = r"^(0|[1-9][0-9]*)(ms|s|m|h|d)$"
START_TIME_PATTERN = (
    r"^(([01][0-9]|2[0-3]):[0-5][0-9]"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?(Z|[+-][0-9]{2}:[0-9]{2})?)$"
)

Key = Annotated[str, StringConstraints(pattern=KEY_PATTERN, max_length=64)]
Duration = Annotated[
    str,
    StringConstraints(pattern=DURATION_PATTERN),
    Field(description="A duration: a whole number and a unit.", examples=["90s", "10m", "2h"]),
]
StartTime = Annotated[
    str,
    StringConstraints(pattern=START_TIME_PATTERN),
    Field(
        description="`HH:MM` fires every day in the campaign's time zone; a date and time fires once, in the "
        "campaign's time zone unless it carries an offset.",
        examples=["09:00", "2026-12-01T18:00:00+01:00", "2026-12-01T18:00"],
    ),
]
Serial = Annotated[
    str,
    StringConstraints(min_length=1, max_length=128, pattern=r"^\S+$"),
    Field(description="A phone's `ro.serialno`, as `adb devices` shows it for a phone on USB."),
]


class Model(BaseModel):
    """The root of the campaign's models: strict, frozen, unknown keys refused."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, defer_build=True)


class EffectCounts(Model):
    """How many effects of each kind are allowed in a window of time."""

    post: int | None = Field(default=None, ge=0, description="Posts.")
    follow: int | None = Field(default=None, ge=0, description="Follows.")


class WindowLimits(Model):
    """Limits by window of time. A window that is not named keeps its built-in cap."""

    per_day: EffectCounts = Field(default=EffectCounts(), description="In one calendar day.")
    per_hour: EffectCounts = Field(default=EffectCounts(), description="In any 60 minutes.")


class Limits(Model):
    """How much may be done. What is not named keeps the cautious built-in cap."""

    per_device: WindowLimits = Field(default=WindowLimits(), description="For each phone.")
    per_account: WindowLimits = Field(
        default=WindowLimits(), description="For each account, on whatever phone."
    )
    min_gap: Duration = Field(
        default="90s", description="The least time between two effects on one phone.", examples=["90s"]
    )


class Entry(Model):
    """One entry: a script joined to devices, a config and start times."""

    script: str = Field(
        description="The kind of work, or the name of a flow of your own.", examples=["post", "follow"]
    )
    config: str | dict[str, Any] = Field(
        default={}, description="The name of a config from `configs:`, or the settings themselves."
    )
    devices: str | list[str] = Field(
        description="A group from `devices:`, or a list of groups and serials.", examples=["studio"]
    )
    start_times: str | list[str] = Field(
        default=[],
        description="When it runs: names from `start_times:`, or times themselves.",
        examples=[["morning", "12:15"]],
    )


class Campaign(Model):
    """A campaign: which devices run which scripts, with which configs, at which start times."""

    version: Literal[1] = Field(description="The version of this format.")
    name: Annotated[str, StringConstraints(pattern=NAME_PATTERN, max_length=64)] = Field(
        description="The campaign's identity: small letters, digits and hyphens. Unique among your campaigns.",
        examples=["autumn-launch"],
    )
    timezone: str | None = Field(
        default=None,
        description="The IANA time zone of wall-clock times; needed as soon as one is used.",
        examples=["Europe/Stockholm"],
    )
    backend: Literal["device", "local_api"] = Field(
        default="device", description="What carries the tasks out: the phones themselves, or a Local API."
    )
    limits: Limits = Field(default=Limits(), description="How much may be done.")
    devices: dict[Key, list[Serial]] = Field(
        default={}, description="Groups of phones by name.", examples=[{"studio": ["R58M123ABC"]}]
    )
    configs: dict[Key, dict[str, Any]] = Field(default={}, description="Settings of scripts by name.")
    start_times: dict[Key, StartTime] = Field(default={}, description="Start times by name.")
    scripts: dict[Key, Entry] = Field(description="The entries of the campaign by name.")
