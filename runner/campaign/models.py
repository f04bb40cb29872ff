"""The typed form of a campaign file. The JSON Schema in `schemas/` is generated from these models."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StringConstraints

from runner.backend_registry import BUILT_IN, DEFAULT
from runner.campaign import patterns
from runner.campaign.model import Model
from runner.campaign.quantities import Duration, Hours
from runner.campaign.start_time_models import StartTime, StartTimeOrName
from runner.campaign.written_values import (
    CampaignName,
    Day,
    GroupOrSerial,
    Host,
    Key,
    Serial,
    SerialOrName,
    Tag,
    Username,
    VersionRanges,
    explained,
)

GroupZone = Annotated[
    str | None,
    Field(
        description="The IANA time zone in which these are, if it is not the campaign's: start times, working hours "
        "and days of theirs are on its clocks.",
        examples=["America/New_York"],
    ),
]


class SerialGroup(Model):
    """A group of phones that are in a time zone of their own."""

    serials: Annotated[list[SerialOrName], Field(min_length=1)] = Field(
        description="The serials of the group, or names of phones from `devices.yaml`.",
        examples=[["R58M123ABC", "R58M456DEF"]],
    )
    timezone: GroupZone = None


class UsernameGroup(Model):
    """A group of accounts by their names in the app. The backend local_api finds them; on the phones themselves each is
    declared under `accounts:`, which says where it is."""

    usernames: Annotated[list[Username], Field(min_length=1)] = Field(
        description="The accounts of the group.",
        examples=[["@brand_se", "@brand_no"]],
    )
    timezone: GroupZone = None


class AccountGroup(Model):
    """A group of declared accounts."""

    accounts: Annotated[list[Key], Field(min_length=1)] = Field(
        description="The accounts of the group, as `accounts:` calls them.",
        examples=[["brand_se", "brand_no"]],
    )
    timezone: GroupZone = None


class Match(Model):
    """What the phones of a group have in common. All that is said counts."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    tag: Tag | Annotated[list[Tag], Field(min_length=1)] | None = Field(
        default=None,
        description="The tag that they have in `devices.yaml`, or several, all of which they have.",
        examples=["studio", ["studio", "spare"]],
    )
    host: Host | None = Field(
        default=None,
        description="The adb server that lists them, as `devices.yaml` names it.",
        examples=["10.0.0.5:5037"],
    )
    model: Annotated[str, StringConstraints(min_length=1, max_length=128)] | None = Field(
        default=None,
        description="The model, as the phone names it, with its maker's name or without; `*` stands for any text.",
        examples=["Pixel 8", "Pixel*"],
    )
    app_version: Annotated[dict[Key, VersionRanges], Field(min_length=1)] = Field(
        default={},
        description="Ranges of versions, by app: the phone has one of them.",
        examples=[{"tiktok": ">=34.1,<36"}],
    )


class MatchGroup(Model):
    """A group of the phones of `devices.yaml` that have something in common."""

    match: Match = Field(description="What they have in common.", examples=[{"tag": "studio"}])
    serials: Annotated[list[SerialOrName], Field(min_length=1)] | None = Field(
        default=None, description="Phones that belong to it in any case.", examples=[["R58M123ABC"]]
    )
    timezone: GroupZone = None


Group = Annotated[
    Annotated[list[SerialOrName], Field(min_length=1)]
    | SerialGroup
    | UsernameGroup
    | AccountGroup
    | MatchGroup,
    Field(
        description="The serials or names of phones, `{serials: [...]}` with a time zone of their own, "
        "`{match: {tag: ...}}`, `{accounts: [...]}`, or `{usernames: [...]}`.",
        examples=[["R58M123ABC", "R58M456DEF"]],
    ),
]


class Account(Model):
    """An account: in which app, on which phone, and under which name."""

    app: Key = Field(description="The app, by the name of its profile.", examples=["tiktok", "instagram"])
    device: SerialOrName | None = Field(
        default=None,
        description="The phone on which it is logged in, by its serial or its name in `devices.yaml`; the backend "
        "device needs it.",
        examples=["R58M123ABC"],
    )
    username: Username | None = Field(
        default=None,
        description="Its name in the app, if that is not what it is called here.",
        examples=["@brand.se"],
    )
    language: Annotated[str, StringConstraints(pattern=patterns.LANGUAGE)] | None = Field(
        default=None,
        description="The language of the app there, if it is not the phone's.",
        examples=["en", "fr"],
        json_schema_extra=explained("a language is written as in `fr` or `pt-BR`"),
    )


Accounts = Annotated[
    dict[Key, Account],
    Field(
        description="Accounts by name: groups and entries name them where they name phones.",
        examples=[{"brand_se": {"app": "tiktok", "device": "R58M123ABC"}}],
    ),
]
Count = Annotated[int | None, Field(ge=0, le=100_000)]


class EffectCounts(Model):
    """How many effects of each kind are allowed in a window of time; 0 forbids them."""

    post: Count = Field(default=None, description="Posts.", examples=[3])
    follow: Count = Field(default=None, description="Follows.", examples=[20])
    unfollow: Count = Field(default=None, description="Unfollows.", examples=[20])
    like: Count = Field(default=None, description="Likes.", examples=[50])
    favourite: Count = Field(default=None, description="Videos added to the favourites.", examples=[50])
    comment: Count = Field(default=None, description="Comments.", examples=[10])
    profile: Count = Field(default=None, description="Changes of the own page.", examples=[1])


class WindowLimits(Model):
    """Limits by window of time. A window that is not named keeps its built-in cap."""

    per_day: EffectCounts = Field(
        default=EffectCounts(), description="In one calendar day of the campaign's time zone, or the group's."
    )
    per_hour: EffectCounts = Field(default=EffectCounts(), description="In any 60 minutes.")


class Limits(Model):
    """How much may be done. What is not named keeps the cautious built-in cap."""

    per_device: WindowLimits = Field(default=WindowLimits(), description="For each phone.")
    per_account: WindowLimits = Field(
        default=WindowLimits(), description="For each account, on whatever phone."
    )
    min_gap: Duration = Field(
        default=Duration.parse("90s"),
        description="The least time between two effects on one phone.",
        examples=["90s"],
    )
    working_hours: Hours | None = Field(
        default=None,
        description="The hours in which effects may be made, on the clocks of the campaign's time zone, or of the "
        "group's; of the fleet's where neither is named. Outside of them work waits.",
        examples=["08:00-22:00"],
    )


class Active(Model):
    """The days on which the campaign is active."""

    from_: Day | None = Field(
        default=None, alias="from", description="The first day.", examples=["2026-11-21"]
    )
    until: Day | None = Field(default=None, description="The last day.", examples=["2026-12-24"])


class Retry(Model):
    """How a failed task is tried again; never after an effect that may have happened."""

    max: int = Field(default=0, ge=0, le=100, description="How often at most.", examples=[2])
    delay: Duration = Field(
        default=Duration.parse("30s"), description="How long to wait before.", examples=["30s"]
    )


class Habits(Model):
    """What an entry says of its tasks, and `defaults:` for every entry that does not."""

    timeout: Duration | None = Field(
        default=None,
        description="How long an attempt may take; the script's expected duration and 5 minutes, at least "
        "10, if it is not given.",
        examples=["10m"],
    )
    retry: Retry = Field(
        default=Retry(), description="How a failed task is tried again.", examples=[{"max": 2}]
    )
    on_missed: Literal["skip", "run_once", "run_all"] = Field(
        default="run_once",
        description="What happens with occurrences that came while nothing was running: none of them runs, "
        "the newest, or all.",
    )
    grace: Duration = Field(
        default=Duration.parse("1h"),
        description="How late a task may still start; after that it is missed.",
        examples=["30m"],
    )
    overlap: Literal["queue", "skip"] = Field(
        default="queue",
        description="What becomes of an occurrence that comes while the one before it still runs: it waits, "
        "or it is skipped.",
    )
    order: Literal["next", "same", "random"] | None = Field(
        default=None,
        description="How the tasks share the files of a post out. `next`: each account (or device, where no account "
        "is known) gets every file once before one comes again. `same`: each occurrence begins with the first file "
        "anew. `random`: by the task. If it is not given: `next` for a folder and a list of several, else `same`.",
    )
    spread: Duration | None = Field(
        default=None,
        description="The devices start evenly over so much time, in declared order.",
        examples=["20m"],
    )
    jitter: Duration | None = Field(
        default=None,
        description="Each task starts up to so much later, the same for the same task.",
        examples=["3m"],
    )


class Defaults(Habits):
    """How the tasks of all entries behave."""


class EntryContent(Model):
    """What an entry does, with what, where and when."""

    script: str = Field(
        min_length=1,
        max_length=64,
        pattern=patterns.KEY,
        description="The kind of work that the entry does: a built-in script, or a flow of your own.",
        json_schema_extra=explained("a script is a built-in one, or a flow: flows/NAME.yaml"),
    )
    config: str | dict[str, Any] = Field(
        default={}, description="The name of a config from `configs:`, or the settings themselves."
    )
    app: Key | None = Field(
        default=None,
        description="The app in which it is done (backend device only); if it is not given, the app of the target's "
        "URL, else tiktok. A flow of your own names its app itself.",
        examples=["instagram"],
    )
    devices: GroupOrSerial | Annotated[list[GroupOrSerial], Field(min_length=1)] = Field(
        description="A group from `devices:`, or a list of groups, accounts, phones from `devices.yaml` and serials.",
        examples=["studio"],
    )
    start_times: StartTimeOrName | list[StartTimeOrName] = Field(
        default=[],
        description="When it runs: names from `start_times:`, or times themselves. Without any it runs only "
        "by hand.",
        examples=[["morning", "12:15"]],
    )
    multi_account: bool = Field(
        default=False,
        description="Whether it runs for every account on each device; on the phones themselves for each that is "
        "declared there.",
    )
    min_interval: int = Field(
        default=0,
        ge=0,
        le=1440,
        description="The least time between two tasks of an occurrence, in minutes.",
    )
    max_interval: int = Field(
        default=0,
        ge=0,
        le=1440,
        description="The longest time between two tasks of an occurrence, in minutes.",
    )


class Entry(Habits, EntryContent):
    """One entry: a script joined to devices, a config and start times."""


class Campaign(Model):
    """A campaign: which devices run which scripts, with which configs, at which start times."""

    version: Literal[1] = Field(description="The version of this format.")
    name: CampaignName = Field(
        description="The campaign's identity: small letters, digits and hyphens. No two files share it.",
        examples=["autumn-launch"],
    )
    formerly: list[CampaignName] = Field(
        default=[],
        description="Names that the campaign had before; its history is carried over.",
        examples=[["summer-launch"]],
    )
    timezone: str | None = Field(
        default=None,
        description="The IANA time zone of start times, active days, working hours and days of limits. It is needed "
        "as soon as a start time is a wall-clock time.",
        examples=["Europe/Stockholm", "UTC"],
    )
    backend: Key = Field(
        default=DEFAULT,
        description="What carries the tasks out: the phones themselves, a Local API, or a backend that another "
        "package brings.",
        examples=list(BUILT_IN),
    )
    active: Active | None = Field(
        default=None,
        description="The days on which the campaign is active, the last one included.",
        examples=[{"from": "2026-11-21", "until": "2026-12-24"}],
    )
    defaults: Defaults = Field(
        default=Defaults(), description="What holds for every entry that does not say otherwise."
    )
    limits: Limits = Field(default=Limits(), description="How much may be done.")
    accounts: Accounts = {}
    devices: dict[Key, Group] = Field(
        default={},
        description="Groups of phones or of accounts by name.",
        examples=[{"studio": ["R58M123ABC"]}],
    )
    configs: dict[Key, dict[str, Any]] = Field(
        default={},
        description="Settings of scripts by name. The script of the entry that uses one decides its keys.",
    )
    start_times: dict[Key, StartTime] = Field(
        default={}, description="Start times by name.", examples=[{"morning": "09:00"}]
    )
    scripts: dict[Key, Entry] = Field(min_length=1, description="The entries of the campaign by name.")


class AccountsFile(Model):
    """The accounts that the campaigns of a folder share, in `accounts.yaml` beside them."""

    version: Literal[1] = Field(description="The version of this format.")
    accounts: Accounts


class Device(Model):
    """A phone: its serial, and what campaigns may choose it by."""

    serial: Serial = Field(
        description="Its `ro.serialno`, as `adb devices` shows it for a phone on USB.",
        examples=["R58M123ABC"],
    )
    tags: list[Tag] = Field(
        default=[],
        description="What campaigns choose it by: `{match: {tag: studio}}`.",
        examples=[["studio", "spare"]],
    )
    host: Host | None = Field(
        default=None,
        description="The address of the adb server that lists it, if there are several.",
        examples=["10.0.0.5:5037"],
    )
    notes: str = Field(default="", description="What people should know of it.", examples=["cracked glass"])


class DevicesFile(Model):
    """The phones that the campaigns of a folder share, in `devices.yaml` beside them."""

    version: Literal[1] = Field(description="The version of this format.")
    devices: Annotated[dict[Key, Device], Field(min_length=1)] = Field(
        description="Phones by name: groups, entries and accounts may name them so.",
        examples=[{"shelf_1": {"serial": "R58M123ABC", "tags": ["studio"]}}],
    )
