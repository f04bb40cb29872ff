"""Scripts `follow` and `unfollow`: one task per user and device."""

from runner.scripts.script import Config, Script, built_in_schema, listed


def _users(config: Config) -> tuple[str, ...]:
    return tuple("@" + user.lstrip("@") for user in listed(config["target_users"], config["target_user"]))


FOLLOW = Script(
    name="follow",
    config_schema=built_in_schema("FollowConfig"),
    targets=_users,
    effects=lambda config: {"follow": 1},
    expected_s=lambda config: 60.0,
)

UNFOLLOW = Script(
    name="unfollow",
    config_schema=built_in_schema("UnfollowConfig"),
    targets=_users,
    effects=lambda config: {"unfollow": 1},
    expected_s=lambda config: 60.0,
    backends=("local_api",),
)
