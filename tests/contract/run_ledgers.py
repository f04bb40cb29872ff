"""The tasks of one run by hand, in a ledger, for the contract tests of the store."""

from dataclasses import replace

from ledgers import NOON

from runner.store.ledger import Ledger
from runner.store.rows import Attempt
from runner.tasks import (
    Occurrence,
    SeenFile,
    Task,
    TaskOptions,
    task_key,
)

RUN = "20261121-120000-abcd"
OCCURRENCE = Occurrence("autumn", "publish", f"run:{RUN}", "now", NOON)


def task(device: str = "A1", target: str | None = None, **changes: object) -> Task:
    made = Task(
        key=task_key("autumn", "publish", OCCURRENCE.nominal, device, target),
        campaign="autumn",
        entry="publish",
        script="follow" if target else "post",
        backend="device",
        device=device,
        username=None,
        target=target,
        nominal=OCCURRENCE.nominal,
        ordinal=0,
        due_utc=NOON,
        timeout_s=600.5,
        config={"captions": "Hej då 🎉", "material_list": ["/srv/a.mp4"], "upload_wait_time": 30},
        commit="c0ffee",
        options=TaskOptions(
            multi_account=True,
            min_interval=1,
            max_interval=3,
            files=(SeenFile("/srv/a.mp4", "c0ffee"),),
            app="instagram",
        ),
    )
    return replace(made, **changes)


def add(ledger: Ledger, *tasks: Task, run_id: str | None = RUN) -> int:
    version = ledger.campaigns.record("autumn", "/srv/autumn.yaml", "version: 1\n", "c0ffee")
    return ledger.occurrences.add(version, [OCCURRENCE], tasks, run_id)


def begin(ledger: Ledger, attempt: Attempt, kind: str = "follow", **changes: str | None) -> int:
    values = {"target": "@north", "device": "A1", "account": "tiktok:@us"} | changes
    return ledger.effects.begin(attempt.id, attempt.task_key, kind, evidence={"button": "Follow"}, **values)
