"""Script `post`: publish a video or images, one task per device."""

from runner.scripts.script import Script, built_in_schema

POST = Script(
    name="post",
    config_schema=built_in_schema("PostConfig"),
    targets=lambda config: (None,),
    effects=lambda config: {"post": 1},
    expected_s=lambda config: 120.0 + config["upload_wait_time"],
    paths=("material_list", "material_path"),
    device_values={
        "content_type": (0,),
        "post_way": ("share",),
        "add_sound": ("-1", -1),
        "add_product_link": (0,),
    },
)
