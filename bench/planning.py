"""Planning: 100,000 tasks, against as many bare values with a hashed key each."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import blake2b

from bench.figures import ratio
from runner.campaign.loader import load_text
from runner.campaign.resolve import ResolvedCampaign, resolve_campaign
from runner.planning.plan import Plan, plan
from runner.planning.source import Window
from runner.tasks import Task

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
    window = _window()
    for manner, options in (("", ""), (" with spread and jitter", ", spread: 20m, jitter: 3m")):
        made = plan([_source(options)], window)
        yield ratio(
            f"plan {len(_all_tasks(made)):,} tasks{manner}, to bare values with a hashed key",
            partial(_all_tasks, made),
            _bare_tasks,
            goal=3,
            rounds=5,
        )


def _all_tasks(made: Plan) -> list[Task]:
    return list(made.tasks())


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


def _source(options: str) -> ResolvedCampaign:
    devices = ", ".join(f"R58M{number:06}" for number in range(DEVICES))
    users = ", ".join(f'"@user_{number}"' for number in range(TARGETS))
    text = f"""\
version: 1
name: bench
timezone: Europe/Stockholm
devices: {{studio: [{devices}]}}
configs: {{brands: {{target_users: [{users}]}}}}
scripts:
  greet: {{script: follow, devices: studio, config: brands, start_times: "09:00"{options}}}
"""
    return resolve_campaign(load_text(text, "bench.yaml"), commit="0" * 40)
