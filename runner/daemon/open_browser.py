"""Opens the dashboard in the browser of whoever starts the daemon."""

import os
import sys
import threading
import webbrowser
from collections.abc import Mapping

ANY = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}
"""Addresses on which one can listen, and not call."""


def address_for_people(url: str) -> str:
    """A URL of the server as somebody on this machine can type it."""
    return next((url.replace(any_, own) for any_, own in ANY.items() if f"//{any_}" in url), url) + "/"


def has_browser(environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> bool:
    """Whether a browser would come up in a window: one in the terminal would take that from the log."""
    return platform != "linux" or bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


def open_browser(url: str) -> None:
    """Open it, without waiting for the browser."""
    threading.Thread(target=webbrowser.open, args=(url,), name="browser", daemon=True).start()
