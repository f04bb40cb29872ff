"""What the device backend makes of a task before it touches a phone."""

import dataclasses
import threading
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from runner.backends.device import DeviceBackend, inputs, supported_flow
from runner.errors import AdbUnavailable, AppMissing, DeviceOffline, NeedsPerson, TaskError, Unsupported
from runner.phone.fleet import PhoneProblem
from runner.scripts import SCRIPTS, complete
from runner.scripts.script import FlowText
from runner.settings import Settings
from runner.tasks import Again, AttemptOutcome, Task

SETTINGS = Settings(Path("/nowhere"), "", 1, ZoneInfo("UTC"))


class NoEffects:
    """A journal of a task that was never tried."""

    def effects(self):
        return []


def perform(task, flows=None):
    backend = DeviceBackend(SETTINGS, flows=flows)
    return backend.perform(task, NoEffects(), None, threading.Event(), 600.0)


def fields(task):
    return {field.name: getattr(task, field.name) for field in dataclasses.fields(task)}


def task(script="post", target=None, device="S1", ordinal=0, key="c/e/n/S1", **config):
    filled = complete(SCRIPTS[script], config)
    due = datetime(2026, 11, 21, tzinfo=UTC)
    return Task(key, "c", "e", script, "device", device, None, target, "n", ordinal, due, 300.0, filled)


def test_a_flow_knows_target_config_caption_and_file():
    known = inputs(task(captions="{New|Fresh} drop", material_list=["/a.mp4", "/b.mp4"], ordinal=1))
    assert known["caption"] in ("New drop", "Fresh drop") and known["file"] == "/b.mp4"
    assert known["config.upload_wait_time"] == "30" and known["device"] == "S1"
    assert known["target"] == known["user"] == known["account"] == ""


def test_the_caption_is_the_same_in_every_attempt_and_differs_between_tasks():
    captions = {
        inputs(task(key=f"k{n}", captions="{a|b|c}", material_list=["/a.mp4"]))["caption"] for n in range(30)
    }
    assert captions == {"a", "b", "c"}
    assert len({inputs(task(captions="{a|b|c}", material_list=["/a.mp4"]))["caption"] for _ in range(5)}) == 1


def test_the_user_of_a_target_is_named_without_its_sign():
    known = inputs(task("follow", "@demo", target_users=["@demo"]))
    assert (known["target"], known["user"], known["config.access_method"]) == ("@demo", "demo", "direct")


def test_nothing_to_post_is_told():
    with pytest.raises(TaskError):
        inputs(task())
    assert inputs(task(), only_looks=True)["file"] == ""  # whether something was posted needs no file


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("image_count", 16),
        ("add_sound", "custom"),
        ("origin_sound_volume", 20),
        ("add_sound_volume", 20),
        ("add_product_link", 1),
        ("placement", "story"),
    ],
)
def test_what_no_flow_can_do_is_refused(key, value):
    with pytest.raises(Unsupported) as caught:
        supported_flow(task(material_list=["/a.mp4"], **{key: value}))
    assert f"cannot do {key}: {value!r}" in caught.value.message and caught.value.hint


@pytest.mark.parametrize("value", ["-1", -1, "0", 0, "1", 1])
def test_the_default_sound_none_and_the_apps_own_are_supported(value):
    assert supported_flow(task(add_sound=value)).name == "post"


def test_problems_of_configs_are_found_without_any_phone(monkeypatch):
    monkeypatch.setattr("runner.phone.fleet.Fleet.check", lambda self, serials: [])
    backend = DeviceBackend(SETTINGS)
    twice = [task(add_product_link=1), task(add_product_link=1, key="other")]
    (problem,) = backend.check(twice)
    assert problem.lane == "S1" and "add_product_link" in problem.message
    backend.close()


@pytest.mark.parametrize(
    ("error", "again"),
    [
        (DeviceOffline("S1: offline", sent=False), Again.WHEN_BACK),
        (AdbUnavailable("no adb server"), Again.WHEN_BACK),
        (AppMissing("S1: no such app"), Again.NEVER),
        (NeedsPerson("S1: the phone is locked"), Again.RETRY),
    ],
)
def test_an_attempt_that_cannot_begin_says_whether_another_one_may(monkeypatch, error, again):
    def fail(self, task):
        raise error

    monkeypatch.setattr("runner.phone.session.Session.open", fail)
    outcome = perform(task("follow", "@demo", target_users=["@demo"]))
    assert (outcome.outcome, outcome.again) == (AttemptOutcome.FAILED, again)
    assert outcome.needs_person == isinstance(error, NeedsPerson)


def test_a_flow_that_is_wrong_fails_for_good():
    own = {("c", "visit"): FlowText("flows/visit.yaml", "version: 1\nname: visit\nstepps: []\n")}
    outcome = perform(Task(**{**fields(task("follow")), "script": "visit"}), own)
    assert outcome.again is Again.NEVER and "flows/visit.yaml:3" in outcome.message


def test_a_phone_that_is_not_ready_may_come_back_by_itself(monkeypatch):
    problem = PhoneProblem("S1", "S1: adb lists it as offline")
    monkeypatch.setattr("runner.phone.fleet.Fleet.check", lambda self, serials: [problem])
    backend = DeviceBackend(SETTINGS)
    (found,) = backend.check([task("follow", "@demo", target_users=["@demo"])])
    assert (found.message, found.is_away) == (problem.message, True)


def test_a_flow_that_comes_into_force_later_is_known():
    """The flows of a daemon are a mapping that is empty until a campaign uses one."""
    flows = {}
    backend = DeviceBackend(SETTINGS, flows=flows)
    flows["c", "visit"] = FlowText("flows/visit.yaml", "version: 1\nname: visit\nstepps: []\n")
    visit = Task(**{**fields(task("follow")), "script": "visit"})
    outcome = backend.perform(visit, NoEffects(), None, threading.Event(), 600.0)
    assert "flows/visit.yaml:3" in outcome.message
