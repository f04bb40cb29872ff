"""Caption, who may see it, and the buttons of which only one publishes."""

from collections.abc import Callable

from runner.virtual.apps.parts import (
    ACCENT,
    BUTTON,
    GREY,
    HEIGHT,
    LINEAR,
    PALE,
    RELATIVE,
    SCROLL,
    SIDEWAYS,
    STATUS_BAR,
    WHITE,
    WIDTH,
    box,
    button,
    field,
    icon,
    picture,
    text,
)
from runner.virtual.apps.shortvideo.chrome import page, title_bar, unlabelled_back
from runner.virtual.apps.shortvideo.composition import Composition
from runner.virtual.apps.shortvideo.screen import PUBLISH, Screen, Surroundings
from runner.virtual.views import Bounds, View

_FOOTER = 1480
_TITLE, _CAPTION = "title", "caption"
_LONGEST_CAPTION = 4000
_LONG_HINT = "Writing a long description can help get 3x more views on average."


class PostScreen(Screen):
    """Drafts at the left and Post at the right of the footer.

    A caption field that unfolds takes the whole page once it has the focus: Post moves to the upper right, Drafts
    goes, and Collapse and the count of letters come.
    """

    activity = PUBLISH

    def __init__(self, app: Surroundings, composition: Composition) -> None:
        super().__init__(app)
        self.composition = composition
        self.focus = ""

    @property
    def unfolded(self) -> bool:
        return bool(self.focus) and self.app.state.settings.caption_editor == "unfolds"

    def build(self) -> View:
        header = self._photo_header() if self.composition.is_photo else self._video_header()
        if self.unfolded:
            return page(*self._unfolded_bar(), header, self._letters_row())
        bounds = (0, 144, WIDTH, _FOOTER)
        scroll = box(bounds, header, self._rows(), cls=SCROLL, rid=self.app.ids("form"))
        return page(*title_bar(self.app, "Post"), scroll, self._footer())

    def back(self) -> bool:
        was_unfolded = self.unfolded
        if was_unfolded:
            self._fold()
        return was_unfolded

    def _video_header(self) -> View:
        ids = self.app.ids
        right = 692 if self.unfolded else 450
        entry = self._entry((28, 160, right, 420), _CAPTION, "Add description", "caption_field")
        parts = [entry] if self.unfolded else [entry, *self._cover((480, 160, 692, 420))]
        parts.append(self._extra_buttons())
        return box((0, 144, WIDTH, 530), *parts, cls=RELATIVE, rid=ids("video_header_layout"))

    def _photo_header(self) -> View:
        title = self._entry((28, 300, 692, 348), _TITLE, "Add a catchy title", "title_field")
        entry = self._entry((28, 356, 692, 440), _CAPTION, _LONG_HINT, "caption_field")
        fields = box((28, 300, 692, 440), title, entry, cls=SCROLL, rid=self.app.ids("photo_fields"))
        parts = [*self._cover((28, 152, 164, 288)), fields, self._extra_buttons()]
        return box((0, 144, WIDTH, 530), *parts, cls=RELATIVE, rid=self.app.ids("photo_header"))

    def _entry(self, bounds: Bounds, name: str, hint: str, part: str) -> View:
        def focus() -> None:
            self.focus = name

        def write(words: str) -> None:
            focus()
            setattr(self.composition, name, words)

        return field(
            bounds,
            getattr(self.composition, name),
            hint,
            on_tap=focus,
            on_text=write,
            focused=self.focus == name,
            rid=self.app.ids(part),
            valign="top",
        )

    def _cover(self, bounds: Bounds) -> list[View]:
        left, top, right, bottom = bounds
        ids = self.app.ids
        cover = picture(bounds, self.composition.image, desc="Cover", radius=10, on_tap=self._not_here)
        if self.composition.is_photo:
            return [cover]
        preview = (left + 12, top + 10, right - 80, top + 46)
        edit = (left + 12, bottom - 44, right - 12, bottom - 8)
        return [
            cover,
            text(preview, "Preview", size=22, color=WHITE, rid=ids("cover_preview")),
            text(edit, "Edit cover", size=22, color=WHITE, align="center", rid=ids("cover_edit")),
        ]

    def _extra_buttons(self) -> View:
        def add(sign: str) -> Callable[[], None]:
            def write() -> None:
                self.focus = _CAPTION
                self.composition.caption += sign

            return write

        ids = self.app.ids
        bounds = (28, 452, 420, 516)
        buttons = box(
            bounds,
            button((28, 452, 216, 516), "Hashtags", add("#"), size=24, rid=ids("add_hashtag")),
            button((232, 452, 420, 516), "Mention", add("@"), size=24, rid=ids("add_mention")),
            cls=LINEAR,
            rid=ids("video_add_extra_buttons_container"),
        )
        return box((28, 452, 600, 516), buttons, cls=SIDEWAYS)

    def _unfolded_bar(self) -> list[View]:
        bounds = (560, STATUS_BAR + 16, 692, STATUS_BAR + 80)
        return [unlabelled_back(self.app), self._post_button(bounds)]

    def _letters_row(self) -> View:
        """Stands above the keyboard."""
        count = f"{len(self.composition.caption)}/{_LONGEST_CAPTION}"
        collapse = icon(
            (640, 560, 692, 612),
            "down",
            size=28,
            desc="Collapse",
            on_tap=self._fold,
            rid=self.app.ids("collapse"),
        )
        letters = text((28, 560, 240, 612), count, size=22, color=GREY, rid=self.app.ids("letters"))
        return box((0, 552, WIDTH, 620), letters, collapse)

    def _rows(self) -> View:
        lines = (
            ("Location", "place"),
            ("Add link", "plus"),
            ("Everyone can view this post", "globe"),
            ("More options", "dots"),
            ("Share to", "share_line"),
        )
        rows = [self._row(words, shape, 540 + 104 * n) for n, (words, shape) in enumerate(lines)]
        bounds = (0, 540, WIDTH, 540 + 104 * len(lines))
        return box(bounds, *rows, cls=RELATIVE, rid=self.app.ids("post_rows"))

    def _row(self, words: str, shape: str, top: int) -> View:
        label = text((100, top, 640, top + 104), words, rid=self.app.ids("post_row_text"), size=30)
        children = [
            icon((28, top, 88, top + 104), shape, size=36),
            label,
            icon((650, top, 700, top + 104), "forward", size=26, color=GREY),
        ]
        bounds = (0, top, WIDTH, top + 104)
        rid = self.app.ids("post_row")
        return box(bounds, *children, cls=BUTTON, desc=words, rid=rid, on_tap=self._not_here)

    def _footer(self) -> View:
        bounds, rid = (24, 1494, 350, 1584), self.app.ids("post_drafts")
        drafts = button(bounds, "Drafts", self._save_draft, rid=rid, background=PALE)
        post = self._post_button((370, 1494, 696, 1584))
        return box((0, _FOOTER, WIDTH, HEIGHT), drafts, post, cls=LINEAR, background=WHITE)

    def _post_button(self, bounds: Bounds) -> View:
        rid = self.app.ids("post_publish")
        return button(bounds, "Post", self._publish, rid=rid, background=ACCENT, color=WHITE)

    def _fold(self) -> None:
        self.focus = ""

    def _not_here(self) -> None:
        self.app.device.toast("This is not part of this rehearsal")

    def _save_draft(self) -> None:
        self.app.save_draft(self.composition)

    def _publish(self) -> None:
        self.app.publish(self.composition)
