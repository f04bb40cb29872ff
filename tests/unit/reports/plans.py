"""Plans for tests of their reports, from the text of campaigns."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from runner.campaign.loader import load_text
from runner.campaign.resolve import resolve_campaign
from runner.planning.attention import attention
from runner.planning.notes import Note
from runner.planning.plan import Plan, plan
from runner.planning.source import Window

HEAD = "version: 1\nname: {name}\ntimezone: {zone}\nscripts:\n"


def make_plan(*entries: str, start: str = "2026-11-22T00:00", length: str = "1", zone: str = "UTC") -> Plan:
    """The plan of one campaign with these entries over some days."""
    text = HEAD.format(name="demo", zone=zone) + "".join(f"  {entry}\n" for entry in entries)
    first = datetime.fromisoformat(start).replace(tzinfo=UTC)
    campaign = resolve_campaign(load_text(text, "demo.yaml"), commit="f40866b")
    return plan([campaign], Window(first, first + timedelta(days=float(length))))


def post(name: str, *start_times: str, devices: str = "PHONE1", more: str = "") -> str:
    times = ", ".join(start_times)
    return f"{name}: {{script: post, devices: [{devices}], start_times: [{times}]{more}}}"


def notes_of(made: Plan) -> list[Note]:
    return list(attention(made, ZoneInfo("UTC")))
