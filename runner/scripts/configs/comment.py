"""The config of the script `comment`."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from runner.scripts.configs.config import Config


class CommentConfig(Config):
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
