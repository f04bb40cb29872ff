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
from runner.virtual.apps.shortvideo.noise import marked
from runner.virtual.apps.shortvideo.screen import MAIN, Screen, Surroundings
from runner.virtual.apps.shortvideo.world import Video, comments_on
from runner.virtual.views import View

_TOP, _FIELD_TOP, _ROW = 520, 1496, 144
_TYPING_TOP = 980


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
        # The magnifier searches in the video's own comments; it is not the one of the home page.
        search = icon((640, 60, 712, 124), "search", desc="Search", color=WHITE, cls=BUTTON)
        close = icon((640, _TOP + 20, 700, _TOP + 72), "cross", size=32, desc="Close", on_tap=self.app.leave)
        parts = [*self._title(), close, *self._body()]
        panel = box((0, _TOP, WIDTH, HEIGHT), *parts, cls=LINEAR, background=WHITE, radius=24)
        return page(behind, outside, search, panel, background=INK)

    @property
    def _composer_top(self) -> int:
        """Above the keyboard while the field has the focus."""
        return _TYPING_TOP if self.focused else _FIELD_TOP

    def _title(self) -> list[View]:
        """How many there are; an empty sheet does not say."""
        count = relations.comment_count(self.app, self.video)
        if count == 0 or self.app.state.settings.comments_off:
            return []
        words = marked(self.app, f"{count:,} {'comment' if count == 1 else 'comments'}")
        title = text(
            (200, _TOP + 16, 520, _TOP + 76),
            words,
            rid=self.app.ids("comments_title"),
            size=26,
            bold=True,
            align="center",
        )
        return [title, icon((560, _TOP + 20, 620, _TOP + 72), "filter", size=32, desc="Sort")]

    def _body(self) -> list[View]:
        if self.app.state.settings.comments_off:
            words = "Comments are turned off"
            return [text((60, 1000, 660, 1060), words, size=32, color=GREY, align="center")]
        return [*self._rows(), self._composer()]

    def _rows(self) -> list[View]:
        own = [
            (comment["as"], comment["text"])
            for comment in reversed(self.app.state.comments)
            if comment["video"] == self.video.id
        ]
        others = comments_on(self.video.id)[: self.video.comments]
        room = (self._composer_top - _TOP - 100) // _ROW
        rows = (own + others)[:room]
        return [self._row(_TOP + 100 + n * _ROW, author, words) for n, (author, words) in enumerate(rows)]

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
        top = self._composer_top
        entry = field(
            (112, top + 12, 430, top + 92),
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
        face = picture((24, top + 16, 96, top + 88), f"face/{self.app.state.account}", radius=36)
        children = [
            face,
            entry,
            icon((440, top + 16, 520, top + 88), "sticker", desc="Stickers", size=36, color=GREY),
            icon((530, top + 16, 610, top + 88), "person", desc="Mention someone", size=36, color=GREY),
        ]
        if self.focused or self.words:
            children.append(self._send_button(top))
        return box((0, top, WIDTH, top + 104), *children, background=WHITE)

    def _send_button(self, top: int) -> View:
        armed = bool(self.words.strip())
        labelled = self.app.state.settings.send_label
        send = icon(
            (620, top + 16, 700, top + 88),
            "send",
            cls=BUTTON,
            rid=self.app.ids("comment_send"),
            desc="Post comment" if labelled else self.app.ids.unresolved("comment_send"),
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
        if relations.comment(self.app, self.video, self.words.strip()):
            self.words = ""
            self.focused = False
