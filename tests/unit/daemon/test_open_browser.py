"""The address of the dashboard, for people."""

import pytest

from runner.daemon.open_browser import address_for_people, has_browser


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://127.0.0.1:50809", "http://127.0.0.1:50809/"),
        ("http://0.0.0.0:80", "http://127.0.0.1:80/"),
        ("http://[::]:80", "http://[::1]:80/"),
        ("http://[::1]:80", "http://[::1]:80/"),
        ("http://192.168.0.10:80", "http://192.168.0.10:80/"),
        ("http://10.0.0.0:80", "http://10.0.0.0:80/"),
    ],
)
def test_an_address_can_be_typed(url: str, address: str) -> None:
    assert address_for_people(url) == address


def test_a_browser_needs_a_window() -> None:
    assert not has_browser({}, "linux")
    assert has_browser({"DISPLAY": ":0"}, "linux") and has_browser({"WAYLAND_DISPLAY": "wayland-0"}, "linux")
    assert has_browser({}, "darwin")
