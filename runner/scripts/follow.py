"""Scripts `follow` and `unfollow`: one task per user and device."""

from functools import cache
from typing import TYPE_CHECKING, Annotated, Literal

from runner.scripts.script import Config, Script, built_in_schema, targets_of
from runner.targets import account

if TYPE_CHECKING:
    from runner.scripts.config_model import ConfigModel

_KEYS = ("target_users", "target_user")
_EXAMPLE = '`target_users: ["@someone"]`'


@cache
def follow_model() -> type["ConfigModel"]:
    """The model of the config of `follow`."""
    from pydantic import Field, StringConstraints

    from runner.scripts.config_model import ConfigModel

    class FollowConfig(ConfigModel):
        """Settings of the script `follow`. One of the two targets is required."""

        target_users: list[Annotated[str, StringConstraints(min_length=1)]] = Field(
            default=[],
            description="Users to follow, one task per user and device; wins over target_user.",
            examples=[["@brand_se", "@brand_no"]],
        )
        target_user: str = Field(
            default="",
            description="One user to follow, or several separated by newline or comma.",
            examples=["@brand_se"],
        )
        access_method: Literal["direct", "search"] = Field(
            default="direct",
            description="How the user's profile is reached: `direct` opens its URL, `search` types the name.",
        )

    return FollowConfig


@cache
def unfollow_model() -> type["ConfigModel"]:
    """The model of the config of `unfollow`."""
    from pydantic import Field, StringConstraints

    from runner.scripts.config_model import ConfigModel

    class UnfollowConfig(ConfigModel):
        """Settings of the script `unfollow`. One of the two targets is required."""

        target_users: list[Annotated[str, StringConstraints(min_length=1)]] = Field(
            default=[],
            description="Users to unfollow, one task per user and device; wins over target_user.",
            examples=[["@brand_se", "@brand_no"]],
        )
        target_user: str = Field(
            default="",
            description="One user to unfollow, or several separated by newline or comma.",
            examples=["@brand_se"],
        )
        access_method: Literal["direct", "search"] = Field(
            default="direct",
            description="How the user's profile is reached: `direct` opens its URL, `search` types the name.",
        )

    return UnfollowConfig


def _users(config: Config) -> tuple[str, ...]:
    return targets_of(config, _KEYS, account)


FOLLOW = Script(
    name="follow",
    config_schema=built_in_schema("FollowConfig"),
    config_model=follow_model,
    targets=_users,
    effects=lambda config: {"follow": 1},
    expected_s=lambda config: 60.0,
    target_keys=_KEYS,
    target_needed=("someone to follow", _EXAMPLE),
    normal_target=account,
)

UNFOLLOW = Script(
    name="unfollow",
    config_schema=built_in_schema("UnfollowConfig"),
    config_model=unfollow_model,
    targets=_users,
    effects=lambda config: {"unfollow": 1},
    expected_s=lambda config: 60.0,
    target_keys=_KEYS,
    target_needed=("someone to unfollow", _EXAMPLE),
    normal_target=account,
)
