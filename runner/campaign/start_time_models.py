"""The forms of start times in a campaign file."""

from typing import Annotated

from pydantic import Field, StringConstraints

from runner.campaign.model import Model
from runner.campaign.quantities import Duration, Hours
from runner.campaign.written_values import Clock, StartTimeText, Weekdays


class AtTime(Model):
    """A start time at one or several times of day, on every day or on some days of the week."""

    at: Clock | Annotated[list[Clock], Field(min_length=1)] = Field(
        description="The time of day, or several, in the campaign's time zone, or the group's.",
        examples=["18:30", ["09:00", "18:30"]],
    )
    days: Weekdays = Field(
        default=["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
        description="The days of the week.",
        examples=[["mon", "tue", "wed", "thu", "fri"]],
    )


class EveryTime(Model):
    """A start time over and over, counted from the opening of its hours."""

    every: Duration = Field(description="The time from one start to the next.", examples=["2h"])
    between: Hours = Field(
        description="The hours in which it starts, their end included; they may pass midnight.",
        examples=["09:00-21:00"],
    )
    days: Weekdays = Field(
        default=["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
        description="The days of the week on which the hours open.",
        examples=[["mon", "tue", "wed", "thu", "fri"]],
    )


class CronTime(Model):
    """A start time by a cron expression."""

    cron: str = Field(
        min_length=1,
        max_length=256,
        description="Minute, hour, day of the month, month, day of the week, as in crontab(5).",
        examples=["0 9 1 */3 *"],
    )


_SNIPPETS = {
    "defaultSnippets": [
        {"label": "at", "description": "On some days", "body": {"at": "18:30", "days": ["mon", "fri"]}},
        {"label": "every", "description": "Over and over", "body": {"every": "2h", "between": "09:00-21:00"}},
        {"label": "cron", "description": "As crontab(5) has it", "body": {"cron": "0 9 1 */3 *"}},
    ]
}
"""The forms that are mappings, as editors with a YAML language server offer them."""

StartTime = Annotated[
    StartTimeText | AtTime | EveryTime | CronTime,
    Field(
        description="`HH:MM` for every day, a date and time for once, or a mapping with `at`, `every` or "
        "`cron`.",
        examples=["09:00", "2026-12-01T18:00:00+01:00"],
        json_schema_extra=_SNIPPETS,
    ),
]
StartTimeOrName = Annotated[
    Annotated[str, StringConstraints(min_length=1)] | AtTime | EveryTime | CronTime,
    Field(
        description="A name from `start_times:`, or a start time itself.",
        examples=["morning", "12:15"],
        json_schema_extra=_SNIPPETS,
    ),
]
