"""Nothing that stands in a file brings validation down, and what it lets through can be planned."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from runner.campaign.loader import load_text
from runner.campaign.resolve import resolve_campaign
from runner.checks import check_campaigns
from runner.planning.plan import plan
from runner.planning.source import Window
from runner.reports.text import render

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
CAMPAIGN: dict[str, Any] = {
    "version": 1,
    "name": "fuzz",
    "formerly": ["old"],
    "timezone": "Europe/Stockholm",
    "backend": "local_api",
    "active": {"from": "2026-11-01", "until": "2026-12-24"},
    "defaults": {"timeout": "10m", "retry": {"max": 2, "delay": "30s"}, "grace": "30m"},
    "limits": {"per_device": {"per_day": {"post": 3}}, "min_gap": "90s", "working_hours": "08:00-22:00"},
    "devices": {"studio": ["A1"], "brand": {"usernames": ["@a"]}},
    "configs": {
        "clip": {"captions": "{a|b}", "material_list": ["a.mp4"], "material_source": "localFolder"},
        "friends": {"target_users": ["@a", "b"], "target_user": "c", "access_method": "direct"},
        "warm": {"task_duration": 60, "like_probable": 30, "chatgpt_settings": {"api_key": "${env:K}"}},
    },
    "start_times": {
        "morning": "09:00",
        "weekdays": {"at": ["18:30"], "days": ["mon", "sun"]},
        "often": {"every": "2h", "between": "09:00-21:00"},
        "quarter": {"cron": "0 9 1 */3 *"},
    },
    "scripts": {
        "publish": {
            "script": "post",
            "config": "clip",
            "devices": "studio",
            "start_times": ["morning", "often"],
        },
        "greet": {
            "script": "follow",
            "config": "friends",
            "devices": ["A2", "brand"],
            "start_times": "2026-12-01T18:00",
            "spread": "20m",
            "min_interval": 1,
            "max_interval": 2,
        },
        "praise": {
            "script": "comment",
            "config": {"target_post_url": "https://vm.tiktok.com/A/", "comment_content": "Nice"},
            "devices": "A1",
            "start_times": ["weekdays", "quarter", {"at": "10:00"}],
        },
        "warm": {"script": "account_warmup", "config": "warm", "devices": "A3", "multi_account": True},
        "inline": {
            "script": "post",
            "config": {"material_path": ".", "add_sound": "custom"},
            "devices": "A1",
        },
    },
}
TEXTS = st.sampled_from(
    [
        *(
            "",
            "0",
            "01",
            "\0",
            "..",
            "/",
            "{",
            "post",
            "clip",
            "friends",
            "often",
            "A1",
            "device",
            "UTC",
            "1s",
        ),
        *(
            "09:00",
            "23:00-01:00",
            "2026-11-22",
            "2026-02-30T10:00",
            "2026-03-29T02:30",
            "0 0 31 2 *",
            "@a,@a",
        ),
    ]
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)


def places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    children = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for step, child in children:
        yield (*path, step)
        yield from places(child, (*path, step))


def replaced(data: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    copy = data.copy()
    copy[path[0]] = replaced(data[path[0]], path[1:], value)
    return copy


@settings(max_examples=300, deadline=timedelta(seconds=2))
@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(places(CAMPAIGN), key=len, reverse=True)), ANYTHING), max_size=3
    )
)
def test_odd_values_in_odd_places(changes: list[tuple[tuple[Any, ...], Any]]) -> None:
    data: Any = CAMPAIGN
    for path, value in sorted(changes, key=lambda change: -len(change[0])):
        data = replaced(data, path, value)
    loaded = load_text(json.dumps(data, ensure_ascii=False), "x.yaml")
    report = check_campaigns([loaded], NOW)
    assert list(render(report.diagnostics, report.texts, report.files, color=True))
    if not report.errors:
        days = Window(NOW, NOW + timedelta(days=3))
        assert all(
            task.due_utc < days.until_utc
            for task in islice(plan([resolve_campaign(loaded)], days).tasks(), 500)
        )
