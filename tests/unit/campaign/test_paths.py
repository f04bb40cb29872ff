"""Paths of files: of this machine, of another one, and what is sent of them."""

from pathlib import Path

import pytest

from runner.backends.local_api.client import is_this_machine
from runner.backends.local_api.task_content import placed
from runner.campaign.loader import load_text
from runner.campaign.resolve import resolve_campaign
from runner.scripts import SCRIPTS

WRITTEN = {
    "C:/clips/a.mp4": ("C:/clips/a.mp4", "C:/clips/a.mp4"),
    "D:\\clips\\a.mp4": ("D:\\clips\\a.mp4", "D:\\clips\\a.mp4"),
    "\\\\nas\\clips\\a.mp4": ("\\\\nas\\clips\\a.mp4", "\\\\nas\\clips\\a.mp4"),
    "//nas/clips/a.mp4": ("//nas/clips/a.mp4", "//nas/clips/a.mp4"),
    "/srv/a.mp4": ("/srv/a.mp4", "/srv/a.mp4"),
    "/srv/./a.mp4": ("/srv/a.mp4", "/srv/a.mp4"),
    "media/a.mp4": ("/campaigns/media/a.mp4", "media/a.mp4"),
    "./media/a.mp4": ("/campaigns/media/a.mp4", "media/a.mp4"),
    "media/./a.mp4": ("/campaigns/media/./a.mp4", "media/./a.mp4"),
    "../a.mp4": ("/campaigns/../a.mp4", "../a.mp4"),
    "C-clips/a.mp4": ("/campaigns/C-clips/a.mp4", "C-clips/a.mp4"),
}
CAMPAIGN = """\
version: 1
name: a
backend: {backend}
scripts:
  listed:
    script: post
    devices: A1
    config: {{material_list: ['{path}']}}
  folder:
    script: post
    devices: A1
    config: {{material_source: localFolder, material_path: '{path}'}}
"""


@pytest.mark.parametrize("path", WRITTEN)
def test_a_path_is_sent_as_the_servers_machine_can_read_it(path: str) -> None:
    campaign = resolve_campaign(
        load_text(CAMPAIGN.format(path=path, backend="local_api"), "/campaigns/a.yaml")
    )
    for is_here, expected in zip((True, False), WRITTEN[path], strict=True):
        listed, folder = (placed(entry.script, entry.config, is_here=is_here) for entry in campaign.entries)
        assert listed["material_list"] == [expected]
        assert folder["material_path"] == expected


def test_phones_of_this_machine_have_absolute_paths() -> None:
    campaign = resolve_campaign(
        load_text(CAMPAIGN.format(path="media/a.mp4", backend="device"), "/campaigns/a.yaml")
    )
    assert campaign.entries[0].config["material_list"] == ["/campaigns/media/a.mp4"]


def test_the_image_of_a_comment_is_the_servers_own() -> None:
    config = {"comment_image_path": "uploads/heart.png"}
    for is_here in (True, False):
        assert placed(SCRIPTS["comment"], config, is_here=is_here) == config


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:50809/api/v1/", True),
        ("http://[::1]:50809/api/v1/", True),
        ("http://localhost:50809/api/v1/", True),
        ("http://192.0.2.7:50809/api/v1/", False),
    ],
)
def test_the_server_is_this_machine_or_another(url: str, expected: bool) -> None:
    if "[::1]" in url and not Path("/proc/net/if_inet6").exists():
        pytest.skip("this machine has no IPv6")
    assert is_this_machine(url) is expected


def test_a_key_of_our_own_is_sent_to_no_server() -> None:
    config = {"captions": "Hello", "share_limited_reach": True}
    assert placed(SCRIPTS["post"], config, is_here=True) == {"captions": "Hello"}
