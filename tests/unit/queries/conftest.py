"""A small daemon for questions, over quickly made ledgers."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from question_desk import Desk, SettableClock

from runner.store.ledger import Ledger


@pytest.fixture(autouse=True)
def _quickly(quick_ledgers: None) -> None:
    """Ledgers in files are copies."""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """It is 08:00."""
    folder = tmp_path / "campaigns"
    folder.mkdir()
    clock = SettableClock(Desk.instant("2026-11-21T08:00"))
    with Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}", clock) as ledger:
        made = Desk(folder, clock, ledger)
        yield made
        made.die()
