"""What every command makes of a rehearsal's ledger: nothing of it reaches real phones, and nothing says so."""

import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from asked_ledger import AskedLedger

from runner.cli.main import cli
from runner.clock import SystemClock
from runner.errors import RehearsalOnly, UsageError
from runner.store.ledger import Ledger
from runner.tasks import EffectState, TaskState

REHEARSE_ANEW = {"plan", "daemon", "ledger accept-restore"}
"""Those that no option leads to the ledger of a rehearsal that has ended."""

WORDS = {
    "plan": ("CAMPAIGN",),
    "run": ("CAMPAIGN",),
    "daemon": ("CAMPAIGN",),
    "status": (),
    "why": ("demo/greet",),
    "tasks delete": ("1",),
    "tasks list": (),
    "tasks resolve": ("2", "--happened"),
    "tasks retry": ("1",),
    "tasks show": ("1",),
    "tasks stop": ("3",),
    "logs": ("1",),
    "report": ("--since", "24h", "--format", "json"),
    "pause": ("demo",),
    "resume": (),
    "stop": (),
    "ledger accept-restore": (),
    "ledger backup": ("BACKUP",),
    "ledger check": (),
    "ledger upgrade": (),
    "accounts": (),
    "notify": (),
    "holds": (),
    "holds place": ("VIRTUAL02",),
    "holds release": ("VIRTUAL01",),
    "hosts": (),
    "hosts forget": ("north",),
}
"""Every command with `--store`, and further words with which it has something to do."""

SHARED_ONLY = {"worker"}
"""Commands that refuse every ledger that is a file."""

GROUPS = {"notify", "holds", "hosts"}
"""Groups that take `--store` themselves."""

DRIVES = re.compile(r"runner (?:daemon|run)\b.*")


def commands_with_store() -> Iterator[str]:
    def walk(command: click.Command, name: str) -> Iterator[str]:
        if any("--store" in one.opts for one in command.params):
            yield name
        if isinstance(command, click.Group):
            context = click.Context(command)
            for inner in command.list_commands(context):
                found = command.get_command(context, inner)
                assert found is not None
                yield from walk(found, f"{name} {inner}".strip())

    return walk(cli, "")


class AdbServer:
    """A port at which the real adb server would be, and whether anybody came."""

    def __init__(self) -> None:
        self.visits = 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                visitor, _ = self._listening.accept()
            except OSError:
                return
            self.visits += 1
            visitor.close()

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()


@pytest.fixture
def adb(monkeypatch: pytest.MonkeyPatch) -> Iterator[AdbServer]:
    server = AdbServer()
    monkeypatch.setenv("ANDROID_ADB_SERVER_PORT", str(server.port))
    yield server
    server.close()


@pytest.fixture(params=["ahead-20261130-090423-e47e", "20261130-090423-e47e"])
def rehearsal(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[AskedLedger]:
    """The ledger of a rehearsal that has ended, with something of everything in it."""
    monkeypatch.setenv("RUNNER_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("RUNNER_TIMEZONE", "UTC")
    folder, campaigns = tmp_path / "state" / "rehearsals" / request.param, tmp_path / "campaigns"
    campaigns.mkdir()
    folder.mkdir(parents=True)
    with Ledger.open(f"sqlite:///{folder / 'ledger.db'}", SystemClock()) as ledger:
        asked = AskedLedger(folder, campaigns, ledger)
        keys = asked.run_by_hand()
        asked.attempt(keys[0], TaskState.FAILED, "no")
        asked.attempt(keys[1], TaskState.UNCERTAIN, "who knows", EffectState.UNCERTAIN)
        ledger.holds.place("VIRTUAL01", "the app asks for a login")
        span = ledger.spans.begin("1.2.3", "started")
        ledger.spans.end(span, "stopped")
        ledger.ownership.take(None, is_rehearsal=True)
        yield asked


def test_every_command_with_a_ledger_is_here() -> None:
    assert set(commands_with_store()) == set(WORDS) | SHARED_ONLY


def words_of(name: str, rehearsal: AskedLedger) -> list[str]:
    paths = {
        "CAMPAIGN": str(rehearsal.campaigns / "demo.yaml"),
        "BACKUP": str(rehearsal.campaigns.parent / "backup.db"),
    }
    return [*name.split(), *(paths.get(word, word) for word in WORDS[name])]


@pytest.mark.parametrize("name", WORDS)
def test_every_command_refuses_it_without_virtual(
    name: str, rehearsal: AskedLedger, adb: AdbServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = words_of(name, rehearsal)
    named = rehearsal(*words, "--store", rehearsal.url)
    monkeypatch.setenv("RUNNER_STORE", rehearsal.url)
    meant = rehearsal(*words)
    for result in (named, meant):
        assert isinstance(result.exception, RehearsalOnly)
        assert "is a rehearsal's" in str(result.exception)
        assert result.output == ""
    assert adb.visits == 0


@pytest.mark.parametrize("name", sorted(set(WORDS) - REHEARSE_ANEW - {"run"}))
def test_nothing_asked_reaches_real_phones_and_no_hint_says_so(
    name: str, rehearsal: AskedLedger, adb: AdbServer
) -> None:
    result = rehearsal(*words_of(name, rehearsal), "--virtual", "--store", rehearsal.url)
    assert adb.visits == 0
    assert not isinstance(result.exception, UsageError)
    for hint in DRIVES.findall(result.output):
        assert "--virtual" in hint or "--resume 2026" in hint, hint


def test_a_ledger_of_real_phones_is_no_rehearsals(rehearsal: AskedLedger, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'other.db'}"
    absent = rehearsal("status", "--virtual", "--store", url)
    assert "there is no ledger" in str(absent.exception)
    Ledger.open(url, SystemClock()).close()
    for words in (["status"], words_of("run", rehearsal)):
        assert "is no rehearsal's" in str(rehearsal(*words, "--virtual", "--store", url).exception)


def test_what_was_made_up_is_not_to_be_gone_on_with(rehearsal: AskedLedger) -> None:
    said = rehearsal("status", "--virtual", "--store", rehearsal.url).output
    is_made_up = rehearsal.state.name.startswith("ahead-")
    assert ("runner rehearse FOLDER" in said) == is_made_up
    assert ("runner run --resume" in said) != is_made_up
