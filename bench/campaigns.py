"""Campaign files for the benchmarks: 130 lines each, valid, with everything that the format has."""

from pathlib import Path

_HEAD = """\
# yaml-language-server: $schema=../schemas/campaign.schema.json
version: 1
name: bench-{number}
timezone: Europe/Stockholm
backend: device
limits:
  per_device: {{per_day: {{post: 3, follow: 20}}, per_hour: {{follow: 6}}}}
  per_account: {{per_day: {{post: 3}}}}
  min_gap: 90s

devices:
  studio: [R58M{number:04}ABC, R58M{number:04}DEF]
  lab: [R59M{number:04}ABC, R59M{number:04}DEF, R59M{number:04}GHI]

start_times:
  morning: "09:00"
  evening: 18:30
  launch: 2026-12-01T18:00:00+01:00

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

_ENTRY = """\
  publish_{index}:
    script: post
    config: video_{index}
    devices: [studio, lab]
    start_times: [morning, launch, 12:15]
  greet_{index}:
    script: follow
    config:
      target_users:
        - "@user_{index}_a"
        - "@user_{index}_b"
        - "@user_{index}_c"
      access_method: direct
    devices: studio
    start_times: [evening]
"""

CONFIGS = 4
LINES = 130


def campaign_text(number: int) -> str:
    """The text of one valid campaign of 130 lines; its name differs by number."""
    parts = [_HEAD.format(number=number)]
    parts += [_CONFIG.format(index=index) for index in range(CONFIGS)]
    parts += ["\nscripts:\n"]
    parts += [_ENTRY.format(index=index) for index in range(CONFIGS)]
    text = "".join(parts)
    return text + "# end\n" * (LINES - text.count("\n"))


def write_campaigns(folder: Path, count: int) -> list[Path]:
    """Write `count` campaigns and the material that they name; returns the campaign files."""
    (folder / "media").mkdir()
    for name in ("launch.mp4", "more.mp4"):
        (folder / "media" / name).write_bytes(b"not read by validation")
    paths = [folder / f"campaign-{number}.yaml" for number in range(count)]
    for number, path in enumerate(paths):
        path.write_text(campaign_text(number), encoding="utf-8")
    return paths
