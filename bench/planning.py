"""Planning: 100,000 tasks, against as many bare values with a hashed key each."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b

from bench.figures import ratio
from runner.campaign.document import Document
from runner.campaign.loader import ResolvedEntry
from runner.campaign.models import Campaign
from runner.planning.plan import Source, Window, plan
from runner.scripts.follow import FollowConfig

DAYS, DEVICES, TARGETS = 50, 100, 20


@dataclass(frozen=True, slots=True)
class Bare:
    """The least that a planned task can be."""

    key: str
    entry: str
    script: str
    device: str
    target: str
    nominal: str
    due_utc: datetime


def run() -> Iterator[str]:
    source, window = _source(), _window()
    tasks = len(plan([source], window).tasks)
    yield ratio(
        f"plan {tasks:,} tasks, to bare values with a hashed key",
        lambda: plan([source], window),
        _bare_tasks,
        goal=3,
        rounds=5,
    )


def _bare_tasks() -> list[Bare]:
    due_utc = _window().from_utc
    return [
        Bare(
            _hash(f"{device}/{target}/{day}"), "greet", "follow", str(device), str(target), str(day), due_utc
        )
        for day in range(DAYS)
        for device in range(DEVICES)
        for target in range(TARGETS)
    ]


def _hash(text: str) -> str:
    return blake2b(text.encode(), digest_size=16).hexdigest()


def _window() -> Window:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    return Window(start, start + timedelta(days=DAYS))


def _source() -> Source:
    entry = ResolvedEntry(
        name="greet",
        script="follow",
        config=FollowConfig(target_users=[f"@user_{number}" for number in range(TARGETS)]),
        devices=tuple(f"R58M{number:06}" for number in range(DEVICES)),
        start_times=("09:00",),
    )
    return Source(Document("bench.yaml", "", None, None, ()), _campaign(), (entry,), commit="0" * 40)


def _campaign() -> Campaign:
    return Campaign.model_validate(
        {
            "version": 1,
            "name": "bench",
            "timezone": "Europe/Stockholm",
            "scripts": {"greet": {"script": "follow", "devices": "studio"}},
        }
    )
