"""Script `follow`: follow users, one task per user and device."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from runner.scripts.script import Config, Script, listed


class FollowConfig(Config):
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


def _targets(config: FollowConfig) -> tuple[str, ...]:
    return tuple("@" + user.lstrip("@") for user in listed(config.target_users, config.target_user))


FOLLOW = Script(
    name="follow",
    config_model=FollowConfig,
    targets=_targets,
    effects=lambda config: {"follow": 1},
    expected_s=lambda config: 60.0,
)
