"""A daemon's campaigns and its life, over quickly made ledgers."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from campaign_place import NOW, Place
from daemons import Life, SteppingClock, local

from runner.clock import ManualClock
from runner.store.ledger import Ledger


@pytest.fixture(autouse=True)
def _quickly(quick_ledgers: None) -> None:
    """New ledgers are copies."""


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    (tmp_path / "campaigns").mkdir()
    clock = ManualClock(NOW)
    with Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}", clock) as ledger:
        yield Place(tmp_path / "campaigns", ledger, clock)


@pytest.fixture
def life() -> Iterator[Life]:
    clock = SteppingClock(local("21 08:59"))
    with Ledger.open("sqlite://", clock) as ledger:
        yield Life(ledger, clock)
