"""The comments on a video: a panel over it, with a field at the foot."""

from runner.virtual.apps.parts import (
    ACCENT,
    BUTTON,
    GREY,
    HEIGHT,
    INK,
    LINEAR,
    PALE,
    WHITE,
    WIDTH,
    box,
    field,
    icon,
    picture,
    text,
)
from runner.virtual.apps.shortvideo import relations
from runner.virtual.apps.shortvideo.chrome import page
from runner.virtual.apps.shortvideo.screen import MAIN, Screen, Surroundings
from runner.virtual.apps.shortvideo.world import Video, comments_on
from runner.virtual.views import View

_TOP, _FIELD_TOP = 520, 1496


class Comments(Screen):
    """The send button is there once the field has the focus, and enabled once it holds words."""

    activity = MAIN

    def __init__(self, app: Surroundings, video: Video) -> None:
        super().__init__(app)
        self.video = video
        self.words = ""
        self.focused = False

    def build(self) -> View:
        outside = box((0, 0, WIDTH, _TOP), rid=self.app.ids("outside"), on_tap=self.app.leave)
        behind = picture((0, 0, WIDTH, _TOP + 30), self.video.image, cls="android.view.View")
        count = relations.comment_count(self.app, self.video)
        title = text(
            (200, _TOP + 16, 520, _TOP + 76),
            f"{count:,} comments",
            rid=self.app.ids("comments_title"),
            size=26,
            bold=True,
            align="center",
        )
        close = icon((640, _TOP + 20, 700, _TOP + 72), "cross", size=32, on_tap=self.app.leave)
        parts = [title, close, *self._rows(), self._composer()]
        panel = box((0, _TOP, WIDTH, HEIGHT), *parts, cls=LINEAR, background=WHITE, radius=24)
        return page(behind, outside, panel, background=INK)

    def _rows(self) -> list[View]:
        own = [
            (comment["as"], comment["text"])
            for comment in reversed(self.app.state.comments)
            if comment["video"] == self.video.id
        ]
        rows = (own + comments_on(self.video.id))[:6]
        return [self._row(_TOP + 100 + n * 144, author, words) for n, (author, words) in enumerate(rows)]

    def _row(self, top: int, author: str, words: str) -> View:
        ids = self.app.ids
        children = [
            picture((24, top + 8, 88, top + 72), f"face/{author}", radius=32, rid=ids("comment_face")),
            text((108, top, 600, top + 36), author, cls=BUTTON, rid=ids("title"), size=24, color=GREY),
            text((108, top + 36, 600, top + 80), words, rid=ids("comment_text")),
            text(
                (108, top + 84, 220, top + 124),
                "Reply",
                cls=BUTTON,
                rid=ids("comment_reply"),
                size=24,
                color=GREY,
                on_tap=lambda: None,
            ),
            icon((640, top + 24, 690, top + 64), "heart_line", size=32, color=GREY),
        ]
        return box((0, top, WIDTH, top + 132), *children, cls=LINEAR, rid=ids("comment_row"))

    def _composer(self) -> View:
        entry = field(
            (112, _FIELD_TOP + 12, 600, HEIGHT - 12),
            self.words,
            "Add comment...",
            on_tap=self._focus,
            on_text=self._type,
            focused=self.focused,
            rid=self.app.ids("comment_field"),
            background=PALE,
            radius=40,
            size=26,
        )
        face = picture(
            (24, _FIELD_TOP + 16, 96, _FIELD_TOP + 88), f"face/{self.app.state.account}", radius=36
        )
        children = [face, entry]
        if self.focused or self.words:
            children.append(self._send_button())
        return box((0, _FIELD_TOP, WIDTH, HEIGHT), *children, background=WHITE)

    def _send_button(self) -> View:
        armed = bool(self.words.strip())
        send = icon(
            (620, _FIELD_TOP + 16, 700, _FIELD_TOP + 88),
            "send",
            cls=BUTTON,
            rid=self.app.ids("comment_send"),
            desc="Post comment",
            size=36,
            color=WHITE,
            background=ACCENT if armed else "#d0d0d3",
            radius=36,
            on_tap=self._send if armed else None,
        )
        send.clickable = True
        send.enabled = armed
        return send

    def _focus(self) -> None:
        self.focused = True

    def _type(self, words: str) -> None:
        self.focused = True
        self.words = words

    def _send(self) -> None:
        memory = self.app.state
        memory.comments.append(
            {
                "video": self.video.id,
                "author": self.video.author,
                "as": memory.account,
                "text": self.words.strip(),
                "at": self.app.now(),
            }
        )
        self.words = ""
        self.focused = False
