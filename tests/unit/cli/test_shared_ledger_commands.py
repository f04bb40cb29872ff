"""Every command on a ledger that hosts share: it answers, makes no ledger, tells no password, and names the URL."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from asked_ledger import AskedLedger
from click.testing import CliRunner
from full_tables import opened
from sqlalchemy import inspect

from runner.cli.main import cli
from runner.clock import SystemClock
from runner.errors import LedgerBehind, LedgerError, LedgerOutdated, LedgerRefusal, RehearsalOnly, UsageError
from runner.store.ledger import Ledger
from runner.store.url import shown
from runner.store.witness import WitnessedTally, Witnesses
from runner.tasks import EffectState, TaskState

WORDS: dict[str, tuple[str, ...]] = {
    "status": (),
    "hosts": (),
    "why": ("demo/greet",),
    "tasks list": (),
    "tasks show": ("1",),
    "tasks stop": ("3",),
    "tasks retry": ("1",),
    "tasks resolve": ("2", "--happened"),
    "tasks delete": ("1",),
    "logs": ("1",),
    "report": ("--since", "24h", "--format", "json"),
    "plan": ("CAMPAIGN",),
    "pause": ("demo",),
    "resume": (),
    "stop": (),
    "accounts": ("CAMPAIGN",),
    "notify": (),
    "holds": (),
    "holds place": ("VIRTUAL02",),
    "holds release": ("VIRTUAL01",),
    "ledger accept-restore": (),
    "ledger backup": ("backup.db",),
    "ledger check": (),
    "ledger upgrade": (),
}
MAKES = {"plan", "accounts"}
"""Those that need no ledger."""


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postgres_ledger: str) -> Iterator[AskedLedger]:
    """A shared ledger, with something of everything in it; the settings name it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RUNNER_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("RUNNER_TIMEZONE", "UTC")
    monkeypatch.setenv("RUNNER_STORE", postgres_ledger)
    (tmp_path / "campaigns").mkdir()
    with Ledger.open(postgres_ledger, SystemClock()) as ledger:
        asked = AskedLedger(tmp_path / "state", tmp_path / "campaigns", ledger)
        keys = asked.run_by_hand()
        asked.attempt(keys[0], TaskState.FAILED, "no")
        asked.attempt(keys[1], TaskState.UNCERTAIN, "who knows", EffectState.UNCERTAIN)
        ledger.holds.place("VIRTUAL01", "the app asks for a login")
        yield asked


def words_of(name: str, asked: AskedLedger) -> list[str]:
    file = str(asked.campaigns / "demo.yaml")
    return [*name.split(), *(file if word == "CAMPAIGN" else word for word in WORDS[name])]


@pytest.mark.parametrize("name", WORDS)
def test_it_answers(name: str, asked: AskedLedger) -> None:
    answer = asked(*words_of(name, asked))
    assert answer.exit_code == 0, answer.output
    assert not list(asked.state.glob("*.db*"))


@pytest.mark.parametrize("name", [name for name in WORDS if name not in MAKES | {"ledger upgrade"}])
def test_it_makes_no_ledger(
    name: str, asked: AskedLedger, empty_postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNNER_STORE", empty_postgres)
    refused = asked(*words_of(name, asked))
    assert isinstance(refused.exception, LedgerBehind), refused.output
    assert "there is no ledger in postgresql://" in refused.exception.message
    with opened(empty_postgres) as database, database.read("look") as connection:
        assert inspect(connection).get_table_names() == []


@pytest.mark.parametrize("name", [name for name in WORDS if name not in MAKES])
def test_a_password_in_its_url_is_refused(name: str, asked: AskedLedger) -> None:
    refused = asked(*words_of(name, asked), "--store", "postgresql://runner:geheim@db/campaigns")
    assert isinstance(refused.exception, LedgerError)
    assert "geheim" not in f"{refused.exception.message} {refused.exception.hint} {refused.output}"


def test_a_rehearsal_is_asked_with_virtual_only(asked: AskedLedger, postgres_ledger: str) -> None:
    asked.ledger.ownership.take(None, is_rehearsal=True)
    for name in WORDS:
        refused = asked(*words_of(name, asked))
        assert isinstance(refused.exception, RehearsalOnly), name
    shown_there = asked("status", "--virtual", "--store", postgres_ledger)
    assert shown_there.exit_code == 0 and "rehearsal daemon" in shown_there.output


def test_status_names_the_ledger_without_how_to_connect(asked: AskedLedger, postgres_ledger: str) -> None:
    said = "".join(asked("status", "--store", f"{postgres_ledger}&sslmode=disable").output.split())
    assert shown(postgres_ledger).replace(" ", "") in said


def test_a_run_refuses_an_older_copy(asked: AskedLedger, tmp_path: Path) -> None:
    witnesses = Witnesses(tmp_path / "state.witness")
    witnesses.write(WitnessedTally(asked.ledger.id, asked.ledger.tally.read() + 5, None))
    refused = asked("run", str(asked.campaigns / "demo.yaml"))
    assert isinstance(refused.exception, LedgerOutdated)
    assert "is older than" in asked("status").output.replace("\n", " ")


def test_a_ledger_is_not_copied_to_itself(asked: AskedLedger, postgres_ledger: str) -> None:
    assert isinstance(asked("ledger", "copy", postgres_ledger, postgres_ledger).exception, UsageError)


def test_nothing_is_moved_while_a_host_lives(asked: AskedLedger, postgres_ledger: str) -> None:
    asked.ledger.hosts.register("shelf-1", machine="m", version="0.1")
    for words in (("ledger", "copy", postgres_ledger, "copy.db"), ("ledger", "accept-restore")):
        refused = asked(*words)
        assert isinstance(refused.exception, LedgerError) and "shelf-1" in refused.exception.message


def test_it_moves_back_to_a_file(asked: AskedLedger, postgres_ledger: str, tmp_path: Path) -> None:
    done = asked("ledger", "copy", postgres_ledger, "ledger.db")
    assert done.exit_code == 0, done.output
    assert f"The ledger is {tmp_path / 'ledger.db'} from now on" in done.output
    listed = asked("tasks", "list", "--store", f"sqlite:///{tmp_path / 'ledger.db'}")
    assert listed.exit_code == 0 and "VIRTUAL01" in listed.output
    assert isinstance(asked("run", str(asked.campaigns / "demo.yaml")).exception, LedgerOutdated)


def test_virtual_asks_the_rehearsal_that_the_settings_name(shared_rehearsal: str) -> None:
    assert isinstance(CliRunner().invoke(cli, ["hosts"]).exception, RehearsalOnly)
    for words in (["hosts", "--virtual"], ["status", "--virtual"]):
        done = CliRunner().invoke(cli, words)
        assert done.exception is None, done.exception
    forgotten = CliRunner().invoke(cli, ["hosts", "forget", "south", "--virtual"])
    assert isinstance(forgotten.exception, LedgerRefusal) and "knows no such host" in str(forgotten.exception)


@pytest.fixture
def shared_rehearsal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postgres_ledger: str) -> str:
    monkeypatch.setenv("RUNNER_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("RUNNER_STORE", postgres_ledger)
    with Ledger.open(postgres_ledger, SystemClock()) as ledger:
        ledger.ownership.take(None, is_rehearsal=True)
    return postgres_ledger
