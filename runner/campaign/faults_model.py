"""The typed form of a file of faults for rehearsals. The JSON Schema in `schemas/` is generated from it."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from runner.campaign import patterns
from runner.campaign.model import Model
from runner.campaign.quantities import Duration
from runner.campaign.written_values import Serial, explained

FaultTime = Annotated[
    str,
    StringConstraints(pattern=patterns.FAULT_TIME),
    Field(
        json_schema_extra=explained(
            "a time is HH:MM behind a day of the week, the number of a day or a date: tue 14:00, day 3 09:00, "
            "2026-12-03 09:00, or alone for the next one"
        )
    ),
]


class Fault(Model):
    """Something that goes wrong for a while."""

    fault: Literal["phone-away", "login-screen", "slow-uploads", "no-space", "machine-down"] = Field(
        description="What goes wrong: adb lists a phone no longer, an app asks for a login until somebody logs in, "
        "uploads take long, a phone has no room for files, or the machine with the daemon is down."
    )
    phone: Serial | None = Field(
        default=None, description="The phone; for everything but `machine-down`.", examples=["R58M123ABC"]
    )
    app: Literal["tiktok", "instagram"] | None = Field(
        default=None, description="The app that asks for a login (default: tiktok)."
    )
    from_: FaultTime = Field(
        alias="from",
        description="When it begins, on the clocks of the fleet's zone.",
        examples=["tue 14:00", "day 3 09:00", "2026-12-03 09:00"],
    )
    until: FaultTime = Field(
        description="When it is over: the first such time after it began.", examples=["16:00", "day 4 10:00"]
    )
    upload_time: Duration | None = Field(
        default=None, description="How long an upload takes; for `slow-uploads`.", examples=["2m"]
    )


class FaultsFile(Model):
    """What goes wrong in a rehearsal, and when."""

    version: Literal[1] = Field(description="The version of this format.")
    faults: list[Fault] = Field(description="The faults, in any order.", min_length=1)
