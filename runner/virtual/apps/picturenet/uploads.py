"""Uploads that go on while the app shows something else, and the signs that tell of them."""

from dataclasses import dataclass, field
from datetime import datetime

from runner.virtual.apps.parts import (
    GREY,
    IMAGE,
    LINEAR,
    WHITE,
    WIDTH,
    Action,
    box,
    button,
    icon,
    picture,
    text,
)
from runner.virtual.apps.picturenet.ids import rid
from runner.virtual.views import View

DONE_SHOWN_S = 10.0
"""How long the app tells that an upload has ended."""

ROW_HEIGHT = 131


@dataclass(frozen=True, slots=True)
class Upload:
    """One upload; `post_id` is empty if it is going to fail. `seed` names its picture."""

    post_id: str
    kind: str
    seed: str
    started: datetime
    seconds: float

    def percent(self, now: datetime) -> int:
        """How far it is, 0 to 99."""
        if self.seconds <= 0:
            return 99
        return min(99, max(0, int(100 * (now - self.started).total_seconds() / self.seconds)))


@dataclass(slots=True)
class Uploads:
    """What goes on, and what has just ended."""

    running: list[Upload] = field(default_factory=list)
    done: list[Upload] = field(default_factory=list)


def pending_row(account: str, upload: Upload, now: datetime, top: int) -> View:
    """The row at the head of the feed while a post goes up: first a plea, then a progress."""
    waiting = upload.percent(now) < 30
    words = "Keep Instagram open to finish posting…" if waiting else f"Posting to {account}…"
    return _row(upload.seed, words, "row_pending_media_sub_status_textview", top)


def posted_row(upload: Upload, top: int) -> View:
    """The row for a while after a post is there."""
    return _row(upload.seed, "Posted! All done.", "row_pending_media_status_textview", top)


def failed_row(what: str, top: int, discard: Action) -> View:
    """The row that stays for days after an upload has failed. `what` is Video or Photo."""
    row = _row(f"failed/{what}", f"{what} can't be posted", "row_pending_media_status_textview", top)
    row.children.append(
        icon(
            (642, top + 45, 720, top + 85),
            "cross",
            rid=rid("row_pending_media_discard_button"),
            size=28,
            color=GREY,
            on_tap=discard,
        )
    )
    return row


def _row(seed: str, words: str, words_id: str, top: int) -> View:
    cover = box(
        (26, top + 13, 85, top + 117),
        picture((26, top + 13, 85, top + 117), seed, rid=rid("row_pending_media_imageview"), radius=6),
        rid=rid("row_pending_media_imageview_container"),
    )
    status = box(
        (98, top + 49, 640, top + 81),
        text((111, top + 49, 640, top + 81), words, rid=rid(words_id), size=26),
        cls=LINEAR,
        rid=rid("row_pending_media_status_container"),
    )
    bounds = (0, top, WIDTH, top + ROW_HEIGHT)
    return box(
        bounds, cover, status, cls=LINEAR, rid=rid("row_pending_container"), on_tap=_nothing, background=WHITE
    )


def snackbar(upload: Upload, now: datetime, bottom: int, send: Action | None) -> View:
    """The panel over the reels; `send` is given once the reel is there."""
    top = bottom - 140
    thumbnail = box(
        (39, top + 44, 91, top + 96),
        picture((39, top + 44, 91, top + 96), upload.seed, cls=IMAGE, rid=rid("media_thumbnail"), radius=6),
        rid=rid("media_thumbnail_container"),
    )
    if send is None:
        progress = View(
            (107, top + 100, 691, top + 104),
            cls="android.widget.ProgressBar",
            rid=rid("progress_bar"),
            text=f"{float(upload.percent(now))}",
        )
        words = text((107, top + 40, 691, top + 76), "Sharing to Reels…", rid=rid("status_text"), size=26)
        told = box(
            (107, top + 17, 691, top + 119),
            words,
            progress,
            cls=LINEAR,
            rid=rid("upload_progress_bar_container"),
        )
        parts = [thumbnail, told]
    else:
        words = text(
            (107, top + 36, 588, top + 100),
            "Done posting. Want to send it directly to friends?",
            rid=rid("status_text"),
            size=24,
        )
        told = box(
            (107, top + 13, 588, top + 127), words, cls=LINEAR, rid=rid("upload_progress_bar_container")
        )
        sender = button((604, top + 26, 700, top + 114), "Send", send, rid=rid("upload_snackbar_button"))
        parts = [thumbnail, told, sender]
    panel = box(
        (13, top + 13, 707, bottom - 13),
        *parts,
        rid=rid("upload_snackbar_container"),
        on_tap=_nothing,
        background=WHITE,
        radius=16,
    )
    return box((0, top, WIDTH, bottom), panel, rid=rid("igds_upload_snackbar"))


def _nothing() -> None:
    """A tap on a row of this kind opens nothing."""
