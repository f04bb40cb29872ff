"""Every command, with text from outside that would steer a terminal, or break what reads markup: it is only shown."""

import json
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from asked_ledger import AskedLedger, asked_ledger
from host_shelf import HostShelf

from runner.cli.main import COMMANDS, main
from runner.clock import SystemClock
from runner.store.notification_rows import NewNotification
from runner.store.phones import PhoneSeen
from runner.tasks import EffectState, Occurrence, Task, TaskState, task_key

HOSTILE = "[/x]\x1b[2J\x1b]0;owned\x07\x9b31m\u202e[bold]:smile:"
STEERING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
FILE = "cam\x1b[2J[x].yaml"
WRONG = f'version: 1\nname: "{"[/x]"}\\e[2J"\nscripts: {{"\\e[31m": {{script: "\\e[2J[/b]"}}}}\nnot me: "\\u202e"\n'
WRONG_FLOW = 'version: 1\nname: hostile_flow\napp: tiktok\nsteps:\n  - tap: "[/b]\\e[2J"\n  - "\\e[31m": x\n'


SCREEN_FILE = "screen\x1b[2J.xml"
SCREEN = (
    '<hierarchy><node package="com.zhiliaoapp.musically" bounds="[0,0][9,9]" resource-id="a:id/desc" '
    'text="\x9b31m[bold]"/></hierarchy>'
)


@dataclass
class Outcome:
    code: int
    out: str
    err: str


Runner = Callable[..., Outcome]


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    """The command as `main` runs it, in this process."""

    def run(*words: str) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["runner", *words])
        with pytest.raises(SystemExit) as end:
            main()
        said = capsys.readouterr()
        assert isinstance(end.value.code, int)
        return Outcome(end.value.code, said.out, said.err)

    return run


@pytest.fixture
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AskedLedger]:
    """A ledger whose phones, accounts, targets, reasons and configs are hostile, and a wrong file beside it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RUNNER_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("RUNNER_TIMEZONE", "UTC")
    monkeypatch.setenv("RUNNER_NOTIFY", "json://127.0.0.1:1")
    monkeypatch.delenv("RUNNER_STORE", raising=False)
    with asked_ledger(tmp_path) as made:
        made.put_in_force()
        for number in range(3):
            _record(made, number)
        made.attempt(_key(0), TaskState.FAILED, HOSTILE)
        made.attempt(_key(1), TaskState.UNCERTAIN, HOSTILE, EffectState.COMMITTING)
        made.ledger.holds.place(HOSTILE, _key(0), HOSTILE)
        made.ledger.phones.note([PhoneSeen(HOSTILE, HOSTILE, problem=HOSTILE)])
        shelf = HostShelf(made.ledger, SystemClock())
        shelf.host(HOSTILE, HOSTILE, version=HOSTILE, url=HOSTILE, is_daemon=True)
        shelf.host(f"{HOSTILE}2", version="1")
        shelf.takes(f"{HOSTILE}2", HOSTILE)
        shelf.leads(HOSTILE)
        content = {"what": HOSTILE, "why": HOSTILE, "identity": HOSTILE}
        made.ledger.notifications.note(
            [NewNotification("1", HOSTILE, HOSTILE, HOSTILE, content, SystemClock().now())]
        )
        made.ledger.notifications.begin([1])
        made.ledger.notifications.give_up([1], HOSTILE)
        (tmp_path / "campaigns" / FILE).write_text(WRONG, encoding="utf-8")
        (tmp_path / SCREEN_FILE).write_text(SCREEN, encoding="utf-8")
        (tmp_path / "hostile_flow.yaml").write_text(WRONG_FLOW, encoding="utf-8")
        yield made


def _key(number: int) -> str:
    return task_key("demo", "greet", f"run:{number}", HOSTILE, f"{HOSTILE}{number}")


def _record(made: AskedLedger, number: int) -> None:
    now = SystemClock().now()
    occurrence = Occurrence("demo", "greet", f"run:{number}", "manual", now)
    task = Task(
        key=_key(number),
        campaign="demo",
        entry="greet",
        script="follow",
        backend="device",
        device=HOSTILE,
        username=None,
        target=f"{HOSTILE}{number}",
        nominal=f"run:{number}",
        ordinal=0,
        due_utc=now - timedelta(minutes=1),
        timeout_s=600,
        config={"captions": HOSTILE},
    )
    version = made.ledger.campaigns.record("demo", f"{HOSTILE}.yaml", "text", None)
    made.ledger.occurrences.add(version, [occurrence], [task], str(number))


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A Local API whose answers are hostile."""
    task = {
        "id": 7,
        "serial": HOSTILE,
        "script_name": HOSTILE,
        "status": 3,
        "status_text": HOSTILE,
        "message": HOSTILE,
        "source": HOSTILE,
        "created_at": HOSTILE,
        "script_config": {"target_users": [HOSTILE]},
    }

    class Answers(BaseHTTPRequestHandler):
        def answer(self) -> None:
            data: object = {"tasks": [task], "total": 1, "page": 1, "page_size": 20}
            if "license" in self.path:
                data = {"supported": True, "plan": "pro", "plan_name": HOSTILE, "api_enabled": True}
                data |= {"message": HOSTILE, "device_limit": 3}
            elif "accounts" in self.path:
                account = {
                    "username": HOSTILE,
                    "platform": HOSTILE,
                    "device": HOSTILE,
                    "status_text": HOSTILE,
                }
                data = {"accounts": [account], "total": 1}
            elif "stats" in self.path:
                data = {"total": 1, "pending": 0, "running": 0, "completed": 0, "failed": 1}
            is_refused = self.command != "GET"
            code, told = (50000, HOSTILE) if is_refused else (0, "success")
            body = json.dumps({"code": code, "message": told, "data": None if is_refused else data}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_DELETE = answer  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as http:
        thread = threading.Thread(target=http.serve_forever)
        thread.start()
        monkeypatch.setenv("RUNNER_API_URL", f"http://127.0.0.1:{http.server_port}/api/v1")
        yield
        http.shutdown()
        thread.join()


CASES = [
    ("validate",),
    ("validate", "--format", "json"),
    ("validate", "--format", "sarif"),
    ("validate", "--format", "github"),
    ("validate", "--fix"),
    ("plan",),
    ("plan", "--diff", HOSTILE),
    ("plan", "--store", HOSTILE),
    ("run", f"campaigns/{FILE}"),
    ("run", "--resume", HOSTILE),
    ("daemon", HOSTILE),
    ("worker", "--store", "postgresql://runner@db/ledger", "--name", HOSTILE),
    ("rehearse", HOSTILE),
    ("rehearse", f"campaigns/{FILE}", "--faults", HOSTILE),
    ("status",),
    ("status", "--format", "json"),
    ("why", _key(0)),
    ("why", f"demo/{HOSTILE}"),
    ("why", _key(0), "--format", "json"),
    ("tasks", "list"),
    ("tasks", "list", "--format", "json"),
    ("tasks", "list", "--host", HOSTILE),
    ("tasks", "show", "1", "2", "3"),
    ("tasks", "show", "1", "--format", "json"),
    ("tasks", "show", HOSTILE),
    ("tasks", "stop", "3"),
    ("tasks", "retry", "1", "2"),
    ("tasks", "resolve", "2", "--happened"),
    ("tasks", "delete", "1"),
    ("logs", "1"),
    ("logs", "1", "--format", "json"),
    ("report", "run:1", "--format=junit"),
    ("report", "--since", "24h", "--format", "json"),
    ("report", "task:1", "--out", "-"),
    ("report", "--week", "--out", "-"),
    ("report", "--week", "this", "--format", "json"),
    ("report", HOSTILE),
    ("report", f"demo/greet@{HOSTILE}"),
    ("report", "--day", HOSTILE),
    ("report", "task:1", "--out", f"{HOSTILE}/{HOSTILE}"),
    ("fmt", HOSTILE),
    ("ledger", "accept-restore", "--store", f"sqlite:///{HOSTILE}"),
    ("ledger", "backup", HOSTILE),
    ("ledger", "backup", HOSTILE, "--format", "json"),
    ("ledger", "check", "--store", f"sqlite:///{HOSTILE}"),
    ("ledger", "upgrade", "--store", f"sqlite:///{HOSTILE}"),
    ("ledger", "check", "--store", f"mysql://{HOSTILE}"),
    ("ledger", "copy", HOSTILE, "copy.db"),
    ("ledger", "copy", "state/ledger.db", f"{HOSTILE}.db"),
    ("pause", HOSTILE),
    ("resume", HOSTILE),
    ("stop", HOSTILE),
    ("app", "check", HOSTILE, "--hierarchy", HOSTILE),
    ("app", "check", "tiktok", "--hierarchy", SCREEN_FILE),
    ("app", "check", "tiktok", "--hierarchy", SCREEN_FILE, "--format", "json"),
    ("app", "screen", "--hierarchy", SCREEN_FILE),
    ("app", "screen", "--hierarchy", SCREEN_FILE, "--format", "json"),
    ("app", "record", HOSTILE, "--serial", HOSTILE),
    ("app", "suggest", "tiktok", HOSTILE),
    ("flow", "try", HOSTILE, "--virtual"),
    ("phones", HOSTILE),
    ("phones", "doctor", HOSTILE),
    ("accounts",),
    ("accounts", HOSTILE),
    ("notify",),
    ("notify", "--format", "json"),
    ("notify", "test", "--to", HOSTILE),
    ("notify", "test", HOSTILE),
    ("holds",),
    ("holds", "--format", "json"),
    ("holds", "place", HOSTILE),
    ("hosts",),
    ("hosts", "--format", "json"),
    ("hosts", "forget", HOSTILE),
    ("holds", "release", HOSTILE),
    ("api", "check"),
    ("api", "tasks"),
    ("api", "tasks", "--format", "json"),
    ("api", "accounts"),
    ("api", "accounts", "--format", "json"),
    ("api", "stats", HOSTILE),
    ("api", "stop", "7"),
    ("api", "retry", "7", "--format", "json"),
    ("api", "delete", "7"),
    ("init", HOSTILE),
    ("schema", "--write", HOSTILE),
    ("flow", "check", HOSTILE),
    ("flow", "check", "--format", "json", "hostile_flow.yaml"),
    ("completion", HOSTILE),
    (HOSTILE,),
    (f"--{HOSTILE}",),
]


def test_every_command_is_among_them() -> None:
    assert {case[0] for case in CASES} >= set(COMMANDS)


@pytest.mark.parametrize(
    "words",
    CASES,
    ids=lambda words: " ".join(words).replace(HOSTILE, "HOSTILE").encode("ascii", "replace").decode()[:60],
)
def test_it_is_shown_escaped(
    hostile: AskedLedger, server: None, runner: Runner, words: tuple[str, ...]
) -> None:
    said = runner(*words)
    assert said.code in (0, 1, 2), said.err
    assert STEERING.findall(said.out + said.err) == []
    assert re.search(r"\\x1b|\\u001b|\\u202e|%1B", said.out + said.err), said
    if "--format" in words and "github" not in words:
        json.loads(said.out)


def test_json_has_what_is_there(hostile: AskedLedger, runner: Runner) -> None:
    listed = json.loads(runner("tasks", "list", "--format", "json").out)
    assert {task["device"] for task in listed["tasks"]} == {HOSTILE}
    assert {task["reason"] for task in listed["tasks"]} == {HOSTILE, ""}


@pytest.mark.parametrize("form", ["table", "json", "ics"])
def test_a_plan_of_hostile_phones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, runner: Runner, form: str
) -> None:
    monkeypatch.setenv("RUNNER_STATE_DIR", str(tmp_path / "state"))
    text = 'version: 1\nname: demo\ntimezone: UTC\nscripts:\n  greet: {script: follow, devices: ["[/b]1\\e[2J"],\n'
    text += '    config: {target_users: ["@north"]}, start_times: ["09:00"]}\n'
    (tmp_path / "demo.yaml").write_text(text, encoding="utf-8")
    said = runner("plan", str(tmp_path / "demo.yaml"), "--format", form, "--now", "2026-11-21T06:00:00Z")
    assert STEERING.findall(said.out.replace("\r\n", "\n") + said.err) == []
    assert "[/b]1" in said.out or said.code == 1


@pytest.fixture
def emoji(tmp_path: Path) -> Path:
    path = tmp_path / "emoji.yaml"
    path.write_text('version: 1\nname: "🎉 日本 é"\nscripts: {}\n', encoding="utf-8")
    return path


NARROW = [
    {"PYTHONIOENCODING": "latin-1"},
    {"PYTHONIOENCODING": "ascii"},
    {"PYTHONIOENCODING": "cp1252:strict"},
    {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
]


@pytest.mark.parametrize("variables", NARROW, ids=lambda variables: "-".join(variables.values()))
@pytest.mark.parametrize("form", ["text", "json", "sarif", "github"])
def test_what_an_output_lacks_is_replaced_and_json_loses_nothing(
    emoji: Path, variables: dict[str, str], form: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "runner", "validate", str(emoji), "--format", form],
        env={"PATH": "/usr/bin:/bin", **variables},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, b"")
    if form in ("json", "sarif"):
        assert "🎉 日本 é" in json.dumps(json.loads(done.stdout.decode("ascii")), ensure_ascii=False)
    else:
        assert b"?? ????" in done.stdout
        assert (b"\xe9" in done.stdout) is (variables.get("PYTHONIOENCODING", "ascii") != "ascii")


def test_the_carets_stay_below_what_was_replaced(emoji: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "runner", "validate", str(emoji)],
        env={"PATH": "/usr/bin:/bin", "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
        check=False,
    )
    line, carets = done.stdout.splitlines()[1:3]
    assert carets.index("^") == line.index('"??')
    assert carets.rindex("^") == line.rindex('"')


def test_a_file_whose_name_is_no_text_is_told_of(tmp_path: Path, runner: Runner) -> None:
    path = Path(str(tmp_path / "caf\udce9.yaml"))
    path.write_bytes(b"version: 2\n")
    for form in ("text", "json", "sarif", "github"):
        said = runner("validate", str(path), "--format", form)
        assert said.code == 1, said.err
        assert STEERING.findall(said.out + said.err) == []
    assert "caf\\xe9.yaml" in runner("validate", str(path)).out
    told = json.loads(runner("validate", str(path), "--format", "json").out)
    assert told["diagnostics"][0]["path"] == str(path)
