import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from asked_ledger import CAMPAIGN, AskedLedger, asked_ledger
from claims import claim

from runner.clock import SystemClock
from runner.daemon_notice import Notice
from runner.errors import UsageError
from runner.execution.record_run import record_now
from runner.store.ledger import Ledger
from runner.store.lock import ExecutorLock
from runner.store.notification_rows import NewNotification
from runner.store.request_rows import PauseScope
from runner.tasks import EffectState, TaskState


@pytest.fixture
def silent_adb() -> Iterator[int]:
    """The port of something that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AskedLedger]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        nobody = server.getsockname()[1]
    monkeypatch.setenv("ANDROID_ADB_SERVER_PORT", str(nobody))
    monkeypatch.setenv("RUNNER_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("RUNNER_TIMEZONE", "UTC")
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.delenv("RUNNER_STORE", raising=False)
    with asked_ledger(tmp_path) as made:
        yield made


def test_a_running_daemon_is_shown_with_what_runs_and_what_is_next(asked: AskedLedger) -> None:
    key = asked.run_by_hand()[0]
    with asked.daemon():
        claim(asked.ledger, key)
        shown = asked("status").stdout
        data = json.loads(asked("status", "--format", "json").stdout)
    assert f"The daemon runs: process {os.getpid()}, version 1.2.3" in shown
    assert shown.count("Times are those of UTC where they name no other zone.\n") == 1
    assert "Runs now" in shown
    assert "follow @north" in shown
    assert "To do: " not in shown
    assert (data["daemon"]["running"], data["daemon"]["pid"], data["rehearsal"]) == (True, os.getpid(), False)
    assert [(task["key"], task["lane"]) for task in data["running"]] == [(key, "VIRTUAL01")]
    assert [(one["campaign"], one["entry"], one["tasks"]) for one in data["next"]] == [("demo", "greet", 4)]
    assert [(one["name"], one["entries"]) for one in data["campaigns"]] == [("demo", 1)]
    assert [(one["verdict"], one["count"]) for one in data["waiting"]] == [("queued", 1), ("queued", 2)] or [
        ("queued", 2),
        ("queued", 1),
    ]
    assert data["last_24_hours"] == {"pending": 3, "running": 1}


def test_all_that_waits_is_counted(asked: AskedLedger) -> None:
    users = ", ".join(f'"@user{number}"' for number in range(501))
    many = CAMPAIGN.replace('["@north", "@south"]', f"[{users}]")
    record_now(asked.ledger, asked.put_in_force(many).campaigns[0], "1", SystemClock().now())
    with asked.daemon():
        data = json.loads(asked("status", "--format", "json").stdout)
    assert [one["count"] for one in data["waiting"]] == [501, 501]
    firsts = {one["first"]["lane"]: one["first"]["key"].rpartition("/")[2] for one in data["waiting"]}
    assert firsts == {"VIRTUAL01": "@user0", "VIRTUAL02": "@user0"}


def test_a_daemon_that_is_down_is_shown_with_since_when_and_why(asked: AskedLedger) -> None:
    asked.put_in_force()
    assert "The daemon is down: none has run on this ledger yet" in asked("status").stdout
    with asked.daemon():
        pass
    shown = asked("status").stdout
    assert "The daemon is down since " in shown
    assert "terminated" in shown
    assert "To do: start the daemon: runner daemon FOLDER" in shown


def test_a_daemon_that_died_is_not_taken_for_alive(asked: AskedLedger) -> None:
    asked.put_in_force()
    asked.ledger.spans.begin("1.2.3", "started")
    assert "it ended without a word" in asked("status").stdout


def test_what_needs_a_person_comes_with_what_to_do(asked: AskedLedger) -> None:
    key = asked.run_by_hand()[0]
    asked.attempt(key, TaskState.UNCERTAIN, "the screen went dark", effect=EffectState.UNCERTAIN)
    asked.ledger.holds.place("VIRTUAL02", "a login screen is in the way")
    asked.ledger.pauses.begin(PauseScope.CAMPAIGN, "demo", "anna@shelf")
    asked.put_in_force(CAMPAIGN.replace('"09:00"', '"25:00"'))
    shown = asked("status").stdout
    number = asked.ledger.tasks.get(key).id
    for words in (
        f"task {number} is uncertain: follow @north on VIRTUAL01",
        f"runner tasks resolve {number} --happened",
        "VIRTUAL02 is on hold",
        "runner holds release VIRTUAL02",
        "the file of demo is invalid",
        "demo is paused since",
        "by anna@shelf",
        "runner resume demo",
    ):
        assert words in shown
    data = json.loads(asked("status", "--format", "json").stdout)
    assert {name: len(items) for name, items in data["attention"].items()} == {
        "holds": 1,
        "uncertain": 1,
        "invalid_files": 1,
    }
    assert data["next"], "the last good version goes on"


def test_a_new_file_that_is_broken_is_shown_with_its_place_and_what_to_do(asked: AskedLedger) -> None:
    broken = asked.campaigns / "my spring.yaml"
    broken.write_text("version: 1\n\tno yaml [of mine]\n")
    asked.put_in_force()
    shown = asked("status").stdout
    data = json.loads(asked("status", "--format", "json").stdout)
    assert "the file my spring.yaml is invalid" in shown
    assert "2:1: error: " in shown
    assert "no yaml [of mine]" in shown
    assert f"To do: mend {broken}; all that is wrong with it: runner validate '{broken}'" in shown
    (wrong,) = data["attention"]["invalid_files"]
    assert (wrong["path"], wrong["campaign"], wrong["commit"]) == (str(broken), None, None)
    assert ("error" in wrong["problem"], wrong["since_utc"][-1]) == (True, "Z")
    assert [one["name"] for one in data["campaigns"]] == ["demo"]

    broken.unlink()
    asked.put_in_force()
    assert "my spring.yaml" not in asked("status").stdout


def test_adb_is_asked_and_never_started_or_waited_for(
    asked: AskedLedger, monkeypatch: pytest.MonkeyPatch, silent_adb: int
) -> None:
    asked.put_in_force()
    without = json.loads(asked("status", "--format", "json").stdout)
    assert "adb cannot be asked" in without["adb_problem"]
    assert {device["state"] for device in without["devices"]} == {"unknown"}
    monkeypatch.setenv("ANDROID_ADB_SERVER_PORT", str(silent_adb))
    monkeypatch.setattr("runner.phone.adb.ANSWER_S", 0.2)
    silent = json.loads(asked("status", "--format", "json").stdout)
    assert "has answered nothing" in silent["adb_problem"]


def test_a_rehearsal_daemon_is_found_by_itself(asked: AskedLedger) -> None:
    asked.put_in_force()
    folder = asked.state / "rehearsals" / "daemon"
    url = f"sqlite:///{folder / 'ledger.db'}"
    with Ledger.open(url, SystemClock()) as rehearsal:
        assert not json.loads(asked("status", "--format", "json").stdout)["rehearsal"]
        with ExecutorLock(url):
            rehearsal.spans.begin("1.2.3", "started")
            found = asked("status", "--format", "json")
            data = json.loads(found.stdout)
            assert (data["rehearsal"], data["daemon"]["running"]) == (True, True)
            assert f"(of the rehearsal daemon, in {folder})" in found.stderr
            with asked.daemon():
                assert not json.loads(asked("status", "--format", "json").stdout)["rehearsal"]
            assert not json.loads(asked("status", "--store", asked.url, "--format", "json").stdout)[
                "rehearsal"
            ]
        assert json.loads(asked("status", "--virtual", "--format", "json").stdout)["rehearsal"]
    both = asked("status", "--virtual", "--store", asked.url)
    assert isinstance(both.exception, UsageError)


def test_what_the_daemon_says_of_itself_counts_while_it_lives(asked: AskedLedger) -> None:
    def daemon() -> dict[str, Any]:
        told: dict[str, Any] = json.loads(asked("status", "--format", "json").stdout)
        return told["daemon"]

    url = "http://127.0.0.1:50809"
    Notice(os.getpid(), url, 5037, "2026-11-21T18:00:00+00:00").post(asked.state / "ledger.db")
    assert daemon()["url"] is None
    with asked.daemon():
        assert daemon()["url"] == url
        assert f"Serves the dashboard, the Local API, metrics and health on {url}" in asked("status").stdout
        Notice(os.getpid() + 1, url, 5037, "2026-11-21T18:00:00+00:00").post(asked.state / "ledger.db")
        assert daemon()["url"] is None


def test_what_went_wrong_is_named_but_not_for_ever(asked: AskedLedger) -> None:
    keys = asked.run_by_hand()
    asked.attempt(keys[0], TaskState.FAILED, "no button")
    asked.ledger.tasks.miss([keys[1]], "held back for longer than 1h")
    shown = asked("status").stdout
    assert "Went wrong in the last 24 hours" in shown
    assert "demo/greet: follow @north" in shown and "no button" in shown
    assert "held back for longer than 1h" in shown
    data = json.loads(asked("status", "--format", "json").stdout)
    assert sorted(one["state"] for one in data["troubles"]) == ["failed", "missed"]
    for key in keys[:2]:
        asked.ledger.tasks.retry(key)
    assert "Went wrong" not in asked("status").stdout


def test_of_much_that_went_wrong_the_newest_are_named(asked: AskedLedger) -> None:
    users = ", ".join(f'"@user{number}"' for number in range(12))
    many = CAMPAIGN.replace('["@north", "@south"]', f"[{users}]")
    record_now(asked.ledger, asked.put_in_force(many).campaigns[0], "1", SystemClock().now())
    asked.ledger.tasks.miss([row.task.key for row in asked.ledger.tasks.all(run_id="1")], "too late")
    shown = asked("status").stdout
    assert shown.count("too late") == 10
    assert "others before these" in shown


def test_a_notification_that_could_not_be_sent_is_shown(asked: AskedLedger) -> None:
    now = SystemClock().now()
    notifications = asked.ledger.notifications
    notifications.note([NewNotification("k", "failed", "A1", "mail", {"what": "it"}, now)])
    notifications.begin([1])
    notifications.failed([1], "no connection", now)
    assert "1 notification to mail could not be sent: no connection" in asked("status").stdout
    data = json.loads(asked("status", "--format", "json").stdout)
    assert data["untold"] == {"count": 1, "recipients": ["mail"], "problem": "no connection"}
    notifications.sent([1])
    assert json.loads(asked("status", "--format", "json").stdout)["untold"] is None
