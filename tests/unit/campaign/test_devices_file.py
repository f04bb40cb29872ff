"""`devices.yaml`: names and tags of phones, what a `match` finds among them, and docs/devices.md about it."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from runner.campaign.devices_file import read_devices_file
from runner.campaign.loader import load, load_text
from runner.campaign.resolve import ResolvedCampaign, resolve_campaign
from runner.checks import check_campaigns

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "devices.md").read_text(encoding="utf-8")
SHARED, CAMPAIGN = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)[:2]
NOW = datetime(2026, 11, 21, tzinfo=UTC)


def resolved(text: str, shared: str = SHARED) -> ResolvedCampaign:
    loaded = load_text(text, "greetings.yaml", {}, {}, devices_file=read_devices_file(shared, "devices.yaml"))
    assert check_campaigns([loaded], NOW).errors == 0
    return resolve_campaign(loaded)


def devices(group: str) -> tuple[str, ...]:
    """The serials of an entry on a group, as it is written."""
    text = re.sub(r"^  studio: .*$", f"  studio: {group}", CAMPAIGN, flags=re.MULTILINE)
    return resolved(text).entries[0].devices


def test_the_page_is_right() -> None:
    assert read_devices_file(SHARED, "devices.yaml").diagnostics == ()
    campaign = resolved(CAMPAIGN)
    assert [entry.devices for entry in campaign.entries] == [
        ("R58M123ABC", "R58M456DEF"),
        ("R60M123ABC", "R58M123ABC"),
    ]
    assert set(campaign.phones) == {"R58M123ABC", "R58M456DEF", "R60M123ABC"}


def test_the_example_campaign_is_right() -> None:
    loaded = load(ROOT / "campaigns" / "by-tag.yaml")
    assert check_campaigns([loaded], NOW).diagnostics == ()
    assert [entry.devices for entry in resolve_campaign(loaded).entries] == [
        ("VIRTUAL01", "VIRTUAL02"),
        ("VIRTUAL02",),
    ]


@pytest.mark.parametrize(
    ("group", "serials"),
    [
        ("[shelf_2, R58M123ABC]", ("R58M456DEF", "R58M123ABC")),
        ("{serials: [attic], timezone: America/New_York}", ("R60M123ABC",)),
        ("{match: {tag: [spare, studio]}}", ("R58M123ABC",)),
        ('{match: {host: "10.0.0.5:5037"}}', ("R60M123ABC",)),
        ('{match: {host: "10.0.0.5:5037", tag: studio}}', ()),
        ("{match: {tag: nobody_has_it}}", ()),
        ("{match: {tag: studio}, serials: [shelf_2, attic]}", ("R58M456DEF", "R60M123ABC", "R58M123ABC")),
    ],
)
def test_which_phones_a_group_means(group: str, serials: tuple[str, ...]) -> None:
    assert devices(group) == serials


def test_an_account_may_be_on_a_phone_by_its_name() -> None:
    text = CAMPAIGN.replace("devices:\n", "accounts:\n  brand: {app: tiktok, device: attic}\ndevices:\n", 1)
    campaign = resolved(text.replace("devices: spare", "devices: brand"))
    assert [one.device for one in campaign.entries[1].accounts] == ["R60M123ABC"]


def test_a_matched_phone_is_in_the_time_zone_of_its_group() -> None:
    group = "  studio: {match: {tag: studio}, timezone: America/New_York}"
    text = re.sub(r"^  studio: .*$", group, CAMPAIGN, flags=re.MULTILINE)
    assert resolved(text).entries[0].zones == dict.fromkeys(("R58M123ABC", "R58M456DEF"), "America/New_York")
