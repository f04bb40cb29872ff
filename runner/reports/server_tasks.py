"""The tasks and figures of a Local API, for `runner api`: tables for people, data for programs."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from runner.backends.local_api.account_answers import ServerAccount
from runner.backends.local_api.answers import Licence, ServerTask, Stats
from runner.backends.local_api.task_content import target_of
from runner.campaign.masking import masked_data, masked_text
from runner.reports.rows import Column, Rows

_COUNTS = ("total", "pending", "running", "completed", "failed")


def task_table(tasks: Iterable[ServerTask]) -> Rows:
    table = Rows(
        "ID",
        "STATUS",
        "SCRIPT",
        Column("TARGET", is_text=True),
        "DEVICE",
        "ACCOUNT",
        Column("SOURCE", is_minor=True),
        Column("CREATED", is_minor=True),
        Column("MESSAGE", is_text=True),
    )
    for task in tasks:
        table.add(
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
    return table


def task_data(tasks: Sequence[ServerTask], total: int | None) -> dict[str, Any]:
    """The server's own data, with secrets masked: a server may repeat those that it was given."""
    return {"total": total, "tasks": [masked_data(task.raw) for task in tasks]}


def account_table(accounts: Sequence[ServerAccount]) -> Rows:
    """A row for each account of a server."""
    table = Rows("ACCOUNT", "PLATFORM", "PHONE", Column("STATUS", is_text=True))
    for one in accounts:
        said = one.raw.get("status_text")
        table.add(one.handle, one.platform, one.device, said if isinstance(said, str) else "")
    return table


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
    """The server's time to the second, on its own clock; its own words if they cannot be read."""
    try:
        return datetime.fromisoformat(told or "").strftime("%Y-%m-%d %H:%M:%S")
    except ValueError:
        return told or ""


def _count(number: int | None) -> str:
    return "?" if number is None else str(number)
