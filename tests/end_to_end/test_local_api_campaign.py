"""A campaign of all scripts that a client sends to a daemon's Local API: the memories of the phones are the truth."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from daemon_process import Daemons
from local_api_daemon import APP, PHONES, VIDEO, ApiDaemon, Client, remembered
from picture_shelf import APP as PICTURE_APP
from picture_shelf import post_link

LIKED = "https://www.tiktok.com/@demo_east/video/7300000000000000001"
LIKED_PICTURE = "Dphoto01"
COMMENTED = "https://www.tiktok.com/@demo_west/video/7300000000000000002"
FED = "demo_user_"
"""How the authors of the feed are called."""

WATCHING = {"task_duration": 6, "min_duration": 1, "max_duration": 1, "like_probable": 100}
CONFIGS: dict[str, dict[str, Any]] = {
    "post": {"captions": "Hello #demo", "material_list": [str(VIDEO)]},
    "follow": {"target_users": ["@demo_north", "@demo_south"]},
    "unfollow": {"target_users": ["@demo_known"]},
    "like": {"target_post_urls": [LIKED, post_link(LIKED_PICTURE)]},
    "comment": {"target_post_urls": [COMMENTED], "comment_content": "Lovely!"},
    "account_warmup": WATCHING,
}

pytestmark = pytest.mark.phones


@pytest.fixture
def daemon(daemons: Daemons, tmp_path: Path) -> Iterator[ApiDaemon]:
    return ApiDaemon(daemons, tmp_path).start()


@pytest.fixture
def client(tmp_path: Path, daemon: ApiDaemon) -> Iterator[Client]:
    client = Client(tmp_path / "client", daemon.url)
    yield client
    client.close()


@pytest.fixture
def campaign(tmp_path: Path) -> Path:
    """An entry of each script, on both phones."""
    path = tmp_path / "five-scripts.yaml"
    scripts = {
        f"do-{script.replace('_', '-')}": {"script": script, "config": config, "devices": "shelf"}
        for script, config in CONFIGS.items()
    }
    content = {
        "version": 1,
        "name": "five-scripts",
        "timezone": "UTC",
        "backend": "local_api",
        "limits": {"min_gap": "0s"},
        "devices": {"shelf": list(PHONES)},
        "scripts": scripts,
    }
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_a_campaign_of_all_scripts_sent_by_a_client(
    daemon: ApiDaemon, client: Client, campaign: Path
) -> None:
    for serial in PHONES:
        known = {"user": "demo_known", "state": "following"}
        daemon.control(f"{serial}/app", package=APP, action="set_relation", arguments=known)
    done = client("run", campaign, "--store", client.store_url)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "16 tasks: 16 completed" in done.stdout
    assert daemon.call("GET", "/task/stats")["total"] == 16
    assert daemon.process.end() == 0
    for serial in PHONES:
        assert_each_effect_once(remembered(daemon.phones, serial))
        pictures = remembered(daemon.phones, serial, PICTURE_APP)
        assert [like["post"] for like in pictures["likes"]] == [LIKED_PICTURE]


def assert_each_effect_once(memory: dict[str, Any]) -> None:
    video = hashlib.sha256(VIDEO.read_bytes()).hexdigest()
    (post,) = memory["posts"]
    assert (post["caption"], post["state"]) == ("Hello #demo", "posted")
    assert [file["sha256"] for file in post["media"]] == [video]
    assert sorted(follow["user"] for follow in memory["follows"]) == ["demo_north", "demo_south"]
    assert [unfollow["user"] for unfollow in memory["unfollows"]] == ["demo_known"]
    assert [(one["author"], one["text"]) for one in memory["comments"]] == [("demo_west", "Lovely!")]
    likes = Counter(like["author"] for like in memory["likes"] if not like["author"].startswith(FED))
    assert likes == {"demo_east": 1}
    cards = Counter(like["video"] for like in memory["likes"] if like["author"].startswith(FED))
    assert cards and set(cards.values()) == {1}  # what the warm-up liked, each card once
    assert memory["unlikes"] == memory["drafts"] == memory["failed_uploads"] == []
