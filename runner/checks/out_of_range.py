"""Check `out-of-range`: a least value is above the largest one, or a first day after the last."""

from collections.abc import Iterator, Mapping
from typing import Any

from runner.checks.view import CampaignView
from runner.checks.written import ConfigUse, Path
from runner.diagnostics import Diagnostic

CODE = "out-of-range"


def check(campaign: CampaignView) -> Iterator[Diagnostic]:
    for config in campaign.configs_of("account_warmup"):
        values = {key: config.value(key) for key in ("min_duration", "max_duration")}
        yield from _reversed(campaign, config.path, config.values, values, config)
    for entry in campaign.entries:
        if "min_interval" not in entry.values:
            continue
        values = {key: entry.values.get(key, 0) for key in ("min_interval", "max_interval")}
        yield from _reversed(campaign, entry.path, entry.values, values)
    yield from _days(campaign)


def _days(campaign: CampaignView) -> Iterator[Diagnostic]:
    days = campaign.calendar.active
    if days.are_reversed:
        message = f"`until: {days.last}` is before `from: {days.first}`"
        yield campaign.problem(CODE, ("active", "until"), message, "swap them: `until` is the last day")


def _reversed(
    campaign: CampaignView,
    path: Path,
    written: Mapping[str, Any],
    values: Mapping[str, Any],
    config: ConfigUse | None = None,
) -> Iterator[Diagnostic]:
    """`values` are the least and the largest value, by their keys; a value that is not `written` is a default."""
    (least, low), (largest, high) = values.items()
    if not _comparable(low, high) or low <= high:
        return
    key = largest if largest in written else least
    default = "" if least in written and largest in written else ", which is the default"
    if key == largest:
        message = f"`{largest}: {high}` is less than `{least}: {low}`{default}"
    else:
        message = f"`{least}: {low}` is more than `{largest}: {high}`{default}"
    yield campaign.problem(CODE, (*path, key), message, None, config=config)


def _comparable(low: Any, high: Any) -> bool:
    return all(isinstance(value, int | float) and not isinstance(value, bool) for value in (low, high))
