"""Accounts of a daemon's campaigns through its Local API: who is there, and what is done as them."""

import json
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from daemon_process import DaemonProcess, Daemons
from local_api_daemon import Client, remembered

pytestmark = pytest.mark.phones

BRAND = """
version: 1
name: brand
limits: {min_gap: 0s}
accounts:
  brand_se: {app: tiktok, device: VIRTUAL01}
  brand_no: {app: tiktok, device: VIRTUAL02, username: "@brand.no"}
scripts:
  greet: {script: follow, config: {target_users: ["@demo_east"]}, devices: [brand_se, brand_no]}
"""
THROUGH = """
version: 1
name: through
backend: local_api
devices: {them: {usernames: ["@brand_se", "@nobody"]}}
scripts:
  greet: {script: follow, config: {target_users: ["@demo_west"]}, devices: them}
"""


def call(daemon: DaemonProcess, method: str, path: str, body: object = None) -> tuple[int, Any]:
    data = None if body is None else json.dumps(body).encode()
    kind = {"Content-Type": "application/json"}
    request = Request(f"{daemon.url}/api/v1{path}", data, kind, method=method)
    try:
        with urlopen(request, timeout=60) as answer:
            envelope = json.load(answer)
    except HTTPError as error:
        with error:
            envelope = json.load(error)
    return envelope["code"], envelope["data"] if envelope["code"] == 0 else envelope["message"]


def test_accounts_of_a_campaign_work_through_the_api(daemons: Daemons, tmp_path) -> None:
    daemons.write(BRAND, "brand.yaml")
    daemon = daemons.start("--virtual").ready()

    code, listed = call(daemon, "GET", "/accounts?platform=tiktok")
    assert code == 0
    assert [(one["username"], one["device"], one["device_online"]) for one in listed["accounts"]] == [
        ("brand.no", "VIRTUAL02", True),
        ("brand_se", "VIRTUAL01", True),
    ]

    config = {"target_users": ["@demo_north"]}
    request = {"usernames": ["brand_se", "@BRAND.no"], "script_name": "follow", "script_config": config}
    code, made = call(daemon, "POST", "/task", request)
    assert code == 0 and made["created_count"] == 2
    for task_id in made["task_ids"]:
        daemon.until(lambda number=task_id: call(daemon, "GET", f"/task/{number}")[1]["status"] > 1)
        assert call(daemon, "GET", f"/task/{task_id}")[1]["status_text"] == "completed"
    phones = daemons.state / "rehearsals" / "daemon" / "phones"
    for serial, name in (("VIRTUAL01", "brand_se"), ("VIRTUAL02", "brand.no")):
        follows = remembered(phones, serial)["follows"]
        assert [(one["as"], one["user"]) for one in follows] == [(name, "demo_north")]

    code, message = call(daemon, "POST", "/task", {**request, "usernames": ["@nobody"]})
    assert code == 40001 and "no account @nobody is declared" in message

    client = Client(tmp_path / "client", daemon.url)
    (tmp_path / "through.yaml").write_text(THROUGH, encoding="utf-8")
    asked = client("api", "check", tmp_path / "through.yaml")
    assert "through works as @nobody: the server has no such account" in asked.stdout, asked.stderr
    listed_here = client("api", "accounts").stdout
    assert "@brand_se" in listed_here and "VIRTUAL02" in listed_here
    client.close()
