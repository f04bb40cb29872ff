"""Files that are right, and made to keep the checks busy: each is done in a second, where it could take minutes."""

import time
from datetime import UTC, datetime
from zoneinfo import available_timezones

import pytest

from runner.campaign.loader import load_text
from runner.checks import check_campaigns

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ZONES = sorted(name for name in available_timezones() if "/" in name)
HEAD = "version: 1\nname: a\ntimezone: Europe/Stockholm\nscripts:\n"
FOLLOW = "script: follow, config: {target_users: [a]}, devices: A1, start_times"


def listed(texts: list[str]) -> str:
    return f"[{', '.join(texts)}]"


FILES = {
    "entries": HEAD + "".join(f'  e{number}: {{{FOLLOW}: "09:00"}}\n' for number in range(2200)),
    "targets": HEAD
    + "  e:\n    script: follow\n"
    + f"    config: {{target_users: {listed([f'u{number}' for number in range(14_000)])}}}\n"
    + f"    devices: {listed([f'R{number}' for number in range(12_000)])}\n"
    + '    start_times: {every: 1m, between: "00:00-23:59"}\n',
    "times": HEAD
    + f"  e: {{{FOLLOW}: "
    + listed(
        [f'{{every: {number % 900 + 1}m, between: "00:{number % 60:02}-23:59"}}' for number in range(5000)]
    )
    + "}\n",
    "crons": HEAD
    + f"  e: {{{FOLLOW}: "
    + listed(
        [f'{{cron: "{number % 60} {number // 60 % 24} {number // 1440 + 1} 2 *"}}' for number in range(8000)]
    )
    + "}\n",
    "zones": HEAD
    + "  e:\n    script: follow\n    config: {target_users: [a]}\n"
    + f"    devices: {listed([f'z{number}' for number in range(len(ZONES))])}\n    start_times: "
    + listed([f'{{every: {number + 1}m, between: "00:{number % 60:02}-23:59"}}' for number in range(900)])
    + "\ndevices:\n"
    + "".join(
        f"  z{number}: {{serials: [A{number}], timezone: {zone}}}\n" for number, zone in enumerate(ZONES)
    ),
    "unknown": HEAD
    + "".join(f"  e{number}: {{script: post, config: c{number}, devices: A1}}\n" for number in range(2000))
    + f"configs: {{{', '.join(f'd{number}: {{}}' for number in range(3000))}}}\n",
}


@pytest.mark.parametrize("name", FILES)
def test_a_busy_file_is_done_soon(name: str) -> None:
    began_s = time.process_time()  # not on the clock: other tests run beside this one
    loaded = load_text(FILES[name], "x.yaml")
    assert not loaded.diagnostics
    assert len(check_campaigns([loaded], NOW).diagnostics) <= 600
    assert time.process_time() - began_s < 10
