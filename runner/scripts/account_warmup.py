"""Script `account_warmup`: watch videos for a while and react to some, one task per device."""

from functools import cache
from math import ceil
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from runner.scripts.script import Config, Script, built_in_schema

if TYPE_CHECKING:
    from runner.scripts.config_model import ConfigModel

_START_S = 60.0
_REACTIONS = {
    "like": "like_probable",
    "follow": "floow_probable",
    "favourite": "collect_probable",
    "comment": "comment_probable",
}
"""Kind of effect -> the config key for its probability per video. `floow` is the Local API's own spelling."""


@cache
def config_model() -> type["ConfigModel"]:
    """The model of its config."""
    from pydantic import Field

    from runner.scripts.config_model import ConfigModel

    percentage: TypeAlias = Annotated[float, Field(ge=0, le=100)]
    watching: TypeAlias = Annotated[float, Field(ge=1, le=3600)]

    class ChatgptSettings(ConfigModel):
        """How comments are generated."""

        api_key: str = Field(
            default="",
            description="The key of the account that pays, by reference; required when generating.",
            examples=["${env:OPENAI_API_KEY}", "${file:/run/secrets/openai}"],
        )
        model: str = Field(default="gpt-3.5-turbo", description="The model that writes the comments.")
        prompt: str = Field(
            default="",
            description="What the model is asked for.",
            examples=["Write one friendly sentence about this video."],
        )
        max_tokens: int = Field(
            default=100, ge=1, le=100_000, description="The longest comment, in the model's tokens."
        )
        temperature: float = Field(
            default=0.7, ge=0, le=2, description="How freely the model writes: 0 is the least."
        )
        base_url: str = Field(
            default="",
            description="Another server with the same interface.",
            examples=["https://llm.example.com/v1"],
        )

    class AccountWarmupConfig(ConfigModel):
        """Settings of the script `account_warmup`: watch videos for a while, and react to some of them."""

        task_duration: float = Field(
            default=600, ge=1, le=86_400, description="How long it lasts in all, in seconds."
        )
        topic: str = Field(
            default="",
            description="Search words, one a line; one line is picked. Without any the feed is watched.",
            examples=["autumn recipes"],
        )
        min_duration: watching = Field(
            default=15, description="The least time on one video, in seconds; at most max_duration."
        )
        max_duration: watching = Field(
            default=30, description="The longest time on one video, in seconds; at least min_duration."
        )
        like_probable: percentage = Field(
            default=0, description="How many of 100 videos are liked.", examples=[30]
        )
        floow_probable: percentage = Field(
            default=0, description="After how many of 100 videos their author is followed.", examples=[5]
        )
        collect_probable: percentage = Field(
            default=0, description="How many of 100 videos are added to the favourites.", examples=[10]
        )
        comment_probable: percentage = Field(
            default=0, description="How many of 100 videos are commented on.", examples=[5]
        )
        comment: str = Field(default="", description="Texts of comments, one a line.", examples=["Lovely!"])
        insert_emoji: bool = Field(default=False, description="Whether emoji are put into the comments.")
        comment_order: Literal["random", "sequential"] = Field(
            default="random",
            description="Which text a comment takes: a random one, or one after the other, over and over.",
        )
        generate_by_chatgpt: bool = Field(
            default=False, description="Whether comments are generated (backend local_api only)."
        )
        chatgpt_settings: ChatgptSettings = Field(
            default=ChatgptSettings(),
            description="How comments are generated.",
            json_schema_extra={"default": {}},
        )

    return AccountWarmupConfig


def _most_effects(config: Config) -> dict[str, int]:
    """The most effects: by chance every video may get every reaction that has any probability."""
    videos = ceil(config["task_duration"] / config["min_duration"])
    return {kind: videos for kind, key in _REACTIONS.items() if config[key] > 0}


ACCOUNT_WARMUP = Script(
    name="account_warmup",
    config_schema=built_in_schema("AccountWarmupConfig"),
    config_model=config_model,
    targets=lambda config: (None,),
    effects=_most_effects,
    expected_s=lambda config: _START_S + config["task_duration"],
    secrets=(("chatgpt_settings", "api_key"),),
    lines=(("comment",), ("topic",), ("chatgpt_settings", "prompt")),
)
