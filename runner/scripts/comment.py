"""Script `comment`: comment on posts, one task per URL and device."""

from functools import cache
from typing import TYPE_CHECKING, Annotated, Literal

from runner.scripts.script import Script, Writing, built_in_schema, targets_of
from runner.targets import post

if TYPE_CHECKING:
    from runner.scripts.config_model import ConfigModel

_KEYS = ("target_post_urls", "target_post_url")


@cache
def config_model() -> type["ConfigModel"]:
    """The model of its config."""
    from pydantic import Field, StringConstraints

    from runner.scripts.config_model import ConfigModel

    class CommentConfig(ConfigModel):
        """Settings of the script `comment`. One of the two targets is required."""

        target_post_urls: list[Annotated[str, StringConstraints(min_length=1)]] = Field(
            default=[],
            description="Posts to comment on, one task per URL and device; wins over target_post_url.",
            examples=[["https://www.tiktok.com/@brand_se/video/7300000000000000001"]],
        )
        target_post_url: str = Field(
            default="",
            description="One post to comment on, or several separated by newline or comma.",
            examples=["https://www.tiktok.com/@brand_se/video/7300000000000000001"],
        )
        comment_content: str = Field(
            min_length=1,
            description="The text of the comment, or several texts separated by newlines.",
            examples=["Lovely!"],
        )
        comment_order: Literal["random", "sequential"] = Field(
            default="random",
            description="Which of several texts a task takes: a random one, or by its number, over and over.",
        )
        insert_emoji: bool = Field(default=False, description="Whether emoji are put into the text.")
        comment_image_path: str = Field(
            default="",
            description="An image beside the text (TikTok only): absolute, or relative to the upload folder of "
            "the Local API.",
            examples=["uploads/heart.png"],
        )

    return CommentConfig


COMMENT = Script(
    name="comment",
    config_schema=built_in_schema("CommentConfig"),
    config_model=config_model,
    targets=lambda config: targets_of(config, _KEYS, post),
    effects=lambda config: {"comment": 1},
    expected_s=lambda config: 60.0,
    target_keys=_KEYS,
    target_needed=("a post to comment on", '`target_post_urls: ["https://www.tiktok.com/@user/video/ID"]`'),
    normal_target=post,
    lines=(("comment_content",),),
    writes=(Writing("comment", "comment_content", order="comment_order", emoji="insert_emoji"),),
    other_paths=("comment_image_path",),
)
