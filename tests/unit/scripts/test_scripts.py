"""Built-in scripts: targets as the Local API counts them, effects, durations, defaults."""

from typing import Any

import pytest

from runner.backend_registry import BUILT_IN, DEVICE
from runner.scripts import SCRIPTS, complete, defaults

URLS = ["https://www.tiktok.com/@a/video/1", "https://vm.tiktok.com/x"]


def full(name: str, **values: Any) -> dict[str, Any]:
    return complete(SCRIPTS[name], values)


@pytest.mark.parametrize(
    ("script", "config", "targets"),
    [
        ("post", {}, (None,)),
        ("account_warmup", {}, (None,)),
        ("follow", {"target_users": ["a", "@b", "c"]}, ("@a", "@b", "@c")),
        ("follow", {"target_users": ["a"], "target_user": "b"}, ("@a",)),
        ("unfollow", {"target_user": " @a\n\nb, c ,"}, ("@a", "@b", "@c")),
        ("follow", {"target_users": ["Brand_SE"]}, ("@brand_se",)),
        ("unfollow", {}, ()),
        ("comment", {"comment_content": "x", "target_post_urls": URLS}, tuple(URLS)),
        ("comment", {"comment_content": "x", "target_post_url": ", ".join(URLS)}, tuple(URLS)),
        (
            "comment",
            {"comment_content": "x", "target_post_urls": [f"{URLS[0]}?_r=1", f"{URLS[1]}/"]},
            tuple(URLS),
        ),
        ("like", {"target_post_urls": [f"{URLS[0]}?_r=1", URLS[1]]}, tuple(URLS)),
        ("profile", {"nicknames": "A\nB"}, (None,)),
    ],
)
def test_targets(script: str, config: dict[str, Any], targets: tuple[str | None, ...]) -> None:
    assert SCRIPTS[script].targets(full(script, **config)) == targets


@pytest.mark.parametrize(
    ("script", "config", "effects"),
    [
        ("post", {}, {"post": 1}),
        ("follow", {}, {"follow": 1}),
        ("unfollow", {}, {"unfollow": 1}),
        ("comment", {"comment_content": "x"}, {"comment": 1}),
        ("like", {"target_post_urls": URLS}, {"like": 1}),
        ("profile", {"bios": "Hello"}, {"profile": 1}),
        ("account_warmup", {}, {}),
        ("account_warmup", {"like_probable": 1}, {"like": 40}),
        (
            "account_warmup",
            {"task_duration": 100, "min_duration": 30, "floow_probable": 0.5, "comment_probable": 100},
            {"follow": 4, "comment": 4},
        ),
        ("account_warmup", {"collect_probable": 1}, {"favourite": 40}),
    ],
)
def test_effects_are_the_most_that_can_happen(
    script: str, config: dict[str, Any], effects: dict[str, int]
) -> None:
    assert SCRIPTS[script].effects(full(script, **config)) == effects


def test_expected_durations_follow_the_config() -> None:
    post, warmup = SCRIPTS["post"], SCRIPTS["account_warmup"]
    assert post.expected_s(full("post", upload_wait_time=90)) == post.expected_s(full("post")) + 60
    assert warmup.expected_s(full("account_warmup", task_duration=1200)) == 1260


@pytest.mark.parametrize("name", SCRIPTS)
def test_defaults_are_those_of_the_model(name: str) -> None:
    required = {"comment": {"comment_content": "x"}, "like": {"target_post_urls": URLS}}.get(name, {})
    model = SCRIPTS[name].config_model().model_validate(required).model_dump(mode="json")
    if "chatgpt_settings" in model:
        model["chatgpt_settings"] = {}
    assert {**defaults(SCRIPTS[name]), **required} == model


def test_mappings_within_a_config_are_completed_too() -> None:
    config = full("account_warmup", chatgpt_settings={"prompt": "p"})
    assert config["chatgpt_settings"]["model"] == "gpt-3.5-turbo"
    assert config["chatgpt_settings"]["prompt"] == "p"


@pytest.mark.parametrize("name", SCRIPTS)
def test_what_a_script_and_the_device_backend_say_of_keys_is_said_of_keys_of_the_config(name: str) -> None:
    script = SCRIPTS[name]
    of_apps = [DEVICE.values, *(support.values for support in DEVICE.apps.values())]
    device_values = [(key, values) for of_app in of_apps for key, values in of_app.get(name, {}).items()]
    properties = script.config_schema()["properties"]
    keys = {*script.paths, *script.other_paths, *script.texts, *(script.target_keys or ())}
    keys |= {key for key, _ in device_values}
    needs = {key for need in script.needs for key in (need.key, need.partner, need.unless) if key}
    assert {*keys, *needs, *(way[0] for way in (*script.secrets, *script.lines))} <= properties.keys()
    written = {*script.texts, *(way[0] for way in script.lines)}
    assert {writing.key for writing in script.writes} <= written
    for key, values in device_values:
        assert properties[key].get("default") in values


def test_backends_declare_scripts_that_there_are() -> None:
    declared = {name for backend in BUILT_IN.values() for name in (*backend.scripts, *backend.values)}
    assert declared == set(SCRIPTS)
