"""Names resolved, defaults applied, configs completed."""

from datetime import date
from pathlib import Path

import pytest

from runner.campaign.flow_file import read_flow_file
from runner.campaign.loader import load_text
from runner.campaign.quantities import Duration
from runner.campaign.resolve import ActiveDays, ResolvedCampaign, ResolvedRetry, StartTime, resolve_campaign
from runner.scripts import SCRIPTS

CAMPAIGN = """\
version: 1
name: autumn
formerly: [summer]
timezone: Europe/Stockholm
backend: local_api
active: {until: 2026-12-24}
defaults: {timeout: 10m, retry: {max: 2, delay: 5s}, on_missed: skip, grace: 30m, spread: 20m}
limits: {min_gap: 2m}
devices:
  studio: [A1, A2]
  lab: [B1]
  brand: {usernames: ["@brand_se", "@brand_no"]}
configs:
  clip: {captions: hi, material_list: [media/a.mp4, /srv/b.mp4]}
start_times:
  morning: "09:00"
  often: {every: 2h, between: "09:00-21:00"}
scripts:
  publish: {script: post, config: clip, devices: [lab, A2, studio, C3], start_times: [12:15, morning]}
  greet:
    script: follow
    config: {target_user: "@a"}
    devices: [brand, studio]
    start_times: morning
    retry: {max: 1}
    timeout: 20m
    overlap: skip
    jitter: 3m
    multi_account: true
    max_interval: 5
  folder:
    script: post
    config: {material_source: localFolder, material_path: media}
    devices: lab
    start_times: [often, {at: "18:30"}]
  warm:
    script: account_warmup
    config: {generate_by_chatgpt: true, chatgpt_settings: {api_key: "${file:key}", max_tokens: 7}}
    devices: lab
"""


@pytest.fixture
def campaign() -> ResolvedCampaign:
    loaded = load_text(CAMPAIGN, "/campaigns/autumn.yaml")
    assert loaded.diagnostics == ()
    return resolve_campaign(loaded)


def test_the_campaign_itself(campaign: ResolvedCampaign) -> None:
    assert (campaign.name, campaign.formerly, campaign.backend) == ("autumn", ("summer",), "local_api")
    assert campaign.timezone == "Europe/Stockholm"
    assert campaign.active == ActiveDays(None, date(2026, 12, 24))
    assert campaign.limits == {"min_gap": "2m"}
    assert campaign.path == "/campaigns/autumn.yaml"
    assert campaign.flows == {}


def test_devices_are_resolved_in_declared_order_each_once(campaign: ResolvedCampaign) -> None:
    publish, greet, folder, _ = campaign.entries
    assert publish.devices == ("B1", "A2", "A1", "C3")
    assert (greet.devices, greet.usernames) == (("A1", "A2"), ("@brand_se", "@brand_no"))
    assert folder.usernames == ()


def test_start_times_know_where_they_stand(campaign: ResolvedCampaign) -> None:
    publish, greet, folder, warm = campaign.entries
    morning = StartTime("09:00", "morning", ("start_times", "morning"))
    assert publish.start_times == (
        StartTime("12:15", None, ("scripts", "publish", "start_times", 0)),
        morning,
    )
    assert greet.start_times == (morning,)
    assert [time.value for time in folder.start_times] == [
        {"every": "2h", "between": "09:00-21:00"},
        {"at": "18:30"},
    ]
    assert warm.start_times == ()


def test_an_entry_wins_over_the_campaigns_defaults(campaign: ResolvedCampaign) -> None:
    publish, greet, *_ = campaign.entries
    assert publish.retry == ResolvedRetry(2, Duration.parse("5s"))
    assert greet.retry == ResolvedRetry(1, Duration.parse("5s"))
    assert (str(publish.timeout), str(greet.timeout)) == ("10m", "20m")
    assert (publish.overlap, greet.overlap) == ("queue", "skip")
    assert (publish.on_missed, str(publish.grace), str(publish.spread)) == ("skip", "30m", "20m")
    assert (publish.jitter, str(greet.jitter)) == (None, "3m")
    assert (publish.multi_account, greet.multi_account) == (False, True)
    assert (greet.min_interval, greet.max_interval) == (0, 5)


def test_what_nobody_says_has_the_defaults_of_the_schema() -> None:
    text = "version: 1\nname: a\nscripts: {x: {script: post, devices: B1}}\n"
    campaign = resolve_campaign(load_text(text, "x.yaml"))
    (entry,) = campaign.entries
    assert (campaign.active, campaign.timezone, campaign.backend) == (None, None, "device")
    assert (entry.retry, entry.timeout) == (ResolvedRetry(0, Duration.parse("30s")), None)
    assert (entry.on_missed, str(entry.grace), entry.overlap) == ("run_once", "1h", "queue")
    assert (entry.spread, entry.jitter, entry.min_interval, entry.max_interval) == (None, None, 0, 0)


def test_configs_are_complete_and_their_paths_absolute(campaign: ResolvedCampaign) -> None:
    publish, greet, folder, _ = campaign.entries
    assert publish.script is SCRIPTS["post"]
    assert publish.config["material_list"] == ["/campaigns/./media/a.mp4", "/srv/b.mp4"]
    assert (publish.config["captions"], publish.config["upload_wait_time"]) == ("hi", 30)
    assert greet.config == {"target_users": [], "target_user": "@a", "access_method": "direct"}
    assert folder.config["material_path"] == "/campaigns/./media"


def test_secrets_stay_references_with_absolute_paths(campaign: ResolvedCampaign) -> None:
    settings = campaign.entries[3].config["chatgpt_settings"]
    assert settings["api_key"] == "${file:/campaigns/key}"
    assert (settings["max_tokens"], settings["model"]) == (7, "gpt-3.5-turbo")


def test_relative_campaigns_have_absolute_paths_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    publish = resolve_campaign(load_text(CAMPAIGN, "sub/autumn.yaml")).entries[0]
    assert publish.config["material_list"][0] == f"{tmp_path}/sub/./media/a.mp4"


FLOW = """\
version: 1
name: wave
app: tiktok
effects: none
steps:
  - launch:
"""


def test_its_own_flows_are_found_by_every_name_it_had() -> None:
    text = """\
version: 1
name: autumn
formerly: [summer]
scripts:
  greet: {script: wave, devices: [A1]}
"""
    flow = read_flow_file(FLOW, "/campaigns/flows/wave.yaml")
    campaign = resolve_campaign(load_text(text, "/campaigns/autumn.yaml", {"wave": flow}))
    assert campaign.flows.keys() == {("autumn", "wave"), ("summer", "wave")}
