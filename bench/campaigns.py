"""Campaign files for the benchmarks: 130 lines each, right in every respect, with all that the format has."""

from pathlib import Path

_HEAD = """\
# yaml-language-server: $schema=../schemas/campaign.schema.json
version: 1
name: bench-{number}
formerly: [bench-{number}-draft]
timezone: Europe/Stockholm
backend: device
active: {{from: 2020-01-01, until: 2099-12-24}}

defaults:
  timeout: 10m
  retry: {{max: 2, delay: 30s}}
  on_missed: run_once
  grace: 30m
limits:
  per_device: {{per_day: {{post: 3, follow: 20}}, per_hour: {{follow: 6}}}}
  per_account: {{per_day: {{post: 3}}}}
  min_gap: 90s
  working_hours: "08:00-22:00"

devices:
  studio: [R58M{number:04}ABC, R58M{number:04}DEF]
  lab: [R59M{number:04}ABC, R59M{number:04}DEF, R59M{number:04}GHI]

start_times:
  morning: "09:{minute:02}"                        # every day
  evening: {{at: "18:{minute:02}", days: [mon, tue, wed, thu, fri]}}
  launch: 2098-12-01T18:00:00+01:00
  rounds: {{every: 2h, between: "10:{minute:02}-20:{minute:02}", days: [sat]}}
  quarter: {{cron: "{minute} 8 1 */3 *"}}

configs:
"""

_CONFIG = """\
  video_{index}:
    content_type: 0
    captions: "{{New|Fresh|Brand new}} drop number {index}! #autumn #launch"
    material_list: [media/launch.mp4, media/more.mp4]
    post_way: share
    upload_wait_time: 45
    add_sound: "-1"
    origin_sound_volume: 80
"""

_ENTRIES = """\

scripts:
  publish_morning:
    script: post
    config: video_0
    devices: [studio, lab]
    start_times: [morning, launch]
    spread: 20m
  publish_evening:
    script: post
    config: video_1
    devices: studio
    start_times: evening
    jitter: 3m
  publish_rounds:
    script: post
    config: video_2
    devices: [lab]
    start_times: [{{at: "21:00", days: [sun]}}]
    multi_account: false
  publish_quarter:
    script: post
    config: video_3
    devices: [studio]
    start_times: quarter
    timeout: 15m
"""

_GREET = """\
  greet_{index}:
    script: follow
    config:
      target_users:
        - "@user_{number}_{index}_a"
        - "@user_{number}_{index}_b"
      access_method: direct
    devices: {devices}
    start_times: [{times}]
"""

_GREETINGS = (("studio", '"12:15"'), ("lab", "rounds"), ("studio", '"15:40"'), ("lab", '"15:50"'))
"""Whom, and when: far enough apart that no two entries want one phone at the same time."""

CONFIGS = 4
LINES = 130


def campaign_text(number: int) -> str:
    """The text of one valid campaign of 130 lines; names, phones, users and times differ by number."""
    parts = [_HEAD.format(number=number, minute=number % 60)]
    parts += [_CONFIG.format(index=index) for index in range(CONFIGS)]
    parts += [_ENTRIES.format()]
    parts += [
        _GREET.format(index=index, number=number, devices=devices, times=times)
        for index, (devices, times) in enumerate(_GREETINGS)
    ]
    text = "".join(parts)
    return text + "# end\n" * (LINES - text.count("\n"))


def write_campaigns(folder: Path, count: int) -> list[Path]:
    """Write `count` campaigns and the material that they name; returns the campaign files."""
    (folder / "media").mkdir()
    for name in ("launch.mp4", "more.mp4"):
        (folder / "media" / name).write_bytes(b"\x00\x00\x00\x18ftypmp42")
    paths = [folder / f"campaign-{number}.yaml" for number in range(count)]
    for number, path in enumerate(paths):
        path.write_text(campaign_text(number), encoding="utf-8")
    return paths
