from collections.abc import Iterator
from pathlib import Path

import pytest
from news_desk import NOON, NewsDesk

from runner.clock import ManualClock
from runner.store.ledger import Ledger


@pytest.fixture
def desk(tmp_path: Path, quick_ledgers: None) -> Iterator[NewsDesk]:
    clock = ManualClock(NOON)
    with Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}", clock) as ledger:
        made = NewsDesk(ledger, clock, tmp_path / "artifacts")
        made.opening.set()
        yield made
