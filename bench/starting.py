"""Starting: whole commands. `runner --help` against a Python that does nothing; what asks a ledger against `--help`."""

import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from bench.campaigns import write_campaigns
from bench.executing import NoBatches, carry_out
from bench.figures import must, ratio
from runner.clock import SystemClock
from runner.scheduling.folder import CampaignFolder
from runner.store.ledger import Ledger

_BIN = Path(sys.executable).parent
_RUNNER = _BIN / "runner"

CAMPAIGNS, TASKS, LANES = 3, 2000, 10


def run() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        yield ratio(
            "runner --help, against `python -c pass`",
            lambda: must([_RUNNER, "--help"], folder),
            lambda: must([sys.executable, "-c", "pass"], folder),
            goal=6,
            rounds=21,
        )
        store = _ledger(folder)
        for command in (["status"], ["why", str(TASKS)]):
            yield ratio(
                f"runner {command[0]} on a ledger of {TASKS:,} tasks, against `runner --help`",
                partial(must, [_RUNNER, *command, "--store", store], folder),
                lambda: must([_RUNNER, "--help"], folder),
                goal=3,
                rounds=11,
            )


def _ledger(folder: Path) -> str:
    """The URL of a ledger with a few campaigns in force and tasks that were carried out."""
    store = f"sqlite:///{folder / 'ledger.db'}"
    campaigns = folder / "campaigns"
    campaigns.mkdir()
    write_campaigns(campaigns, CAMPAIGNS)
    with Ledger.open(store, SystemClock()) as ledger:
        CampaignFolder([campaigns], ledger, SystemClock()).load()
        carry_out(ledger, TASKS, LANES, NoBatches())
    return store
