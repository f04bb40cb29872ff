"""Built-in scripts: targets as the Local API counts them, effects, durations, defaults."""

from typing import Any

import pytest

from runner.scripts import SCRIPTS, complete, defaults
from runner.scripts.configs import CONFIG_MODELS

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
        ("account_warmup", {}, {}),
        ("account_warmup", {"like_probable": 1}, {"like": 40}),
        (
            "account_warmup",
            {"task_duration": 100, "min_duration": 30, "floow_probable": 0.5, "comment_probable": 100},
            {"follow": 4, "comment": 4},
        ),
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
    required = {"comment_content": "x"} if name == "comment" else {}
    model = CONFIG_MODELS[name].model_validate(required).model_dump(mode="json")
    if "chatgpt_settings" in model:
        model["chatgpt_settings"] = {}
    assert {**defaults(SCRIPTS[name]), **required} == model


def test_mappings_within_a_config_are_completed_too() -> None:
    config = full("account_warmup", chatgpt_settings={"prompt": "p"})
    assert config["chatgpt_settings"]["model"] == "gpt-3.5-turbo"
    assert config["chatgpt_settings"]["prompt"] == "p"


@pytest.mark.parametrize("name", SCRIPTS)
def test_paths_secrets_and_device_values_are_keys_of_the_config(name: str) -> None:
    script = SCRIPTS[name]
    properties = script.config_schema()["properties"]
    assert {*script.paths, *script.device_values, *(way[0] for way in script.secrets)} <= properties.keys()
    for key, values in script.device_values.items():
        assert properties[key].get("default") in values
