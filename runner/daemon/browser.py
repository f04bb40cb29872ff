"""Opens the daemon's page in the browser of whoever started it."""

import os
import sys
import webbrowser


def open_page(url: str) -> bool:
    """Open a page in a window of the browser; false if there is no desktop, or no browser. A browser that would take
    the terminal is none."""
    if not _has_desktop():
        return False
    try:
        return webbrowser.open(url)
    except (webbrowser.Error, OSError):
        return False


def _has_desktop() -> bool:
    return sys.platform in ("darwin", "win32") or bool({"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys())
