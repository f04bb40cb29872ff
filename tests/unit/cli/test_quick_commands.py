"""`status` and `why` answer without loading what the answer does not need."""

import os
import subprocess
import sys

import pytest
from asked_ledger import AskedLedger

from runner.store.request_rows import PauseScope
from runner.tasks import EffectState, TaskState

HEAVY = {
    "adbutils",
    "alembic",
    "apscheduler",
    "asyncio",
    "fastapi",
    "fsspec",
    "jinja2",
    "pil",
    "procrastinate",
    "psycopg",
    "pydantic",
    "rich",
    "ruamel",
    "sqlalchemy",
    "uiautomator2",
    "uvicorn",
}
OF_CAMPAIGNS = {"jsonschema_rs", "yaml"}
"""What campaign files are read with, which no answer about a task needs."""

OF_OTHERS = {
    "runner.campaign.characters",
    "runner.campaign.lookalikes",
    "runner.campaign.rewriting",
    "runner.campaign.syntax",
    "runner.campaign.wording",
    "runner.queries.hosts",
    "runner.store.artifacts",
}
"""What words mistakes in campaigns that have none, asks hosts that share no ledger, or keeps screens."""


@pytest.mark.parametrize(
    ("words", "forbidden"),
    [
        (["status"], HEAVY | OF_OTHERS),
        (["status", "--format", "json"], HEAVY | OF_OTHERS),
        (["why", "1"], HEAVY | OF_CAMPAIGNS),
        (["why", "1", "--format", "json"], HEAVY | OF_CAMPAIGNS),
    ],
    ids=["status", "status --format json", "why", "why --format json"],
)
def test_a_question_loads_no_heavy_library(asked: AskedLedger, words: list[str], forbidden: set[str]) -> None:
    keys = asked.run_by_hand()
    asked.attempt(keys[0], TaskState.COMPLETED, effect=EffectState.COMMITTED)
    asked.attempt(keys[1], TaskState.FAILED, "no network")
    asked.ledger.holds.place("VIRTUAL01", "looks odd", keys[1])
    asked.ledger.pauses.begin(PauseScope.CAMPAIGN, "demo", "anna")
    loaded = (
        "import sys; from runner.cli.main import cli; cli.main(sys.argv[1:], standalone_mode=False);"
        "print(*{name.partition('.')[0].lower() for name in sys.modules}.union(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", loaded, *words, "--store", asked.url],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "RUNNER_ADB_SERVERS": ""},
    )
    answer, _, modules = done.stdout.rstrip().rpartition("\n")
    assert "demo" in answer
    assert not forbidden.intersection(modules.split())
