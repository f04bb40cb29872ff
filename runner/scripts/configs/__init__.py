"""The config model of each built-in script. They import pydantic, so what has to be quick stays away."""

from runner.scripts.configs.account_warmup import AccountWarmupConfig
from runner.scripts.configs.comment import CommentConfig
from runner.scripts.configs.config import Config
from runner.scripts.configs.follow import FollowConfig, UnfollowConfig
from runner.scripts.configs.post import PostConfig

CONFIG_MODELS: dict[str, type[Config]] = {
    "post": PostConfig,
    "follow": FollowConfig,
    "unfollow": UnfollowConfig,
    "comment": CommentConfig,
    "account_warmup": AccountWarmupConfig,
}
"""By the name of the script; the JSON Schemas are written from them."""
