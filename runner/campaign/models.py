"""The typed form of a campaign file. The JSON Schemas in `schemas/` are generated from these models."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from runner.campaign import patterns


def _explained(sentence: str) -> dict[str, Any]:
    """What editors, and our own diagnostics, say when text does not fit a pattern."""
    return {"patternErrorMessage": sentence}


Key = Annotated[
    str,
    StringConstraints(pattern=patterns.KEY, max_length=64),
    Field(
        json_schema_extra=_explained(
            "a name has at most 64 letters, digits, hyphens and underscores; a letter or digit comes first"
        )
    ),
]
Duration = Annotated[
    str,
    StringConstraints(pattern=patterns.DURATION),
    Field(
        json_schema_extra=_explained("a duration is a whole number and a unit: 500ms, 90s, 10m, 2h or 1d"),
    ),
]
StartTime = Annotated[
    str,
    StringConstraints(pattern=patterns.START_TIME),
    Field(
        description="`HH:MM` fires every day in the campaign's time zone; a date and time fires once, in the "
        "campaign's time zone unless it carries an offset.",
        examples=["09:00", "2026-12-01T18:00:00+01:00", "2026-12-01T18:00"],
        json_schema_extra=_explained(
            "a start time is HH:MM for every day, or a date and time for once: 2026-12-01T18:00, with an "
            "offset if it is not in the campaign's time zone: 2026-12-01T18:00+01:00"
        ),
    ),
]
Serial = Annotated[
    str,
    StringConstraints(min_length=1, max_length=128, pattern=patterns.SERIAL),
    Field(
        description="A phone's `ro.serialno`, as `adb devices` shows it for a phone on USB.",
        json_schema_extra=_explained("a serial has no blanks in it; `adb devices` shows it"),
    ),
]
GroupOrSerial = Annotated[
    str,
    StringConstraints(min_length=1, max_length=128, pattern=patterns.SERIAL),
    Field(
        description="A group from `devices:`, or a serial.",
        json_schema_extra=_explained("groups and serials have no blanks in them"),
    ),
]
StartTimeOrName = Annotated[
    str,
    StringConstraints(min_length=1),
    Field(description="A name from `start_times:`, or a start time itself.", examples=["morning", "12:15"]),
]


class Model(BaseModel):
    """The root of the campaign's models: strict, frozen, unknown keys refused."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, defer_build=True)


class EffectCounts(Model):
    """How many effects of each kind are allowed in a window of time."""

    post: int | None = Field(default=None, ge=0, le=100_000, description="Posts.")
    follow: int | None = Field(default=None, ge=0, le=100_000, description="Follows.")


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
        min_length=1, description="The kind of work that the entry does.", examples=["post", "follow"]
    )
    config: str | dict[str, Any] = Field(
        default={}, description="The name of a config from `configs:`, or the settings themselves."
    )
    devices: GroupOrSerial | Annotated[list[GroupOrSerial], Field(min_length=1)] = Field(
        description="A group from `devices:`, or a list of groups and serials.", examples=["studio"]
    )
    start_times: StartTimeOrName | list[StartTimeOrName] = Field(
        default=[],
        description="When it runs: names from `start_times:`, or times themselves. Without any it runs only "
        "by hand.",
        examples=[["morning", "12:15"]],
    )


class Campaign(Model):
    """A campaign: which devices run which scripts, with which configs, at which start times."""

    version: Literal[1] = Field(description="The version of this format.")
    name: Annotated[
        str,
        StringConstraints(pattern=patterns.NAME, max_length=64),
        Field(
            description="The campaign's identity: small letters, digits and hyphens. No two files share it.",
            examples=["autumn-launch"],
            json_schema_extra=_explained("a campaign's name has small letters, digits and hyphens only"),
        ),
    ]
    timezone: str | None = Field(
        default=None,
        description="The IANA time zone of wall-clock times; needed as soon as one is used.",
        examples=["Europe/Stockholm"],
    )
    backend: Literal["device", "local_api"] = Field(
        default="device", description="What carries the tasks out: the phones themselves, or a Local API."
    )
    limits: Limits = Field(default=Limits(), description="How much may be done.")
    devices: dict[Key, Annotated[list[Serial], Field(min_length=1)]] = Field(
        default={}, description="Groups of phones by name.", examples=[{"studio": ["R58M123ABC"]}]
    )
    configs: dict[Key, dict[str, Any]] = Field(
        default={},
        description="Settings of scripts by name. The script of the entry that uses one decides its keys.",
    )
    start_times: dict[Key, StartTime] = Field(
        default={}, description="Start times by name.", examples=[{"morning": "09:00"}]
    )
    scripts: dict[Key, Entry] = Field(min_length=1, description="The entries of the campaign by name.")
