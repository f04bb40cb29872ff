"""What holds for tasks of campaigns that no file holds."""

from datetime import timedelta

from daemons import a_task

from runner.campaign.loader import load_text
from runner.campaign.resolve import resolve_campaign
from runner.clock import SystemClock
from runner.planning.limits import DEFAULT_MIN_GAP
from runner.scheduling.registry import Registry
from runner.store.ledger import Ledger


def test_limits_that_are_given_hold_over_reloads() -> None:
    with Ledger.open("sqlite://", SystemClock()) as ledger:
        ledger.campaigns.record("api-requests", "/x", "version: 1\nname: api-requests\nscripts: {}\n", None)
        registry = Registry(
            ledger, {"api-requests": {"min_gap": "5s", "per_device": {"per_day": {"post": 1}}}}
        )
        for _ in range(2):
            limits = registry.limits(a_task("api-requests"))
            assert limits.min_gap == timedelta(seconds=5)
            assert [cap.at_most for cap in limits.caps["post"] if not cap.built_in] == [1]
            assert registry.limits(a_task("other")).min_gap == DEFAULT_MIN_GAP.delta
            registry.replace([])


WORLD = """\
version: 1
name: world
timezone: Europe/Stockholm
limits: {working_hours: "08:00-21:00"}
devices: {us: {serials: [A1, A2], timezone: America/New_York}}
scripts:
  publish: {script: post, devices: [us, B1], config: {material_list: [a.mp4]}}
"""


def test_limits_are_on_the_clocks_of_the_phone_of_a_task() -> None:
    with Ledger.open("sqlite://", SystemClock()) as ledger:
        registry = Registry(ledger)
        registry.replace([resolve_campaign(load_text(WORLD, "world.yaml"))])
        zones = {
            device: str(registry.limits(a_task("world", device)).zone) for device in ("A1", "A2", "B1", "C1")
        }
        assert zones == {
            **dict.fromkeys(("A1", "A2"), "America/New_York"),
            **dict.fromkeys(("B1", "C1"), "Europe/Stockholm"),
        }
        assert registry.limits(a_task("world", "A1")) is registry.limits(a_task("world", "A2"))
        assert registry.limits(a_task("other")).zone is None
