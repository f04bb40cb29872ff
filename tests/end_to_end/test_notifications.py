"""Notifications of a real daemon: a webhook and apprise get them, once over a kill; no secret of theirs is kept."""

import base64
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from daemon_process import NEVER, SOON_S, Daemons, campaign_text, soon
from notified_services import Services, notified_services

pytestmark = pytest.mark.phones

APP = "com.zhiliaoapp.musically"
SECRET = "t0ken-that-nobody-may-see"
FILE = """\
recipients:
  - {name: ops, webhook: "${env:HOOK_URL}", secret: "${env:HOOK_SECRET}", gather: 0s, every: 1s}
  - {name: chat, url: "${env:CHAT_URL}", gather: 0s, every: 1s, events: [failed, needs-person]}
summary: never
"""


@pytest.fixture
def services() -> Iterator[Services]:
    with notified_services(SECRET) as made:
        yield made


@pytest.fixture
def told(daemons: Daemons, services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Services:
    """Daemons that notify these services."""
    path = tmp_path / "notify.yaml"
    path.write_text(FILE, encoding="utf-8")
    monkeypatch.setenv("RUNNER_NOTIFY_FILE", str(path))
    monkeypatch.setenv("HOOK_URL", f"http://{services.where}")
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    monkeypatch.setenv("CHAT_URL", f"json://anna:{SECRET}@{services.where}")
    monkeypatch.setenv("RUNNER_URL", "https://shelf.example")
    return services


def failing(*serials: str, at: str) -> str:
    """A campaign whose tasks fail: nobody has this name."""
    return campaign_text(*serials, at=at, config={"target_users": ["@missing_one"]}, retry={"max": 0})


def run(daemons: Daemons, *words: str) -> Any:
    command = [sys.executable, "-m", "runner", *words, "--virtual", "--format", "json"]
    done = subprocess.run(command, env=daemons.environment, capture_output=True, check=False, text=True)
    return json.loads(done.stdout)


def test_a_failed_task_is_told_to_everybody_once_over_a_kill(daemons: Daemons, told: Services) -> None:
    daemons.write(failing("A1", at=NEVER))
    daemon = daemons.start("--virtual").ready()
    daemons.write(failing("A1", at=soon(SOON_S)))
    daemon.wait_for("task finished", state="failed")
    daemon.wait_for("notification sent", to="ops")
    daemon.wait_for("notification sent", to="chat")
    (item,) = next(body for _, body in told.got if body.get("event") == "failed")["items"]
    assert item["link"].startswith("https://shelf.example/tasks/")
    daemon.end(signal.SIGKILL)
    daemons.write(failing("A1", at=NEVER))
    again = daemons.start("--virtual").ready()
    again.wait_for("notification sent", to="ops")
    assert again.end() == 0
    assert told.events() == ["failed", "daemon-was-down"]
    titles = [str(body["title"]) for _, body in told.got if "event" not in body]
    assert len(titles) == 1 and titles[0].startswith("[rehearsal] runner: trial/greet: follow")
    lines = run(daemons, "notify")
    assert [(one["recipient"], one["state"]) for one in lines] == [
        ("ops", "sent"),
        ("chat", "sent"),
        ("ops", "sent"),
    ]
    kept = [path for path in daemons.state.rglob("*") if path.is_file()]
    assert not [path for path in kept if SECRET.encode() in path.read_bytes()]
    assert SECRET not in daemon.said + again.said


def test_a_phone_that_needs_a_person_is_told_with_its_screen(daemons: Daemons, told: Services) -> None:
    daemons.write(campaign_text("A1", at=NEVER))
    daemon = daemons.start("--virtual").ready()
    show_login(daemon.wait_for("virtual phones")["control"], "A1")
    daemons.write(campaign_text("A1", at=soon(SOON_S)))
    daemon.wait_for("task finished", state="failed")
    daemon.wait_for("notification sent", to="ops")
    daemon.wait_for("notification sent", to="chat")
    assert told.events() == ["needs-person"], "not once more as a failed task"
    (item,) = next(body for _, body in told.got if "event" in body)["items"]
    assert item["link"] == "https://shelf.example/phones/A1"
    mail = next(body for _, body in told.got if "event" not in body)
    assert mail["title"] == "[rehearsal] runner: the phone A1 needs a person"
    assert base64.b64decode(mail["attachments"][0]["base64"]).startswith(b"\xff\xd8"), "a JPEG"
    assert item["screenshot"].startswith("https://shelf.example/artifacts/")
    assert daemon.end() == 0


def show_login(control: str, serial: str) -> None:
    wish = {"package": APP, "action": "show", "arguments": {"screen": "login"}}
    kind = {"Content-Type": "application/json"}
    request = Request(f"{control}{serial}/app", json.dumps(wish).encode(), kind, method="POST")
    with urlopen(request, timeout=30) as answer:
        assert answer.status == 200


def test_a_service_that_hangs_delays_no_task_and_no_end(daemons: Daemons, told: Services) -> None:
    told.answers.clear()
    daemons.write(failing("A1", at=NEVER))
    daemon = daemons.start("--virtual").ready()
    daemons.write(failing("A1", at=[soon(SOON_S), soon(SOON_S + 8)]))
    daemon.wait_for("task finished", state="failed")
    daemon.until(lambda: len(told.got) >= 2)
    daemon.wait_for("task finished", since=len(daemon.lines), state="failed")
    assert daemon.end() == 0
    assert len(told.got) == 2, "one message at a time"
    told.answers.set()
    again = daemons.start("--virtual").ready()
    again.wait_for("notification sent", to="ops")
    again.wait_for("notification sent", to="chat")
    repeated = [body for _, body in told.got[2:] if body.get("event") == "failed"]
    assert repeated and repeated[0]["may_be_repeated"] is True
    assert again.end() == 0


def test_what_cannot_be_sent_is_shown(
    daemons: Daemons, told: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK_URL", f"http://127.0.0.1:1/hook/{SECRET}")
    daemons.write(failing("A1", at=NEVER))
    daemon = daemons.start("--virtual").ready()
    (daemons.campaigns / "trial.yaml").write_text("version: 1\nname: trial\n", encoding="utf-8")
    line = daemon.wait_for("notification not sent", to="ops")
    assert line["level"] == "warning"
    status = run(daemons, "status")
    assert status["untold"]["recipients"] == ["ops"]
    assert "onnect" in status["untold"]["problem"]
    assert daemon.end() == 0


def test_a_wrong_recipient_keeps_the_daemon_from_starting(
    daemons: Daemons, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNNER_NOTIFY", f"nonsense://{SECRET}")
    daemons.write(campaign_text("A1", at=NEVER))
    daemon = daemons.start("--virtual")
    assert daemon.wait() == 2
    assert "can get no notification" in daemon.said
    assert SECRET not in daemon.said


def test_a_daemon_without_recipients_imports_no_apprise(daemons: Daemons) -> None:
    code = "import sys; from runner.cli.main import cli; import runner.daemon.daemon; print('apprise' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
