"""Accounts that a Local API lists, in whatever reasonable shape; and what a campaign wants of them."""

from typing import Any

import pytest

from runner.backends.local_api import account_answers
from runner.backends.local_api.account_answers import ServerAccount
from runner.backends.local_api.answers import WrongShape
from runner.campaign.loader import load_text
from runner.campaign.resolve import resolve_campaign
from runner.cli.api import unknown_usernames
from runner.errors import ApiRefused

ONE = {"id": 1, "username": "Brand_SE", "platform": "tiktok", "device": "D1", "logined": 1}


@pytest.mark.parametrize(
    "data",
    [
        [ONE],
        {"accounts": [ONE], "total": 1, "page": 1, "page_size": 20},
        {"rows": [ONE]},
        {"errors": [], "columns": ["id"], "accounts": [ONE]},
        {"accounts": [ONE, {"id": 2}, "text", None]},
    ],
)
def test_a_list_of_accounts_is_found_under_any_key(data: Any) -> None:
    (account,) = account_answers.page(data).accounts
    assert (account.handle, account.platform, account.device) == ("@brand_se", "tiktok", "D1")
    assert account.raw == ONE


def test_no_accounts_are_an_answer_too() -> None:
    assert account_answers.page({"accounts": [], "total": 0}) == account_answers.ServerAccountPage((), 0)


@pytest.mark.parametrize("data", [None, "accounts", {"total": 3}, {"accounts": "none"}])
def test_what_has_no_list_is_no_answer(data: Any) -> None:
    with pytest.raises(WrongShape, match="no list of accounts"):
        account_answers.page(data)


class Server:
    """A client whose server has these accounts, or refuses to tell."""

    def __init__(self, *names: str, refuses: bool = False) -> None:
        self.names, self.refuses, self.asked = names, refuses, 0

    def accounts(self) -> list[ServerAccount]:
        self.asked += 1
        if self.refuses:
            raise ApiRefused("no such resource", sent=True, code=40401, words="no such resource")
        return [ServerAccount(name) for name in self.names]


def campaign(devices: str, backend: str = "local_api") -> Any:
    entry = f"{{script: follow, config: {{target_users: ['@a']}}, devices: {devices}}}"
    text = (
        f"version: 1\nname: autumn\nbackend: {backend}\n"
        "accounts: {dk: {app: tiktok, username: brand_dk, device: D1}}\n"
        f"devices: {{brand: {{usernames: ['@Brand_SE', '@brand_no']}}}}\nscripts: {{greet: {entry}}}\n"
    )
    return resolve_campaign(load_text(text, "autumn.yaml", {}))


def said(server: Server, *campaigns: Any) -> list[str]:
    return list(unknown_usernames(campaigns, server))  # type: ignore[arg-type]


def test_usernames_that_a_server_does_not_have_are_told_before_anything_runs() -> None:
    assert said(Server("brand_se", "brand_no"), campaign("brand")) == []
    assert said(Server("@BRAND_SE"), campaign("[brand, dk]")) == [
        "autumn works as @brand_no, @brand_dk: the server has no such account"
    ]


def test_an_older_server_that_lists_no_accounts_is_no_obstacle() -> None:
    (told,) = said(Server(refuses=True), campaign("brand"))
    assert "usernames were not checked" in told


def test_campaigns_without_usernames_ask_nothing() -> None:
    server = Server()
    assert said(server, campaign("D1"), campaign("dk", backend="device")) == []
    assert server.asked == 0
