"""How long two weeks of a studio take to rehearse: six phones, three accounts, virtual phones that speak real adb."""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

DAYS = 14
VIDEOS = 14
GOAL_S = 60

ACCOUNTS = """\
version: 1
accounts:
  brand_se: {app: tiktok, device: STUDIO01}
  brand_no: {app: tiktok, device: STUDIO02}
  brand_fi: {app: tiktok, device: STUDIO03}
"""
CAMPAIGN = """\
version: 1
name: studio
timezone: Europe/Stockholm
backend: device
devices:
  brand: {accounts: [brand_se, brand_no, brand_fi]}
  others: [STUDIO04, STUDIO05, STUDIO06]
scripts:
  publish:
    script: post
    config:
      captions: "{New|Fresh|Bright} {drop|clip}! #studio"
      material_source: localFolder
      material_path: media
    devices: brand
    start_times: "09:00"
    spread: 30m
  greet:
    script: follow
    config: {target_users: ["@demo_north", "@demo_south"]}
    devices: others
    start_times: {at: "18:30", days: [mon, tue, wed, thu, fri]}
"""


def run() -> Iterator[str]:
    with TemporaryDirectory() as folder:
        write_studio(Path(folder))
        began, cpu_s = time.perf_counter(), _cpu_s()
        result = _rehearse(Path(folder))
        took_s, cpu_s = time.perf_counter() - began, _cpu_s() - cpu_s
    counts = ", ".join(f"{count} {state}" for state, count in result["counts"].items())
    what = f"rehearsal of {DAYS} days of 6 phones and 3 accounts ({counts})"
    yield f"{what}: {took_s:.0f} s, {cpu_s:.0f} s of CPU (under {GOAL_S} s)"


def _cpu_s() -> float:
    """The CPU time of processes that have ended: the rehearsal's own, and its phones'."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def write_studio(folder: Path) -> None:
    """The studio's campaign, its accounts, and a video for each day."""
    clip = (Path(__file__).parents[1] / "campaigns" / "media" / "demo.mp4").read_bytes()
    (folder / "media").mkdir()
    for number in range(1, VIDEOS + 1):
        (folder / "media" / f"{number:02}.mp4").write_bytes(clip + bytes([number]))
    (folder / "accounts.yaml").write_text(ACCOUNTS)
    (folder / "studio.yaml").write_text(CAMPAIGN)


def _rehearse(folder: Path) -> dict[str, dict[str, int]]:
    command = [sys.executable, "-m", "runner", "rehearse", str(folder / "studio.yaml")]
    options = ["--from", "2026-11-30T06:00", "--until", f"{DAYS}d", "--format", "json"]
    environment = os.environ | {
        "RUNNER_STATE_DIR": str(folder / "state"),
        "RUNNER_TIMEZONE": "Europe/Stockholm",
    }
    done = subprocess.run([*command, *options], env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the rehearsal ended with {done.returncode}: {done.stderr[-500:]}")
    result: dict[str, dict[str, int]] = json.loads(done.stdout)
    return result
