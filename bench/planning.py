"""Planning: 100,000 tasks, against as many bare values with a hashed key each."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from statistics import median
from time import perf_counter

from runner.campaign.loader import ResolvedEntry
from runner.campaign.models import Campaign
from runner.planning.plan import Plan, Source, Window, plan
from runner.scripts.follow import FollowConfig

DAYS, DEVICES, TARGETS = 50, 100, 20
GOAL = 3.0
ROUNDS = 5


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
    floor_s = _median_s(_bare_tasks)
    plan_s = _median_s(lambda: plan([source], window))
    tasks = len(plan([source], window).tasks)
    yield f"plan {tasks:,} tasks: {plan_s / floor_s:.2f} x bare values with a hashed key (goal {GOAL:g} x)"


def _median_s(work: Callable[[], list[Bare] | Plan]) -> float:
    times = []
    for _ in range(ROUNDS):
        start = perf_counter()
        work()
        times.append(perf_counter() - start)
    return median(times)


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
    return Source(_campaign(), (entry,), commit="0" * 40)


def _campaign() -> Campaign:
    return Campaign.model_validate(
        {
            "version": 1,
            "name": "bench",
            "timezone": "Europe/Stockholm",
            "scripts": {"greet": {"script": "follow", "devices": "studio"}},
        }
    )
