"""Scripts `follow` and `unfollow`: one task per user and device."""

from runner.scripts.script import Config, Script, built_in_schema, targets_of
from runner.targets import account

_KEYS = ("target_users", "target_user")


def _users(config: Config) -> tuple[str, ...]:
    return targets_of(config, _KEYS, account)


FOLLOW = Script(
    name="follow",
    config_schema=built_in_schema("FollowConfig"),
    targets=_users,
    effects=lambda config: {"follow": 1},
    expected_s=lambda config: 60.0,
    target_keys=_KEYS,
    normal_target=account,
)

UNFOLLOW = Script(
    name="unfollow",
    config_schema=built_in_schema("UnfollowConfig"),
    targets=_users,
    effects=lambda config: {"unfollow": 1},
    expected_s=lambda config: 60.0,
    backends=("local_api",),
    target_keys=_KEYS,
    normal_target=account,
)
