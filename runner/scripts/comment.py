"""Script `comment`: comment on posts, one task per URL and device."""

from runner.scripts.script import Script, built_in_schema, listed

COMMENT = Script(
    name="comment",
    config_schema=built_in_schema("CommentConfig"),
    targets=lambda config: listed(config["target_post_urls"], config["target_post_url"]),
    effects=lambda config: {"comment": 1},
    expected_s=lambda config: 60.0,
    backends=("local_api",),
)
