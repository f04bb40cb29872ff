"""Phones that a `match` chooses by what they say of themselves."""

from pathlib import Path

import pytest

from runner.campaign.devices_file import read_devices_file
from runner.campaign.loader import load_text
from runner.campaign.match import Match, Sighting, is_in_range
from runner.campaign.narrowing import asks_phones, narrowed
from runner.campaign.resolve import ResolvedCampaign, resolve_campaign
from runner.clock import SystemClock
from runner.planning.plannable_entry import plannable_entries
from runner.store.ledger import Ledger
from runner.store.phone_rows import READY, PhoneFacts
from runner.store.phones import PhoneSeen
from runner.store.sightings import fitting

DEVICES = """\
version: 1
devices:
  left: {serial: L1, tags: [studio]}
  right: {serial: R1, tags: [studio]}
  attic: {serial: A1}
"""
CAMPAIGN = """\
version: 1
name: greetings
devices:
  some: GROUP
  all: {match: {tag: studio}}
accounts:
  brand: {app: tiktok, device: right}
scripts:
  greet:
    script: follow
    config: {target_users: ["@a"]}
    devices: DEVICES
    start_times: 2026-12-01T18:00Z
"""
PIXEL = Sighting("Google Pixel 8", {"tiktok": "34.1.5"}, "connected, asked now")
GALAXY = Sighting("samsung SM-G991B", {"tiktok": "36.0.2"}, "away, asked 2026-11-30 09:00Z")


def campaign(group: str, devices: str = "some") -> ResolvedCampaign:
    text = CAMPAIGN.replace("GROUP", group).replace("DEVICES", devices)
    loaded = load_text(text, "c.yaml", {}, {}, devices_file=read_devices_file(DEVICES, "devices.yaml"))
    assert not loaded.has_errors, loaded.diagnostics
    return resolve_campaign(loaded)


@pytest.mark.parametrize(
    ("match", "fits"),
    [
        ('{model: "Pixel 8"}', ("L1",)),
        ('{model: "google pixel*"}', ("L1",)),
        ("{model: Pixel}", ()),
        ('{tag: studio, app_version: {tiktok: ">=34.1,<36"}}', ("L1",)),
        ('{app_version: {tiktok: ">=30"}}', ("L1", "R1")),
        ('{app_version: {tiktok: ">=30", instagram: ">=1"}}', ()),
    ],
)
def test_which_phones_fit(match: str, fits: tuple[str, ...]) -> None:
    whole = campaign(f"{{match: {match}}}")
    assert asks_phones([whole])
    (entry,) = narrowed(whole, {"L1": PIXEL, "R1": GALAXY}).entries
    assert entry.devices == fits
    assert set(whole.phones) == set(narrowed(whole, {}).phones), "who does not fit is looked at all the same"


def test_a_phone_that_is_named_or_tagged_too_is_in_it_in_any_case() -> None:
    group = "{match: {model: Pixel*}, serials: [attic]}"
    assert narrowed(campaign(group, "[some, all]"), {}).entries[0].devices == ("A1", "L1", "R1")
    assert narrowed(campaign(group), {}).entries[0].devices == ("A1",)


def test_accounts_of_phones_that_do_not_fit_do_not_work() -> None:
    text = "{match: {model: Pixel*}}"
    whole = campaign(text, "some\n    multi_account: true")
    assert [one.device for one in whole.entries[0].accounts] == ["R1"]
    assert narrowed(whole, {"R1": GALAXY}).entries[0].accounts == ()


def test_it_says_why_nobody_fits() -> None:
    found = narrowed(campaign("{match: {tag: studio, model: Nokia*}}"), {"L1": PIXEL})
    (plannable,) = plannable_entries([found])
    assert plannable.why_nobody == (
        "no phone has the tag studio and the model Nokia*: L1 is a Google Pixel 8, R1 has not been asked yet"
    )
    assert Match(apps=(("tiktok", ">=40"),)).misfit(PIXEL) == "has tiktok 34.1.5"
    assert Match(apps=(("instagram", ">=1"),)).misfit(PIXEL) == "has no instagram"


@pytest.mark.parametrize(
    ("version", "versions", "is_in"),
    [
        ("34.1", ">=34.1", True),
        ("34.10.2", ">=34.9,<35", True),
        ("35", "<35", False),
        ("34.7.1", "==34.*", True),
        ("410.0.0.1.5", ">409", True),
        ("34.2-beta", ">=34.2", True),
        ("unknown", ">=1", False),
    ],
)
def test_ranges_of_versions(version: str, versions: str, is_in: bool) -> None:
    assert is_in_range(version, versions) is is_in


def test_the_ledger_knows_what_phones_said_last_and_a_rehearsal_takes_all(tmp_path: Path) -> None:
    whole = campaign("{match: {model: Pixel*}}")
    with Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}", SystemClock()) as ledger:
        (none,) = fitting(ledger, [whole])
        assert none.entries[0].devices == ()
        ledger.phones.note([PhoneSeen("L1", READY), PhoneSeen("R1", READY)])
        ledger.phones.learn("L1", PhoneFacts("Google Pixel 8"))
        (some,) = fitting(ledger, [whole], {"R1": GALAXY})
        assert some.entries[0].devices == ("L1",)
        assert some.entries[0].candidates[0].when.startswith("connected, asked 20")
        ledger.ownership.is_rehearsal = True
        assert fitting(ledger, [whole]) == [whole]
