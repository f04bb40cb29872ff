"""docs/accounts.md: its campaign, its file of accounts and its profile are right, and so is the example campaign."""

import re
from datetime import UTC, datetime
from pathlib import Path

from runner.campaign.accounts_file import read_accounts_file
from runner.campaign.loader import load, load_text
from runner.campaign.resolve import resolve_campaign
from runner.checks import check_campaigns
from runner.flows.loading import account_flows
from runner.flows.profile import is_unverified, load_profile
from runner.scripts.script import ProfileText

ROOT = Path(__file__).parents[3]
CAMPAIGN, SHARED, PROFILE = re.findall(
    r"^```yaml\n(.*?)^```",
    (ROOT / "docs" / "accounts.md").read_text(encoding="utf-8"),
    re.MULTILINE | re.DOTALL,
)
NOW = datetime(2026, 11, 21, tzinfo=UTC)


def test_the_campaign_is_right() -> None:
    loaded = load_text(CAMPAIGN, "brand.yaml", {}, {})
    assert check_campaigns([loaded], NOW).diagnostics == ()
    (entry,) = resolve_campaign(loaded).entries
    assert [one.identity for one in entry.accounts] == [
        "tiktok:@brand_se",
        "tiktok:@brand.no",
        "tiktok:@brand_fr",
    ]


def test_the_shared_accounts_are_right() -> None:
    file = read_accounts_file(SHARED, "accounts.yaml")
    assert file.diagnostics == () and list(file.accounts) == ["brand_se"]


def test_the_profile_records_what_the_shipped_one_leaves_open() -> None:
    own = load_profile("tiktok", ProfileText("apps/tiktok.yaml", PROFILE))
    shipped = load_profile("tiktok")
    for name in ("account_menu", "account_row"):
        assert is_unverified(shipped.elements[name]) and not is_unverified(own.elements[name])


def test_the_table_of_apps_says_what_there_is() -> None:
    for app, switches in (("tiktok", True), ("instagram", False)):
        flows = account_flows(app)
        assert flows is not None and (flows.switch is not None) is switches


def test_the_example_campaign_is_right() -> None:
    loaded = load(ROOT / "campaigns" / "brand.yaml")
    assert check_campaigns([loaded], NOW).diagnostics == ()
    (entry,) = resolve_campaign(loaded).entries
    assert [(one.device, one.handle) for one in entry.accounts] == [
        ("VIRTUAL01", "@brand_se"),
        ("VIRTUAL02", "@brand.no"),
    ]
