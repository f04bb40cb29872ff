"""Uploads that go on while the app shows something else, and their badge in the corner."""

from dataclasses import dataclass
from datetime import datetime

from runner.virtual.apps.parts import ACCENT, WHITE, box, icon, picture, text
from runner.virtual.apps.shortvideo.ids import PACKAGE, Ids
from runner.virtual.apps.shortvideo.screen import MAIN
from runner.virtual.views import View, Window


@dataclass(frozen=True, slots=True)
class Upload:
    """One upload; `post_id` is empty if it is going to fail. `seed` names its picture."""

    post_id: str
    seed: str
    started: datetime
    seconds: float

    def percent(self, now: datetime) -> int:
        """How far it is, 0 to 99: it is gone from the list when it ends."""
        if self.seconds <= 0:
            return 99
        return min(99, max(0, int(100 * (now - self.started).total_seconds() / self.seconds)))


def progress_window(ids: Ids, upload: Upload, now: datetime) -> Window:
    """A small window of its own at the upper left."""
    bounds = (24, 190, 124, 320)
    progress = text(
        (34, 236, 114, 276),
        f"{upload.percent(now)}%",
        rid=ids("tvProgress"),
        size=26,
        color=WHITE,
        bold=True,
        align="center",
    )
    ring = box(
        (32, 210, 116, 300),
        View((32, 210, 116, 300), rid=ids("upload_ring")),
        progress,
        rid=ids("upload_frame"),
    )
    cover = picture(bounds, upload.seed, rid=ids("upload_cover"), radius=12)
    group = box(bounds, cover, ring, cls="android.view.ViewGroup", rid=ids("upload_group"))
    return Window(PACKAGE, MAIN, box(bounds, group))


def failure_window(ids: Ids) -> Window:
    """The strip that says that an upload did not succeed."""
    bounds = (24, 190, 696, 270)
    sign = icon((36, 206, 84, 254), "warning", size=36, color=WHITE)
    words = text((96, 190, 680, 270), "Couldn't upload", rid=ids("upload_failed"), color=WHITE)
    return Window(PACKAGE, MAIN, box(bounds, sign, words, background=ACCENT, radius=12))
