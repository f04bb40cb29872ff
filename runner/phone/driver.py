"""What a flow needs of a phone: the small interface between the engine and a session."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from runner.phone.screen import Screen


class Driver(Protocol):
    """One phone that a flow drives. Every call has a time limit and raises PhoneError; only `tap_once` is
    certain to be sent at most once."""

    serial: str

    def screen(self) -> Screen:
        """What the phone shows now; without elements if it gives none."""
        ...

    def tap(self, x: int, y: int) -> None: ...

    def tap_once(self, x: int, y: int, be_sure: Callable[[], None]) -> None:
        """One tap in one raw action, never repeated by any client. If it returns, the phone has confirmed the tap;
        if it raises, the error's `sent` is false only where the tap surely did not reach the phone.

        It asks `be_sure` when nothing is left to do but to send the tap; what that raises goes through."""
        ...

    def long_tap(self, x: int, y: int, duration_s: float) -> None:
        """Hold a finger on a place."""
        ...

    def double_tap(self, x: int, y: int) -> None:
        """Two taps so soon after each other that Android takes them for one gesture."""
        ...

    def swipe(self, start: tuple[int, int], end: tuple[int, int], duration_s: float) -> None: ...

    def press(self, key: str) -> None:
        """Press a key: back, home, enter, search, delete, recent."""
        ...

    def type_text(self, text: str) -> None:
        """Replace the text of the focused field, and read it back. Raises TaskError if no field takes it."""
        ...

    def hide_keyboard(self) -> None:
        """Close the on-screen keyboard if it is shown."""
        ...

    def screenshot(self) -> bytes:
        """What the phone shows, as a small JPEG."""
        ...

    def launch(self, package: str, activity: str | None) -> None:
        """Bring an app to the front, as its icon on the launcher does. Raises AppMissing."""
        ...

    def stop(self, package: str) -> None:
        """End an app's processes."""
        ...

    def open_link(self, uri: str, package: str) -> None:
        """Open a link in an app. Raises AppMissing."""
        ...

    def share(
        self,
        file: Path,
        component: str,
        mime_type: str,
        suffix: str,
        sha256: str | None = None,
        *,
        action: str = "android.intent.action.SEND",
    ) -> None:
        """Copy a file to the phone's media, under a name with this ending, and hand it to an app's share target.

        Raises TaskError if it cannot be read, or no longer has the hash that is given.
        """
        ...

    def add_to_gallery(self, file: Path, mime_type: str, suffix: str, sha256: str | None = None) -> None:
        """Copy a file to the phone's media, as the newest in its gallery. Raises TaskError as `share` does."""
        ...

    def push(self, file: Path, remote: str, sha256: str | None = None) -> str:
        """Copy a file to a path of the phone, or into a folder if that ends with a slash; returns its path there.

        Raises TaskError if it cannot be read, or if its content has not the hash that is given.
        """
        ...

    def pull(self, remote: str, file: Path) -> None:
        """Copy a file of the phone to this machine. Raises TaskError if it is not there, or cannot be written here."""
        ...

    def toast(self) -> str | None:
        """What the latest toast said; None if there was none since `forget_toast`."""
        ...

    def forget_toast(self) -> None: ...

    def current_package(self) -> str:
        """The package in front."""
        ...

    def reconnect(self) -> None:
        """Look for the phone anew after its connection broke. Raises PhoneError if it is not there (yet)."""
        ...
