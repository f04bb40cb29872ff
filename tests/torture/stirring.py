"""What people and phones do to a daemon at work: campaign files change, tasks are paused and stopped, a phone goes."""

import json
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

from waves import limits

if TYPE_CHECKING:
    from episode import Episode

FAR_AWAY = "2099-01-01T12:00:00+00:00"
BYSTANDER = "bystander"
PAUSE_S = 0.8


def bystander(name: str, **more: Any) -> str:
    """A campaign that does nothing in this century."""
    greet = {
        "script": "follow",
        "config": {"target_users": ["@demo_nobody"]},
        "devices": ["TORTURE1"],
        "start_times": [FAR_AWAY],
    }
    campaign = {"version": 1, "name": name, "limits": limits(), **more, "scripts": {"greet": greet}}
    return json.dumps(campaign)


def stir(episode: "Episode") -> None:
    """Do all of it once, as soon as the daemon is at work, and leave everything as it was."""
    episode.wait_until_at_work()
    file = episode.campaigns / f"{BYSTANDER}.yaml"
    for text in (
        bystander(BYSTANDER),
        bystander(BYSTANDER, limits="none"),
        bystander(f"{BYSTANDER}-renamed", formerly=[BYSTANDER]),
    ):
        partial = file.with_name(f".{BYSTANDER}.partial")
        partial.write_text(text, encoding="utf-8")
        partial.replace(file)
        time.sleep(PAUSE_S)
    file.unlink()
    phone = episode.phones.phones[0]
    episode.wish(phone, "offline")
    runner(episode, "pause")
    episode.wish(phone, "online")
    runner(episode, "resume")
    runner(episode, "stop")
    runner(episode, "resume")


def runner(episode: "Episode", *words: str) -> None:
    """A command of the runner, beside the daemon or after its death."""
    command = [sys.executable, "-m", "runner", *words]
    done = subprocess.run(
        command, env=episode.environment, capture_output=True, text=True, timeout=60, check=False
    )
    if done.returncode:
        episode.complain(f"runner {' '.join(words)} ended with {done.returncode}: {done.stderr}")
