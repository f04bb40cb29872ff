"""Campaigns are checked some at a time: nothing that is said of one may depend on the others."""

from datetime import UTC, datetime
from pathlib import Path

from runner import checks
from runner.campaign.loader import Loaded, load, load_text
from runner.checks import Checked, check_each

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
FILES = sorted((Path(__file__).parents[2] / "campaigns").glob("*/*.yaml"))
CAMPAIGN = """\
version: 1
name: demo
devices: {{studio: [R58M123ABC]}}
scripts: {{greet: {{script: follow, config: {{target_users: ["@a"]}}, devices: studio, start_times: "09:00"}}}}
# {filler}
"""


def said(checked: Checked) -> tuple[object, ...]:
    campaign = checked.campaign
    return campaign.path, campaign.found, checked.texts, [one.path for one in checked.prospects]


def test_what_is_said_of_a_campaign_is_the_same_alone_and_among_others() -> None:
    together = check_each(map(load, FILES), NOW)
    alone = (one for file in FILES for one in check_each([load(file)], NOW))

    assert len(FILES) > 50
    assert list(map(said, together)) == list(map(said, alone))


def sizes(fillers: list[str]) -> list[int]:
    campaigns: list[Loaded] = [load_text(CAMPAIGN.format(filler=filler), "demo.yaml") for filler in fillers]
    return [len(group) for group in checks._groups(campaigns)]


def test_small_campaigns_are_taken_many_at_a_time_and_large_ones_few() -> None:
    large = "x" * 200_000

    assert sizes(["x"] * 40) == [16, 16, 8]
    assert sizes([large] * 5) == [2, 2, 1]
    assert sum(sizes([])) == 0
