"""A phone that is only a clock and some files, and a hand that taps what it sees."""

import heapq
import itertools
from collections.abc import Callable, Set
from datetime import UTC, datetime, timedelta

from uiautomator2 import Selector

from runner.virtual.apps.app import App, Intent, MediaFile
from runner.virtual.files import Body, share
from runner.virtual.selectors import find, find_first
from runner.virtual.views import View, hit_window

FILM = b"not really a film"


class FakeDevice:
    """Time passes only through `advance`."""

    serial = "VIRTUAL01"
    width, height = 720, 1600

    def __init__(self) -> None:
        self.clock = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
        self.files = {"content://media/external/video/media/1": FILM}
        self.shared: list[MediaFile] = []
        """What a gallery shows, the newest first; `add_media` adds to it."""
        self.toasts: list[str] = []
        self.started: list[str] = []
        self.grants: set[str] = set()
        self.changes = 0
        self._order = itertools.count()
        self._jobs: list[tuple[datetime, int, Callable[[], None]]] = []

    def now(self) -> datetime:
        return self.clock

    def call_later(self, seconds: float, action: Callable[[], None]) -> None:
        heapq.heappush(self._jobs, (self.clock + timedelta(seconds=seconds), next(self._order), action))

    def advance(self, seconds: float) -> None:
        end = self.clock + timedelta(seconds=seconds)
        while self._jobs and self._jobs[0][0] <= end:
            self.clock, _, action = heapq.heappop(self._jobs)
            action()
        self.clock = end

    def changed(self) -> None:
        self.changes += 1

    def content(self, uri: str) -> Body | None:
        return share(self.files[uri]) if uri in self.files else None

    def media_files(self) -> list[MediaFile]:
        return self.shared

    def add_media(self, name: str, content: bytes, mime_type: str, folder: str = "Camera") -> str:
        """A newer file than all before; returns its URI."""
        uri = f"content://media/external/file/media/{name}"
        self.files[uri] = content
        self.shared.insert(0, MediaFile(uri, mime_type, folder, self.clock))
        return uri

    def toast(self, text: str) -> None:
        self.toasts.append(text)

    def granted(self, package: str) -> Set[str]:
        return self.grants

    def grant(self, package: str, permissions: Set[str]) -> None:
        self.grants |= permissions

    def start_app(self, package: str) -> None:
        self.started.append(package)


class Hand:
    """Uses an app as a person does: finds a view by its text, and taps its middle."""

    def __init__(self, app: App) -> None:
        self.app = app

    def see(self, **fields: object) -> View | None:
        return find_first(self.app.windows(), Selector(**fields))

    def count(self, **fields: object) -> int:
        return len(find(self.app.windows(), Selector(**fields)))

    def tap(self, **fields: object) -> None:
        view = self.see(**fields)
        assert view is not None, f"{fields} is not on the screen"
        left, top, right, bottom = view.bounds
        self.tap_at((left + right) / 2, (top + bottom) / 2)

    def tap_at(self, x: float, y: float) -> None:
        reached = hit_window(self.app.windows(), x, y)
        if reached is not None and reached.enabled and reached.on_tap is not None:
            reached.on_tap()

    def type(self, words: str) -> None:
        field = self.see(className="android.widget.EditText")
        assert field is not None and field.on_text is not None
        field.on_text(words)

    def swipe_up(self) -> None:
        self.app.swipe((360, 1200), (360, 400))

    def swipe_down(self) -> None:
        self.app.swipe((360, 400), (360, 1200))

    def open_link(self, url: str) -> None:
        intent = Intent(action="android.intent.action.VIEW", data=url)
        assert self.app.accepts(intent)
        self.app.open(intent)

    def share(
        self, uri: str = "content://media/external/video/media/1", mime_type: str = "video/mp4"
    ) -> None:
        intent = Intent(
            action="android.intent.action.SEND",
            mime_type=mime_type,
            component=f"{self.app.package}/com.ss.android.ugc.aweme.share.SystemShareActivity",
            extras={"android.intent.extra.STREAM": uri},
        )
        assert self.app.accepts(intent)
        self.app.open(intent)

    def activity(self) -> str:
        return self.app.windows()[-1].activity.rpartition(".")[2]
