"""Disturbs a daemon at work as people and phones do: files change, tasks are stopped and made, a phone goes."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from waves import PACKAGES, follow, limits

if TYPE_CHECKING:
    from episode import Episode

FAR_AWAY = "2099-01-01T12:00:00+00:00"
BYSTANDER = "bystander"
ABSENT = ("ABSENT1", "ABSENT2")
SOON_S = 3


def bystander(name: str, *, elsewhere: str | None = None, **more: Any) -> str:
    """A campaign that does nothing in this century, except what is due `elsewhere`: on two phones that do not exist, at
    once on the first, where it is missed, and in an hour on the second."""
    scripts = {"greet": follow("demo_nobody") | {"devices": ["TORTURE1"], "start_times": [FAR_AWAY]}}
    if elsewhere:
        absent = {"devices": ABSENT, "start_times": [elsewhere], "spread": "2h", "grace": "1s"}
        scripts["elsewhere"] = follow("demo_elsewhere") | absent
    campaign = {"version": 1, "name": name, "limits": limits(), **more, "scripts": scripts}
    return json.dumps(campaign)


def stir(episode: "Episode") -> None:
    """Do all of it once, from when the daemon is at work for as long as it lives; in the end all is as before."""
    episode.wait_until_at_work()
    with ThreadPoolExecutor(3) as pool:
        together = [pool.submit(one, episode) for one in (change_files, interfere, call)]
    for done in together:
        done.result()


def change_files(episode: "Episode") -> None:
    """A campaign comes, loses an entry, becomes invalid, gets another name, and goes."""
    file = episode.campaigns / f"{BYSTANDER}.yaml"
    soon = (datetime.now(UTC) + timedelta(seconds=SOON_S)).replace(microsecond=0).isoformat()
    is_there = f"SELECT 1 FROM tasks WHERE device = '{ABSENT[1]}' AND state ="
    for text, seen in (
        (bystander(BYSTANDER, elsewhere=soon), f"{is_there} 'pending'"),
        (bystander(BYSTANDER), f"{is_there} 'cancelled'"),
        (bystander(BYSTANDER, limits="none"), "SELECT 1 FROM invalid_files"),
        (
            bystander(f"{BYSTANDER}-renamed", formerly=[BYSTANDER]),
            f"SELECT 1 FROM campaigns WHERE name = '{BYSTANDER}-renamed' AND withdrawn_utc IS NULL",
        ),
    ):
        if episode.is_alive:
            partial = file.with_name(f".{BYSTANDER}.partial")
            partial.write_text(text, encoding="utf-8")
            partial.replace(file)
            episode.wait_for_row(seen)
    file.unlink(missing_ok=True)


def interfere(episode: "Episode") -> None:
    """A phone goes, everything is paused, running tasks are stopped, and the accounts of one have to log in again."""
    first, *_, last = episode.phones.phones
    episode.wish(first, "offline")
    episode.runner("pause")
    episode.wish(first, "online")
    if episode.is_alive:
        episode.runner("resume")
        episode.runner("stop")
    episode.runner("resume")
    if episode.is_alive:
        for app in PACKAGES.values():
            episode.wish(last, "app", package=app, action="show", arguments={"screen": "login"})


def call(episode: "Episode") -> None:
    """Through the daemon's Local API, make a task, stop it and retry it; then make one and delete it."""
    if not (url := episode.wait_for_url()):
        return
    wish = {"serials": ["TORTURE2"], "script_name": "follow"}
    for number in range(2):
        wish["script_config"] = {"target_users": [f"@demo_api_{episode.number}_{number}"]}
        if not (made := answer(f"{url}/task", "POST", wish)):
            return
        (task,) = made["task_ids"]
        if number:
            answer(f"{url}/task/{task}", "DELETE")
        elif answer(f"{url}/task/{task}/stop", "POST"):
            episode.wait_for_row(f"SELECT 1 FROM tasks WHERE id = {task} AND state = 'cancelled'")
            if answer(f"{url}/task/{task}/retry", "POST"):
                episode.promised.add(task)


def answer(url: str, method: str, body: Any = None) -> Any:
    """The data of an answer; None if the call was refused, or the daemon has died."""
    content = None if body is None else json.dumps(body).encode()
    request = Request(url, content, {"Content-Type": "application/json"}, method=method)
    try:
        with urlopen(request, timeout=30) as said:
            return json.load(said)["data"]
    except HTTPError as error:
        with error:
            return None
    except (OSError, HTTPException):
        return None
