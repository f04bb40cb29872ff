"""What a Local API has, for `runner api`: tables for people, data for programs."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from rich.table import Table
from rich.text import Text

from runner.backends.local_api.matching import target_of
from runner.backends.local_api.shapes import Licence, ServerTask, Stats
from runner.campaign.masking import masked_data, masked_text

_SHORT = ("ID", "STATUS", "SCRIPT", "SOURCE", "CREATED")
_COUNTS = ("total", "pending", "running", "completed", "failed")


def task_table(tasks: Iterable[ServerTask]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for column in ("ID", "STATUS", "SCRIPT", "TARGET", "DEVICE", "ACCOUNT", "SOURCE", "CREATED", "MESSAGE"):
        table.add_column(column, overflow="fold", no_wrap=column in _SHORT)
    for task in tasks:
        cells = (
            str(task.id),
            _status(task) or "?",
            task.script or "?",
            target_of(task) or "",
            task.serial or "",
            task.username or "",
            task.source or "",
            _instant(task.created_at),
            masked_text(task.message),
        )
        table.add_row(*map(Text, cells))  # what a server tells is no markup
    return table


def task_data(tasks: Sequence[ServerTask], total: int | None) -> dict[str, Any]:
    """What the server told, but for secrets: a server may repeat those that it was given."""
    return {"total": total, "tasks": [masked_data(task.raw) for task in tasks]}


def stats_lines(stats: Stats) -> list[str]:
    return [f"{name:<10} {_count(getattr(stats, name))}" for name in _COUNTS]


def stats_data(stats: Stats) -> dict[str, Any]:
    return {name: getattr(stats, name) for name in _COUNTS}


def check_lines(data: dict[str, Any]) -> list[str]:
    """The answer of `runner api check`, which `check_data` made."""
    limit = data["device_limit"]
    lines = [
        f"address      {data['url']}",
        f"plan         {data['plan_name']}" + (f" ({data['message']})" if data["message"] else ""),
        f"API          {'enabled' if data['api_enabled'] else 'not included in this plan'}",
        f"devices      {'no limit stated' if limit is None else f'at most {limit} at a time'}",
        f"latency      {data['latency_ms']:.0f} ms",
    ]
    return lines + [f"campaigns    {need}" for need in data["beyond"]]


def check_data(url: str, licence: Licence, latency_s: float, beyond: Sequence[str]) -> dict[str, Any]:
    return {
        "url": url,
        "plan_name": licence.plan_name,
        "api_enabled": licence.api_enabled,
        "device_limit": licence.device_limit,
        "message": licence.message,
        "latency_ms": round(latency_s * 1000, 1),
        "beyond": list(beyond),
    }


def _status(task: ServerTask) -> str | None:
    return None if task.status is None else task.status.name.lower()


def _instant(told: str | None) -> str:
    """The server's own words, or its clock to the second where they can be read."""
    try:
        return datetime.fromisoformat(told or "").strftime("%Y-%m-%d %H:%M:%S")
    except ValueError:
        return told or ""


def _count(number: int | None) -> str:
    return "?" if number is None else str(number)
