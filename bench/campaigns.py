"""Campaign files for the benchmarks: 130 lines each, right in every respect, with all that the format has."""

from pathlib import Path

_CAMPAIGN = """\
# yaml-language-server: $schema=../schemas/campaign.schema.json
version: 1
name: bench-{number}
formerly: [bench-{number}-draft]
timezone: Europe/Stockholm
backend: device
active: {{from: 2020-01-01, until: 2099-12-24}}

# What holds for all entries, unless they say otherwise.
defaults:
  timeout: 10m
  retry: {{max: 2, delay: 30s}}
  on_missed: run_once
  grace: 30m
  overlap: queue

# The phones are used by people in the evening.
limits:
  per_device: {{per_day: {{post: 3, follow: 20}}, per_hour: {{follow: 6}}}}
  per_account:
    per_day: {{post: 3, follow: 20}}
  min_gap: 90s
  working_hours: "08:00-22:00"

devices:
  studio: [R58M{number:04}ABC, R58M{number:04}DEF]
  lab:
    - R59M{number:04}ABC
    - R59M{number:04}DEF
    - R59M{number:04}GHI

start_times:
  morning: "09:{minute:02}"                                           # every day
  evening: {{at: "18:{minute:02}", days: [mon, tue, wed, thu, fri]}}
  launch: 2098-12-01T18:00:00+01:00                          # once
  rounds: {{every: 2h, between: "10:{minute:02}-20:{minute:02}", days: [sat]}}
  quarter: {{cron: "{minute} 8 1 */3 *"}}                            # the first of each quarter

configs:
  # What is posted in the morning and at the launch.
  launch_video:
    content_type: 0
    captions: "{{New|Fresh|Brand new}} drop number {number}! #autumn #launch"
    post_way: share
    material_list:
      - media/launch.mp4
      - media/more.mp4
    upload_wait_time: 45
    add_sound: "-1"

  evening_video:
    content_type: 0
    captions: "{{Good evening|Hello}}, {{friends|everyone}}! {{Guess|Look}} what is new. #autumn"
    post_way: share
    material_list: [media/more.mp4]
    upload_wait_time: 60

  folder:
    captions: "A look {{behind the scenes|into the workshop}}"
    material_source: localFolder
    material_path: media
    upload_wait_time: 90
    add_sound: "-1"

  friends:
    target_users:
      - "@studio_{number}_north"
      - "@studio_{number}_south"
    access_method: search

scripts:
  # The phones take turns, so that not all post at once.
  publish_morning:
    script: post
    order: same
    config: launch_video
    devices: [studio, lab]
    start_times: [morning, launch]
    spread: 20m

  publish_evening:
    script: post
    order: same
    config: evening_video
    devices: studio
    start_times: evening
    jitter: 3m
    retry: {{max: 1, delay: 2m}}

  publish_quarter:
    script: post
    order: same
    config: folder
    devices: [studio, R57M{number:04}ABC]
    start_times:
      - quarter
      - {{at: "21:00", days: [sun]}}
    timeout: 15m
    on_missed: skip
    jitter: 1m

  greet_friends:
    script: follow
    config: friends
    devices: studio
    start_times: ["12:15"]
    grace: 2h

  greet_visitors:
    script: follow
    config:
      target_users:
        - "@visitor_{number}_a"
        - "@visitor_{number}_b"
      access_method: direct
    devices: lab
    start_times: rounds
    overlap: skip

  greet_neighbours:
    script: follow
    config:
      target_users:
        - "@neighbour_{number}_a"
        - "@neighbour_{number}_b"
        - "@neighbour_{number}_c"
      access_method: direct
    devices: [lab, R57M{number:04}ABC]
    start_times: ["15:50"]
    multi_account: false
"""


def campaign_text(number: int) -> str:
    """The text of one valid campaign of 130 lines; names, phones, users and times differ by number."""
    return _CAMPAIGN.format(number=number, minute=number % 60)


def write_campaigns(folder: Path, count: int) -> list[Path]:
    """Write `count` campaigns and the material that they name; returns the campaign files."""
    (folder / "media").mkdir()
    for name in ("launch.mp4", "more.mp4"):
        (folder / "media" / name).write_bytes(b"\x00\x00\x00\x18ftypmp42")
    paths = [folder / f"campaign-{number}.yaml" for number in range(count)]
    for number, path in enumerate(paths):
        path.write_text(campaign_text(number), encoding="utf-8")
    return paths
