"""`runner validate`, whole command with all checks, against check-jsonschema with the same schema."""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.campaigns import write_campaigns
from bench.figures import must, ratio
from runner.schema_file import schema_path

_BIN = Path(sys.executable).parent


def run() -> Iterator[str]:
    yield _against_check_jsonschema(1, goal=0.6, rounds=7)
    yield _against_check_jsonschema(1000, goal=1 / 15, rounds=5, peer_rounds=1)  # the peer takes 12 s a round


def _against_check_jsonschema(count: int, *, goal: float, rounds: int, peer_rounds: int | None = None) -> str:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = write_campaigns(folder, count)
        peer: list[str | Path] = [_BIN / "check-jsonschema", "--schemafile", schema_path("campaign"), *paths]
        return ratio(
            f"validate {count:,} file{'s' if count > 1 else ''}, against check-jsonschema",
            lambda: must([_BIN / "runner", "validate", folder], folder),
            lambda: must(peer, folder),
            goal=goal,
            rounds=rounds,
            peer_rounds=peer_rounds,
        )
