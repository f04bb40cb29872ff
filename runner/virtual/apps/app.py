"""What an app on a virtual phone is, and what the phone does for it."""

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from runner.virtual.files import Body
from runner.virtual.views import Window


@dataclass(frozen=True, slots=True)
class Intent:
    """What `am start` was asked for. `component` is `package/full.class.Name`; `extras` hold strings."""

    action: str = ""
    data: str = ""
    mime_type: str = ""
    component: str = ""
    package: str = ""
    extras: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MediaFile:
    """A picture or film in the shared storage, as a gallery shows it.

    `uri` is what `Device.content` takes, `folder` the name of the directory (an album), `modified` aware.
    """

    uri: str
    mime_type: str
    folder: str
    modified: datetime


class Device(Protocol):
    """What a phone offers to its apps."""

    serial: str

    def now(self) -> datetime:
        """The phone's clock, aware, in UTC."""
        ...

    def call_later(self, seconds: float, action: Callable[[], None]) -> None:
        """Run `action` on the phone's event loop after a while (an upload that ends); it calls `changed`."""
        ...

    def changed(self) -> None:
        """The screen or the memory has changed: wakes what waits for views, saves memory.

        The phone does this itself after everything that it asks of an app and after every tap and typed text;
        an app calls it for what happens by itself.
        """
        ...

    def content(self, uri: str) -> Body | None:
        """What is behind a `content://` or `file://` URI, or None."""
        ...

    def media_files(self) -> list[MediaFile]:
        """The pictures and films that the media index knows, the newest first."""
        ...

    def toast(self, text: str) -> None:
        """Show a short message."""
        ...

    def granted(self, package: str) -> Set[str]:
        """The permissions that were granted to a package, by a person or with `pm grant`."""
        ...

    def grant(self, package: str, permissions: Set[str]) -> None:
        """Grant those of the permissions that the package asks for: a person has allowed it."""
        ...

    def start_app(self, package: str) -> None:
        """Bring an app to the front, as its icon on the home screen does. KeyError if it is not installed."""
        ...


class App(Protocol):
    """A small state machine over screens.

    The phone asks for `windows` whenever it needs the screen, so an app builds its views from its state each
    time and keeps no view.
    """

    package: str
    label: str
    version: str
    """What the package manager calls the app's version."""
    activities: tuple[str, ...]
    """Full class names that `am start -n` accepts; the first one is what the launcher starts."""

    @property
    def locale(self) -> str:
        """The language that the system knows as the app's own, such as `fr`; empty if it is that of the phone."""
        ...

    def windows(self) -> list[Window]:
        """What the app shows, frontmost first."""
        ...

    def start(self) -> None:
        """The launcher (or monkey) brings the app to the front; state survives if the app was running."""
        ...

    def accepts(self, intent: Intent) -> bool:
        """Whether the app can open the intent (its links, its share target)."""
        ...

    def open(self, intent: Intent) -> None:
        """Show what the intent asks for."""
        ...

    def back(self) -> bool:
        """The back key; false leaves the app."""
        ...

    def swipe(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """A swipe over the screen, in pixels."""
        ...

    def kill(self) -> None:
        """The process ends: screens are forgotten, memory stays."""
        ...

    def memory(self) -> dict[str, Any]:
        """Everything that was done to the app, as JSON: the truth that tests compare with."""
        ...

    def restore(self, memory: Mapping[str, Any]) -> None:
        """Take back what `memory` gave, after the phone was switched off and on."""
        ...

    def control(self, action: str, arguments: Mapping[str, Any]) -> None:
        """A rehearsal's wish: show a login screen, fail the next upload, shuffle the resource-ids. Raises
        ValueError with the legal actions if it is unknown."""
        ...
