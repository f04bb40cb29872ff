"""The tasks of accounts and targets that are written in several ways."""

from datetime import UTC, datetime

from runner.campaign.loader import load_text
from runner.campaign.resolve import resolve_campaign
from runner.planning.plannable_entry import plannable_entries
from runner.tasks import Task

CAMPAIGN = """\
version: 1
name: a
backend: local_api
devices:
  brand: {{usernames: ["{user}"]}}
  all: {{usernames: [BRAND, "@other"]}}
scripts:
  praise:
    script: comment
    devices: [brand, all]
    config: {{comment_content: x, target_post_urls: ["{post}"]}}
"""
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def tasks(user: str, post: str) -> list[Task]:
    (plannable,) = plannable_entries(
        [resolve_campaign(load_text(CAMPAIGN.format(user=user, post=post), "a.yaml"))]
    )
    return plannable.tasks(plannable.occurrence("n", "r", NOON))


def test_keys_and_lanes_do_not_depend_on_how_something_is_written() -> None:
    one = tasks("@Brand", "https://www.instagram.com/reel/Cx_1/?igsh=x")
    other = tasks("brand", "https://instagr.am/p/Cx_1/")
    assert [task.key for task in one] == [task.key for task in other]
    assert [task.lane for task in one] == ["@brand", "@other"]
    assert [task.username for task in one] == ["@Brand", "@other"]
    assert one[0].target == "https://www.instagram.com/p/Cx_1"
