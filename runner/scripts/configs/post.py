"""The config of the script `post`."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from runner.scripts.configs.config import Config


class PostConfig(Config):
    """Settings of the script `post`."""

    content_type: Literal[0, 1] = Field(default=0, description="0 posts a video, 1 posts images.")
    image_count: int = Field(default=1, ge=1, le=35, description="Images to take when content_type is 1.")
    captions: str = Field(
        default="",
        description="The caption. Spintax `{a|b|c}` picks one alternative per task.",
        examples=["{New|Fresh} drop! #autumn"],
    )
    post_way: Literal["share", "addButton", "useSound"] = Field(
        default="share",
        description="How the post is started: share the file to the app, the app's plus button, or a sound's "
        "page.",
    )
    material_list: list[Annotated[str, StringConstraints(min_length=1)]] = Field(
        default=[],
        description="Files to post, relative to the campaign file. When given, the next three keys are "
        "ignored.",
        examples=[["media/launch.mp4"]],
    )
    material_source: Literal["materialLibrary", "localFolder"] = Field(
        default="materialLibrary",
        description="Where material comes from when material_list is empty.",
    )
    material_path: str = Field(
        default="",
        description="The folder to take material from; required with localFolder.",
        examples=["media"],
    )
    materials_tags: str = Field(
        default="",
        description="Comma-separated tags that filter the material library.",
        examples=["autumn,launch"],
    )
    upload_wait_time: int = Field(
        default=30, ge=0, le=3600, description="Seconds to wait for the upload to end."
    )
    sound_wait_time: int = Field(
        default=10, ge=0, le=600, description="Seconds to wait for a sound's page to load."
    )
    add_sound: Literal["-1", "0", "1", "custom", -1, 0, 1] = Field(
        default="-1",
        description="Background sound: -1 leaves the app's default, 0 off, 1 on, `custom` searches for one.",
        examples=["-1", "custom"],
    )
    sound_name: str = Field(
        default="", description="The sound's name or URL; required with useSound.", examples=["a song"]
    )
    custom_sound_keyword: str = Field(
        default="",
        description="Search words for a sound; required with add_sound `custom`.",
        examples=["autumn rain"],
    )
    origin_sound_volume: int = Field(default=50, ge=0, le=100, description="Volume of the original sound.")
    add_sound_volume: int = Field(default=50, ge=0, le=100, description="Volume of the added sound.")
    add_product_link: Literal[0, 1] = Field(default=0, description="1 adds a product link (TikTok only).")
    placement: Literal["reel", "story"] = Field(
        default="reel", description="Where the post goes (Instagram only)."
    )
