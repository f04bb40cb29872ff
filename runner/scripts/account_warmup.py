"""Script `account_warmup`: watch videos for a while and react to some, one task per device."""

from math import ceil

from runner.scripts.script import Config, Script, built_in_schema

_START_S = 60.0
_REACTIONS = {
    "like": "like_probable",
    "follow": "floow_probable",
    "collect": "collect_probable",
    "comment": "comment_probable",
}
"""Kind of effect -> the config key that says how likely it is per video."""


def _most_effects(config: Config) -> dict[str, int]:
    """Chance may have it that every video gets every reaction that has any probability."""
    videos = ceil(config["task_duration"] / config["min_duration"])
    return {kind: videos for kind, key in _REACTIONS.items() if config[key] > 0}


ACCOUNT_WARMUP = Script(
    name="account_warmup",
    config_schema=built_in_schema("AccountWarmupConfig"),
    targets=lambda config: (None,),
    effects=_most_effects,
    expected_s=lambda config: _START_S + config["task_duration"],
    secrets=(("chatgpt_settings", "api_key"),),
    backends=("local_api",),
)
