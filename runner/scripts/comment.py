"""Script `comment`: comment on posts, one task per URL and device."""

from runner.scripts.script import Script, built_in_schema, targets_of
from runner.targets import post

_KEYS = ("target_post_urls", "target_post_url")

COMMENT = Script(
    name="comment",
    config_schema=built_in_schema("CommentConfig"),
    targets=lambda config: targets_of(config, _KEYS, post),
    effects=lambda config: {"comment": 1},
    expected_s=lambda config: 60.0,
    backends=("local_api",),
    target_keys=_KEYS,
    normal_target=post,
)
