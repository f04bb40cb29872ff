"""One campaign through both backends: the phones remember the same."""

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from daemon_process import Daemons
from local_api_daemon import PHONES, VIDEO, ApiDaemon, Client, remembered

CAMPAIGN = {
    "version": 1,
    "name": "both",
    "timezone": "UTC",
    "limits": {"min_gap": "0s"},
    "devices": {"shelf": list(PHONES)},
    "scripts": {
        "publish": {
            "script": "post",
            "config": {"captions": "Hello #demo", "material_list": [str(VIDEO)]},
            "devices": "shelf",
        },
        "greet": {
            "script": "follow",
            "config": {"target_users": ["@demo_north", "@demo_south"]},
            "devices": "shelf",
        },
    },
}

Memories = dict[str, dict[str, Any]]

pytestmark = pytest.mark.phones


def on_device(folder: Path, campaign: Path) -> Memories:
    """As a rehearsal in this process: the backend `device`."""
    done = Client(folder / "device", "http://127.0.0.1:1")("run", campaign, "--virtual")
    assert done.returncode == 0, done.stdout + done.stderr
    run_id = re.search(r"run (\S+) on virtual phones", done.stdout)[1]
    return memories(folder / "device" / "rehearsals" / run_id / "phones")


def through_local_api(folder: Path, daemons: Daemons, campaign: Path) -> Memories:
    """Through a rehearsal daemon: the backend `local_api`, and behind it `device`."""
    daemon = ApiDaemon(daemons, folder).start()
    client = Client(folder / "local_api", daemon.url)
    done = client("run", campaign, "--backend", "local_api", "--store", client.store_url)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "6 tasks: 6 completed" in done.stdout
    assert daemon.process.end() == 0
    return memories(daemon.phones)


def memories(folder: Path) -> Memories:
    """What phones remember, without what differs from one day to the next."""
    return {serial: lasting(remembered(folder, serial)) for serial in PHONES}


def lasting(memory: dict[str, Any]) -> dict[str, Any]:
    """What was done by the app's account: instants and numbers that the app gives are left out."""
    posts = [(post["caption"], [item["sha256"] for item in post["media"]]) for post in memory["posts"]]
    done = {name: [item["user"] for item in memory[name]] for name in ("follows", "unfollows")}
    left = {name: len(memory[name]) for name in ("drafts", "failed_uploads", "likes", "comments")}
    links = [link["url"] for link in memory["opened_links"]]
    return {"account": memory["account"], "posts": posts, "opened_links": links, **done, **left}


@pytest.fixture
def daemons(tmp_path: Path) -> Iterator[Daemons]:
    made = Daemons(tmp_path)
    yield made
    made.close()


def test_the_phones_remember_the_same(tmp_path: Path, daemons: Daemons) -> None:
    campaign = tmp_path / "both.yaml"
    campaign.write_text(json.dumps(CAMPAIGN), encoding="utf-8")
    by_device = on_device(tmp_path, campaign)
    assert through_local_api(tmp_path, daemons, campaign) == by_device
    video = hashlib.sha256(VIDEO.read_bytes()).hexdigest()
    for memory in by_device.values():
        assert memory["posts"] == [("Hello #demo", [video])]
        assert memory["follows"] == ["demo_north", "demo_south"]
