"""Script `like`: like posts, one task per URL and device."""

from functools import cache
from typing import TYPE_CHECKING, Annotated

from runner.scripts.script import Script, built_in_schema, targets_of
from runner.targets import post

if TYPE_CHECKING:
    from runner.scripts.config_model import ConfigModel

_KEYS = ("target_post_urls",)


@cache
def config_model() -> type["ConfigModel"]:
    """The model of its config."""
    from pydantic import Field, StringConstraints

    from runner.scripts.config_model import ConfigModel

    class LikeConfig(ConfigModel):
        """Settings of the script `like`."""

        target_post_urls: list[Annotated[str, StringConstraints(min_length=1)]] = Field(
            min_length=1,
            description="Posts to like, one task per URL and device.",
            examples=[["https://www.tiktok.com/@brand_se/video/7300000000000000001"]],
        )

    return LikeConfig


LIKE = Script(
    name="like",
    config_schema=built_in_schema("LikeConfig"),
    config_model=config_model,
    targets=lambda config: targets_of(config, _KEYS, post),
    effects=lambda config: {"like": 1},
    expected_s=lambda config: 60.0,
    target_keys=_KEYS,
    normal_target=post,
)
