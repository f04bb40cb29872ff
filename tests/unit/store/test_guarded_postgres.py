"""A ledger at a server that wants TLS and a password: what libpq does, and that nobody is told the password."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from guarded_postgres import PASSWORD, USER, GuardedServer, guarded_postgres

from runner.clock import SystemClock
from runner.errors import LedgerError
from runner.store.ledger import Ledger

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed here")


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GuardedServer]:
    with guarded_postgres(tmp_path_factory.mktemp("certificates")) as server:
        yield server


@pytest.fixture(autouse=True)
def no_password_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PGPASSFILE", "PGPASSWORD"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", "/nonexistent")


def refusal(url: str) -> str:
    with pytest.raises(LedgerError) as caught:
        Ledger.open(url, SystemClock()).close()
    said = f"{caught.value.message}\n{caught.value.hint}\n{caught.value.__cause__!r}"
    assert "h@im" not in said and "h%40im" not in said
    return said


def opens(url: str) -> bool:
    with Ledger.open(url, SystemClock()) as ledger:
        ledger.holds.place("A1", "captcha")
        return [hold.device for hold in ledger.holds.current()] == ["A1"]


def test_a_server_is_verified(guarded: GuardedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    assert opens(guarded.new_url(*guarded.verified))


def test_another_authority_is_refused(guarded: GuardedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    url = guarded.new_url("sslmode=verify-full", f"sslrootcert={guarded.other}")
    said = refusal(url)
    assert "certificate verify failed" in said and "sslrootcert" in said


def test_another_name_is_refused(guarded: GuardedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    assert "does not match host name" in refusal(guarded.new_url(*guarded.verified, host="127.0.0.1"))


def test_no_authority_is_refused(guarded: GuardedServer, tmp_path: Path) -> None:
    url = guarded.new_url("sslmode=verify-full", f"sslrootcert={tmp_path / 'none.pem'}")
    assert "does not exist" in refusal(url)


def test_a_password_comes_from_a_file_of_libpq(
    guarded: GuardedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "pgpass"
    file.write_text(f"*:*:*:{USER}:{PASSWORD}\n")
    file.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(file))
    assert opens(guarded.new_url(*guarded.verified))


def test_a_password_comes_by_reference(
    guarded: GuardedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "password").write_text(f"{PASSWORD}\n")
    assert opens(guarded.new_url(*guarded.verified, user=f"{USER}:${{file:{tmp_path / 'password'}}}"))
    monkeypatch.setenv("DATABASE_PASSWORD", PASSWORD)
    assert opens(guarded.new_url(*guarded.verified, "password=${env:DATABASE_PASSWORD}"))


def test_a_wrong_password_is_refused(guarded: GuardedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_PASSWORD", f"not {PASSWORD}")
    url = guarded.new_url(*guarded.verified, "password=${env:DATABASE_PASSWORD}")
    assert "password authentication failed" in refusal(url)


def test_no_password_is_refused(guarded: GuardedServer) -> None:
    assert "no password supplied" in refusal(guarded.new_url(*guarded.verified))
