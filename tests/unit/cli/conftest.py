"""These tests make many ledgers, but do not test how ledgers are made."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from asked_ledger import AskedLedger, asked_ledger


@pytest.fixture(autouse=True)
def _quickly(quick_ledgers: None) -> None:
    """New ledgers are copies."""


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AskedLedger]:
    """A ledger of its own, which commands ask; no adb server answers."""
    monkeypatch.setenv("ANDROID_ADB_SERVER_PORT", "1")
    monkeypatch.setenv("RUNNER_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("RUNNER_TIMEZONE", "UTC")
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.delenv("RUNNER_STORE", raising=False)
    with asked_ledger(tmp_path) as made:
        yield made
