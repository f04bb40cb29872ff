"""Campaigns for tests of planning, from their text."""

from datetime import UTC, datetime, timedelta
from textwrap import dedent

from runner.campaign.loader import load_text
from runner.campaign.resolve import ResolvedCampaign, resolve_campaign
from runner.planning.source import Window

PHONES = ("R58M123ABC", "R58M456DEF")


def resolved(
    scripts: str, head: str = "", *, name: str = "demo", timezone: str | None = "Europe/Stockholm"
) -> ResolvedCampaign:
    """A campaign with these entries; `head` is the text before them."""
    zone = f"timezone: {timezone}\n" if timezone else ""
    entries = "\n".join(f"  {line}" for line in dedent(scripts).strip().splitlines())
    text = f"version: 1\nname: {name}\n{zone}{dedent(head)}\nscripts:\n{entries}\n"
    loaded = load_text(text, f"{name}.yaml")
    assert not loaded.diagnostics, loaded.diagnostics
    return resolve_campaign(loaded, commit="f40866b")


def publish(*start_times: str, devices: tuple[str, ...] = PHONES, more: str = "") -> str:
    """An entry that posts; `more` are its other keys."""
    return (
        f"publish: {{script: post, devices: [{', '.join(devices)}], config: {{material_list: [a.mp4]}}, "
        f"start_times: [{', '.join(map(repr, start_times))}]{more and ', ' + more}}}"
    )


def greet(
    *start_times: str,
    users: tuple[str, ...] = ("@north", "@south"),
    devices: tuple[str, ...] = PHONES,
    more: str = "",
) -> str:
    """An entry that follows users."""
    return (
        f"greet: {{script: follow, devices: [{', '.join(devices)}], "
        f"config: {{target_users: [{', '.join(map(repr, users))}]}}, "
        f"start_times: [{', '.join(map(repr, start_times))}]{more and ', ' + more}}}"
    )


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def day(text: str) -> Window:
    """The 24 hours from an instant on."""
    return Window(at(text), at(text) + timedelta(days=1))
