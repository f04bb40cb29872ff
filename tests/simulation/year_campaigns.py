"""The campaigns of the simulated year: every form of rule and every policy, in eight zones."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from year_oracle import Campaign, Entry, Rule

ZONES = ("Europe/Stockholm", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "America/Santiago",
         "Asia/Kathmandu", "Pacific/Auckland", "UTC")  # fmt: skip
DAY = timedelta(days=1)


def daily(*at: str, days: Sequence[int] = range(7)) -> Rule:
    names = ", ".join(("mon", "tue", "wed", "thu", "fri", "sat", "sun")[day] for day in days)
    times = ", ".join(f'"{one}"' for one in at)
    yaml = times if len(at) == 1 and len(days) == 7 else f"{{at: [{times}], days: [{names}]}}"
    return Rule(yaml, "daily", at, tuple(days))


def every(minutes: int, opens: str, closes: str, days: Sequence[int] = range(7)) -> Rule:
    names = ", ".join(("mon", "tue", "wed", "thu", "fri", "sat", "sun")[day] for day in days)
    yaml = f'{{every: {minutes}m, between: "{opens}-{closes}", days: [{names}]}}'
    return Rule(yaml, "every", (opens, closes), tuple(days), minutes)


def cron(expression: str) -> Rule:
    return Rule(f'{{cron: "{expression}"}}', "cron", (expression,))


def once(at: str) -> Rule:
    return Rule(at, "once", (at,))


def instant(at: str) -> Rule:
    return Rule(at, "instant", (at,))


def ordinary(number: int, zone: str) -> Campaign:
    """Every form of rule, and every policy, on the clocks of one zone."""
    noon = datetime(2026, 6, 1, 12, tzinfo=ZoneInfo(zone)).isoformat()
    entries = (
        Entry("daily", (daily("09:00"),)),
        Entry("nights", (daily("02:30", "18:30", days=(0, 6)),), "run_all", 7200),
        Entry("rounds", (every(720, "06:00", "18:00", days=range(5)),), "skip"),
        Entry("late", (every(90, "22:00", "02:00", days=(4, 5)),), "run_once", 5400),
        Entry("sundays", (cron("*/30 1-3 * * 7"),), "run_all", 2700),
        Entry(
            "merging",
            (
                daily("12:00", days=(0,)),
                cron("0 12 1,15 * 1"),
                every(720, "00:00", "12:00", days=(0, 3)),
                instant(noon),
                once("2026-07-04T16:20"),
            ),
            "run_once",
            1800,
        ),
        Entry("spread", (daily("10:00"),), "run_once", 600, spread_s=1001, devices=3),
        Entry("often", (every(7, "15:00", "16:00", days=(1,)),), "run_all", 900, "skip", 1001, devices=2),
        Entry("jitter", (cron("0 11 * * 3"),), "run_once", 3600, jitter_s=40),
    )
    named = (replace(entry, name=f"{entry.name}{number}") for entry in entries)
    return Campaign(f"zone-{number}", zone, tuple(named))


def dense(number: int, zone: str, first: date) -> Campaign:
    """Every minute of seven days, most of which the daemon will be down."""
    policy = ("run_once", "run_all", "skip")[number % 3]
    grace_s = (3600, 5400, 600)[number % 3]
    entry = Entry(f"dense{number}", (cron("* * * * *"),), policy, grace_s)
    return Campaign(f"dense-{number}", zone, (entry,), (first, first + 6 * DAY))


def text_of(campaign: Campaign) -> str:
    lines = ["version: 1", f"name: {campaign.name}", f"timezone: {campaign.zone}"]
    if campaign.formerly:
        lines.append(f"formerly: [{', '.join(campaign.formerly)}]")
    if campaign.active:
        lines.append(f"active: {{from: {campaign.active[0]}, until: {campaign.active[1]}}}")
    return "\n".join([*lines, "scripts:", *(_entry_text(entry) for entry in campaign.entries), ""])


def _entry_text(entry: Entry) -> str:
    devices = ", ".join(f"{entry.name}-{number}" for number in range(entry.devices))
    fields = [
        "script: follow",
        f"devices: [{devices}]",
        'config: {target_users: ["@north"]}',
        f"start_times: [{', '.join(rule.yaml for rule in entry.rules)}]",
        f"on_missed: {entry.on_missed}",
        f"grace: {entry.grace_s}s",
        f"overlap: {entry.overlap}",
        *([f"spread: {entry.spread_s}s"] if entry.spread_s else []),
        *([f"jitter: {entry.jitter_s}s"] if entry.jitter_s else []),
    ]
    return f"  {entry.name}: {{{', '.join(fields)}}}"
