"""How a reload tells what it changed: two texts of a campaign, and the changes between them."""

from dataclasses import replace

import pytest

from runner.campaign.loader import load_text
from runner.campaign.resolve import ResolvedCampaign, resolve_campaign
from runner.scheduling.reload import differences

TEXT = """\
version: 1
name: autumn
timezone: Europe/Stockholm
active: {from: 2026-11-21, until: 2026-12-24}
limits: {min_gap: 90s}
devices:
  studio: [R58M123ABC, R58M456DEF]
start_times:
  morning: "09:00"
configs:
  friends: {target_users: ["@one"]}
scripts:
  welcome:
    script: follow
    config: friends
    devices: studio
    start_times: [morning, "12:00"]
  thanks:
    script: follow
    config: friends
    devices: R58M123ABC
    start_times: morning
"""


def campaign(text: str, commit: str | None = None) -> ResolvedCampaign:
    return resolve_campaign(load_text(text, "/srv/campaigns/autumn.yaml"), commit)


def told(before: str, after: str) -> list[tuple[str | None, str, str]]:
    found = differences([campaign(before)], [campaign(after)])
    return [(change.entry, str(change.what), change.detail) for change in found]


@pytest.mark.parametrize(
    ("old", "new", "changes"),
    [
        ("# nothing", "# nothing else", []),
        ('morning: "09:00"', 'morning: "09:00"   # in the morning', []),
        (
            'morning: "09:00"',
            'morning: "09:30"',
            [
                ("welcome", "moved", "09:00, 12:00 -> 09:30, 12:00"),
                ("thanks", "moved", "09:00 -> 09:30"),
            ],
        ),
        ('[morning, "12:00"]', '["12:00", "09:00"]', []),
        (
            "Europe/Stockholm",
            "Europe/Helsinki",
            [
                ("welcome", "moved", "Europe/Stockholm -> Europe/Helsinki"),
                ("thanks", "moved", "Europe/Stockholm -> Europe/Helsinki"),
            ],
        ),
        (
            "2026-12-24",
            "2026-12-25",
            [("welcome", "moved", "other active days"), ("thanks", "moved", "other active days")],
        ),
        (
            "    devices: studio\n",
            "    devices: studio\n    spread: 20m\n    retry: {max: 1}\n",
            [("welcome", "changed", "spread none -> 20m, retry")],
        ),
        (
            "[R58M123ABC, R58M456DEF]",
            "[R58M123ABC, R58M789GHI]",
            [("welcome", "changed", "+R58M789GHI, -R58M456DEF")],
        ),
        (
            "[R58M123ABC, R58M456DEF]",
            "[R58M456DEF, R58M123ABC]",
            [("welcome", "changed", "order of devices")],
        ),
        (
            '["@one"]',
            '["@one", "@two"]',
            [("welcome", "changed", "config.target_users"), ("thanks", "changed", "config.target_users")],
        ),
        (
            "devices: R58M123ABC\n    start_times: morning",
            "devices: R58M123ABC\n    start_times: '10:00'\n    overlap: skip",
            [("thanks", "moved", "09:00 -> 10:00; overlap queue -> skip")],
        ),
        ("min_gap: 90s", "min_gap: 2m", [(None, "changed", "limits")]),
        (
            "  thanks:",
            "  goodbye:",
            [("goodbye", "added", "at 09:00"), ("thanks", "removed", "")],
        ),
        (
            "    start_times: morning\n",
            "",
            [("thanks", "moved", "09:00 -> no time")],
        ),
        (
            '[morning, "12:00"]',
            '[morning, "12:00", "13:00", "14:00", "15:00"]',
            [("welcome", "moved", "09:00, 12:00 -> 09:00, 12:00, 13:00 and 2 more")],
        ),
    ],
)
def test_changes_of_a_campaign(old: str, new: str, changes: list[tuple[str | None, str, str]]) -> None:
    before = f"{TEXT}# nothing\n"

    assert told(before, before.replace(old, new)) == changes


def test_a_campaign_that_comes_has_all_of_its_entries_added() -> None:
    found = differences([], [campaign(TEXT, "0123456789abcdef0123-dirty")])

    assert [(change.entry, str(change.what), change.commit) for change in found] == [
        ("welcome", "added", "0123456789ab-dirty"),
        ("thanks", "added", "0123456789ab-dirty"),
    ]


def test_a_renamed_campaign_is_held_against_what_it_was() -> None:
    renamed = TEXT.replace("name: autumn", "name: winter\nformerly: [autumn]").replace("12:00", "12:30")

    found = differences([campaign(TEXT)], [campaign(renamed)])

    assert [(change.campaign, change.entry, change.detail) for change in found] == [
        ("winter", "welcome", "09:00, 12:00 -> 09:00, 12:30")
    ]


def test_a_changed_flow_is_a_change_of_the_entries_that_use_it() -> None:
    found = differences([campaign(TEXT)], [campaign(TEXT)], {("autumn", "follow"), ("winter", "post")})

    assert [(change.entry, change.detail) for change in found] == [("welcome", "flow"), ("thanks", "flow")]


def test_another_commit_alone_is_no_change() -> None:
    before = campaign(TEXT, "0" * 40)

    assert differences([before], [replace(before, commit="1" * 40)]) == []
