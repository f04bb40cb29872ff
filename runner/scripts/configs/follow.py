"""The configs of the scripts `follow` and `unfollow`."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from runner.scripts.configs.config import Config


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


class UnfollowConfig(Config):
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
