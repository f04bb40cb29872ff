"""Accounts through the Local API: which there are, and tasks for them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from local_api_desk import FOLLOW, NOW, Api

from runner.campaign.loader import load_text
from runner.campaign.resolve import ResolvedCampaign, resolve_campaign
from runner.server.local_api.app import create_local_api
from runner.store.ledger import Ledger
from runner.tasks import EffectState

BRAND = """
version: 1
name: autumn
timezone: Europe/Stockholm
accounts:
  brand_se: {app: tiktok, device: S1}
  brand_no: {app: tiktok, device: S1, username: "@Brand.NO"}
  photos: {app: instagram, device: S2, username: brand_se}
  gone: {app: tiktok, device: S3, username: brand_dk}
  nowhere: {app: tiktok, username: brand_fi}
scripts:
  greet: {script: follow, config: {target_users: ["@a"]}, devices: S1}
"""


def campaign(text: str = BRAND) -> ResolvedCampaign:
    return resolve_campaign(load_text(text, "autumn.yaml", {}))


class Desk(Api):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.campaigns = [campaign()]
        self.desk = replace(
            self.desk, campaigns=lambda: self.campaigns, online=lambda serials: {"S1", "S2"} & set(serials)
        )
        self.app.routes.pop()
        self.app.mount("/api/v1", create_local_api(self.desk))


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Desk]:
    api = Desk(tmp_path)
    yield api
    api.ledger.close()


def usernames(data: Any) -> list[str]:
    return [one["username"] for one in data["accounts"]]


def test_every_account_has_all_fields_of_the_contract(api: Desk) -> None:
    data = api.data("GET", "/accounts")
    assert (data["total"], data["page"], data["page_size"]) == (5, 1, 20)
    first = data["accounts"][0]
    assert first == {
        "id": first["id"],
        "username": "brand_se",
        "email": "",
        "platform": "instagram",
        "packagename": first["packagename"],
        "device": "S2",
        "device_online": True,
        "device_name": "S2",
        "logined": 1,
        "logined_text": "yes",
        "status": 1,
        "status_text": "ready",
        "tags": ["autumn"],
    }
    assert len({one["id"] for one in data["accounts"]}) == 5
    assert api.data("GET", "/accounts") == data


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"platform": "instagram"}, ["brand_se"]),
        ({"device": "S1"}, ["brand.no", "brand_se"]),
        ({"status": 0}, ["brand_dk", "brand_fi"]),
        ({"logined": 0}, []),
        ({"tag": "autumn", "platform": "tiktok"}, ["brand.no", "brand_dk", "brand_fi", "brand_se"]),
        ({"tag": "spring"}, []),
        ({"page": 2, "page_size": 2}, ["brand_dk", "brand_fi"]),
    ],
)
def test_filters_and_pages(api: Desk, query: dict[str, Any], expected: list[str]) -> None:
    assert usernames(api.data("GET", "/accounts", **query)) == expected


def test_a_phone_that_waits_for_a_person_is_told(api: Desk) -> None:
    api.ledger.holds.place("S1", "the app asks for a login")
    data = api.data("GET", "/accounts", device="S1")
    assert {one["logined"] for one in data["accounts"]} == {0}
    assert "the app asks for a login" in data["accounts"][0]["status_text"]


def test_tasks_of_usernames_are_done_on_their_phones(api: Desk) -> None:
    ids = api.make(serials=None, usernames=["BRAND_SE", "brand.no"], platform="tiktok")
    tasks = [api.data("GET", f"/task/{number}") for number in ids]
    assert {(task["serial"], task["username"]) for task in tasks} == {
        ("S1", "@brand_se"),
        ("S1", "@brand.no"),
    }
    rows = [api.ledger.tasks.get(number) for number in ids]
    assert {row.task.doer for row in rows if row} == {"tiktok:@brand_se", "tiktok:@brand.no"}


def test_usernames_win_over_serials(api: Desk) -> None:
    (task, *_) = api.make(serials=["S2"], usernames=["brand.no"])
    assert api.data("GET", f"/task/{task}")["serial"] == "S1"


def test_every_account_on_a_device(api: Desk) -> None:
    ids = api.make(serials=["S1"], enable_multi_account=True)
    assert len(ids) == 2 * len(FOLLOW["script_config"]["target_users"])


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"serials": None, "usernames": ["@nobody"]}, "no account @nobody is declared"),
        ({"serials": None, "usernames": ["@brand_fi"]}, "no account @brand_fi is declared on a phone"),
        ({"serials": None, "usernames": ["@brand_se"]}, "say which `platform`"),
        ({"serials": ["S9"], "enable_multi_account": True}, "no account is declared on S9"),
    ],
)
def test_accounts_that_nobody_declares_are_refused_with_the_reason(
    api: Desk, fields: dict[str, Any], words: str
) -> None:
    status, code, message = api.call("POST", "/task", {**FOLLOW, **fields})
    assert (status, code) == (400, 40001)
    assert words in message


def test_one_account_that_campaigns_declare_on_two_phones_is_nobody_s(api: Desk) -> None:
    other = BRAND.replace("name: autumn", "name: winter").replace(
        "device: S1, username", "device: S2, username"
    )
    api.campaigns.append(campaign(other))
    _, code, message = api.call("POST", "/task", {**FOLLOW, "serials": None, "usernames": ["brand.no"]})
    assert code == 40001
    assert "on `S1` and `S2`" in message
    assert usernames(api.data("GET", "/accounts", platform="tiktok")).count("brand.no") == 2


def test_what_an_account_has_made_counts_today_alone(tmp_path: Path) -> None:
    from runner.queries.accounts import account_states

    api = Desk(tmp_path)
    with_made(api.ledger, api)
    states = {one.declared.name: one for one in account_states(api.ledger, api.campaigns, NOW, NOW.tzinfo)}
    assert {kind: (it.made, it.at_most) for kind, it in states["brand_se"].today.items()} == {
        "follow": (1, 40)
    }
    assert states["photos"].today == {}
    tomorrow = NOW + timedelta(days=1)
    states = {
        one.declared.name: one for one in account_states(api.ledger, api.campaigns, tomorrow, NOW.tzinfo)
    }
    assert states["brand_se"].today == {}
    api.ledger.close()


def with_made(ledger: Ledger, api: Desk) -> None:
    """A follow by @brand_se of TikTok."""
    (number, *_) = api.make(serials=None, usernames=["brand_se"], platform="tiktok")
    attempt = api.start(number)
    row = ledger.tasks.get(number)
    assert row is not None
    effect = ledger.effects.begin(attempt, row.task.key, "follow", "@a", "S1", "@brand_se", {}, "tiktok")
    ledger.effects.settle(effect, EffectState.COMMITTED, {})
