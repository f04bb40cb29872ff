"""Nothing that stands in a file brings validation down."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from runner.campaign.loader import load_text
from runner.checks import check_campaigns
from runner.reports.text import render

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
CAMPAIGN: dict[str, Any] = {
    "version": 1,
    "name": "fuzz",
    "timezone": "UTC",
    "backend": "device",
    "limits": {"per_device": {"per_day": {"post": 3}}, "min_gap": "90s"},
    "devices": {"studio": ["A1"]},
    "configs": {
        "clip": {"captions": "{a|b}", "material_list": ["a.mp4"], "material_source": "localFolder"},
        "friends": {"target_users": ["@a", "b"], "target_user": "c", "access_method": "direct"},
    },
    "start_times": {"morning": "09:00"},
    "scripts": {
        "publish": {"script": "post", "config": "clip", "devices": "studio", "start_times": ["morning"]},
        "greet": {
            "script": "follow",
            "config": "friends",
            "devices": ["A2"],
            "start_times": "2026-12-01T18:00",
        },
        "inline": {
            "script": "post",
            "config": {"material_path": ".", "add_sound": "custom"},
            "devices": "A1",
        },
    },
}
TEXTS = st.sampled_from(
    ["", "0", "post", "clip", "friends", "A1", "..", "/", "{", "09:00", "2026-02-30T10:00", "\0"]
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


@settings(max_examples=300)
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
    assert (loaded.campaign is None) == bool(loaded.diagnostics)
