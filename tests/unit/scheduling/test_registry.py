"""What holds for tasks of campaigns that no file holds."""

from datetime import timedelta

from runner.clock import SystemClock
from runner.planning.limits import DEFAULT_MIN_GAP
from runner.scheduling.registry import Registry
from runner.store.ledger import Ledger


def test_limits_that_are_given_hold_over_reloads() -> None:
    with Ledger.open("sqlite://", SystemClock()) as ledger:
        ledger.record_campaign("api-requests", "/x", "version: 1\nname: api-requests\nscripts: {}\n", None)
        registry = Registry(
            ledger, {"api-requests": {"min_gap": "5s", "per_device": {"per_day": {"post": 1}}}}
        )
        for _ in range(2):
            limits = registry.limits("api-requests")
            assert limits.min_gap == timedelta(seconds=5)
            assert [cap.at_most for cap in limits.caps["post"] if not cap.built_in] == [1]
            assert registry.limits("other").min_gap == DEFAULT_MIN_GAP.delta
            registry.replace([])
