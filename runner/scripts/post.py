"""Script `post`: publish a video or images, one task per device."""

from functools import cache
from typing import TYPE_CHECKING, Annotated, Literal

from runner.media import Kind
from runner.scripts.script import Config, Need, Script, Writing, built_in_schema
from runner.settings import material_library

if TYPE_CHECKING:
    from runner.scripts.config_model import ConfigModel


FILES_KEY, FOLDER_KEY = "material_list", "material_path"
"""The keys that name what is posted: files, or the folder they are in."""


def kind(config: Config) -> Kind:
    """What a task posts."""
    return Kind.IMAGE if config.get("content_type") == 1 else Kind.VIDEO


def count(config: Config) -> int:
    """How many files a task posts, of a complete config."""
    wanted: int = config["image_count"] if kind(config) is Kind.IMAGE else 1
    return wanted


def is_from_folder(config: Config) -> bool:
    """Whether the files of a folder are posted: in a config that lists files the folder counts for nothing."""
    return config.get("material_source") == "localFolder" and not config.get(FILES_KEY)


def is_from_library(config: Config) -> bool:
    """Whether the files of a material library are posted, this machine's or that of a Local API."""
    source = config.get("material_source", "materialLibrary")
    return source == "materialLibrary" and not config.get(FILES_KEY)


def has_material(config: Config) -> bool:
    """Whether a config names what is posted, or leaves it to the material library that this machine has."""
    return not is_from_library(config) or material_library() is not None


def tags(config: Config) -> tuple[str, ...]:
    """The tags that filter the material library."""
    parts = (part.strip() for part in config.get("materials_tags", "").split(","))
    return tuple(part for part in parts if part)


@cache
def config_model() -> type["ConfigModel"]:
    """The model of its config."""
    from pydantic import Field, StringConstraints

    from runner.scripts.config_model import ConfigModel

    class PostConfig(ConfigModel):
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
        origin_sound_volume: int = Field(
            default=50, ge=0, le=100, description="Volume of the original sound."
        )
        add_sound_volume: int = Field(default=50, ge=0, le=100, description="Volume of the added sound.")
        add_product_link: Literal[0, 1] = Field(default=0, description="1 adds a product link (TikTok only).")
        placement: Literal["reel", "story"] = Field(
            default="reel", description="Where the post goes (Instagram only)."
        )
        share_limited_reach: bool = Field(
            default=False,
            description="Whether to go on where Instagram says that a reel may get limited reach, as it does for long "
            "ones (backend device only).",
        )

    return PostConfig


POST = Script(
    name="post",
    config_schema=built_in_schema("PostConfig"),
    config_model=config_model,
    targets=lambda config: (None,),
    effects=lambda config: {"post": 1},
    expected_s=lambda config: 120.0 + config["upload_wait_time"],
    paths=(FILES_KEY, FOLDER_KEY),
    own_keys=("share_limited_reach",),
    texts=("captions", "sound_name", "custom_sound_keyword", "materials_tags"),
    writes=(Writing("caption", "captions"),),
    needs=(
        Need(
            "material_source", "localFolder", FOLDER_KEY, "name the folder that the material is in", FILES_KEY
        ),
        Need("post_way", "useSound", "sound_name", "name the sound, or write its URL"),
        Need("add_sound", "custom", "custom_sound_keyword", "write the words to search a sound with"),
    ),
)
