"""Script `profile`: change what an account's own page says, one task per device."""

from functools import cache
from typing import TYPE_CHECKING, Literal

from runner.scripts.script import Script, Writing, built_in_schema

if TYPE_CHECKING:
    from runner.scripts.config_model import ConfigModel

VALUES = ("nicknames", "usernames", "bios", "link_url", "avatars_path")
"""The keys that change something; an empty one leaves it as it is."""


@cache
def config_model() -> type["ConfigModel"]:
    """The model of its config."""
    from pydantic import Field

    from runner.scripts.config_model import ConfigModel

    class ProfileConfig(ConfigModel):
        """Settings of the script `profile`: what an account's own page says. What is empty stays as it is."""

        profile_order: Literal["random", "sequential"] = Field(
            default="random",
            description="Which line a task takes: a random one, or by its number, over and over.",
        )
        nicknames: str = Field(default="", description="Names, one a line.", examples=["Brand Sweden"])
        usernames: str = Field(
            default="", description="Handles, one a line, with or without the @.", examples=["@brand_se"]
        )
        bios: str = Field(
            default="",
            description="Texts about the account, one a line.",
            examples=["Made in Sweden, by hand."],
        )
        link_url: str = Field(
            default="", description="The link on the page.", examples=["https://brand.example.com"]
        )
        avatars_path: str = Field(
            default="",
            description="A folder of images, one of which becomes the picture, relative to the campaign file.",
            examples=["media/avatars"],
        )

    return ProfileConfig


PROFILE = Script(
    name="profile",
    config_schema=built_in_schema("ProfileConfig"),
    config_model=config_model,
    targets=lambda config: (None,),
    effects=lambda config: {"profile": 1},
    expected_s=lambda config: 120.0,
    paths=("avatars_path",),
    texts=("link_url",),
    lines=(("nicknames",), ("usernames",), ("bios",)),
    writes=(
        Writing("nickname", "nicknames", order="profile_order"),
        Writing("username", "usernames", order="profile_order"),
        Writing("bio", "bios", order="profile_order"),
    ),
)
