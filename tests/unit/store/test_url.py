"""The URLs of ledgers: what each names, how people are told of it, and that none holds a password."""

from pathlib import Path

import pytest

from runner.errors import LedgerError
from runner.store.url import is_shared, ledger_path, libpq_url, shown, without_password

SHARED = [
    "postgresql://db.example/campaigns",
    "postgres://runner@db.example:5433/campaigns?sslmode=verify-full&sslrootcert=/etc/ca.pem",
    "postgresql://runner@one:5432,two:5433/campaigns?target_session_attrs=read-write",
    "postgresql://one:5432/campaigns?application_name=a@b",
    "postgresql:///campaigns?host=/run/postgresql",
    "postgresql://?service=campaigns",
    "postgresql://[::1]:5432/campaigns",
    "postgresql://runner:${file:/etc/campaign-runner/password}@db.example/campaigns",
    "postgresql://db.example/campaigns?user=runner&password=${env:DATABASE_PASSWORD}",
]

WITH_PASSWORD = [
    "postgresql://runner:geheim@db.example/campaigns",
    "postgres://runner:geheim@one,two/campaigns",
    "postgresql://:geheim@db.example/campaigns",
    "postgresql://runner:ge/heim@db.example/campaigns",
    "postgresql://runner:ge?heim@db.example/campaigns",
    "postgresql://runner:ge@heim@db.example/campaigns",
    "postgresql://runner:geheim${env:MORE}@db.example/campaigns",
    "postgresql://db.example/campaigns?user=runner&password=geheim",
    "postgresql://db.example/campaigns?sslpassword=geheim",
    "postgresql://db.example/campaigns?pass%77ord=geheim",
]


@pytest.mark.parametrize("url", SHARED)
def test_a_database_of_a_server_has_no_file(url: str) -> None:
    assert is_shared(url)
    assert ledger_path(url) is None


def test_a_file_is_not_shared() -> None:
    assert not is_shared("sqlite:////srv/postgresql://ledger.db")
    assert ledger_path("sqlite:////srv/ledger.db") == Path("/srv/ledger.db")
    assert shown("sqlite:////srv/ledger.db") == "/srv/ledger.db"
    assert shown("sqlite://") == "in memory"


@pytest.mark.parametrize("url", WITH_PASSWORD)
def test_a_password_in_a_url_is_refused_without_being_told(url: str) -> None:
    for ask in (is_shared, ledger_path, shown, libpq_url):
        with pytest.raises(LedgerError) as caught:
            ask(url)
        assert "holds a password" in caught.value.message
        assert "PGPASSFILE" in str(caught.value.hint)
        assert "heim" not in caught.value.message + str(caught.value.hint)


@pytest.mark.parametrize(
    "url", ["mysql://u:geheim@db/x", "postgresql+psycopg://u:geheim@db/x", "u:geheim@db"]
)
def test_another_url_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(LedgerError, match="a ledger is named by a URL like") as caught:
        ledger_path(url)
    if "://" in url:
        assert "geheim" not in caught.value.message


def test_people_are_told_where_it_is_and_not_how_to_connect() -> None:
    assert shown(SHARED[1]) == "postgres://runner@db.example:5433/campaigns"


def test_secrets_are_read_at_the_moment_of_connecting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "password"
    file.write_text("ge/h@im\n", encoding="utf-8")
    monkeypatch.setenv("DATABASE_PASSWORD", "a b&c")
    assert libpq_url(f"postgresql://u:${{file:{file}}}@db/x") == "postgresql://u:ge%2Fh%40im@db/x"
    assert (
        libpq_url("postgresql://db/x?password=${env:DATABASE_PASSWORD}")
        == "postgresql://db/x?password=a%20b%26c"
    )
    monkeypatch.delenv("DATABASE_PASSWORD")
    with pytest.raises(
        LedgerError, match=r"cannot open the ledger postgresql://db/x: the secret .* is not there"
    ):
        libpq_url("postgresql://db/x?password=${env:DATABASE_PASSWORD}")


def test_a_text_is_shown_without_its_password() -> None:
    assert without_password("failed: postgresql://u:pw@h/d and x://y:z@w") == (
        "failed: postgresql://u:***@h/d and x://y:***@w"
    )
