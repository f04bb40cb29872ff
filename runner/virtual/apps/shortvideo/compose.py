"""From a shared file to a publication: the editor and the post screen."""

from collections.abc import Callable

from runner.virtual.apps.parts import (
    ACCENT,
    BLACK,
    BUTTON,
    GREY,
    HEIGHT,
    LINEAR,
    PALE,
    RELATIVE,
    SCROLL,
    SIDEWAYS,
    WHITE,
    WIDTH,
    box,
    button,
    field,
    icon,
    picture,
    text,
)
from runner.virtual.apps.shortvideo.chrome import back_arrow, page, title_bar
from runner.virtual.apps.shortvideo.memory import Media
from runner.virtual.apps.shortvideo.screen import CAMERA, PUBLISH, Screen, Surroundings
from runner.virtual.views import View

_TOOLS = (
    ("Text", "text"),
    ("Stickers", "sticker"),
    ("Effects", "spark"),
    ("Filters", "filter"),
    ("Voice", "mic"),
)
_FOOTER = 1480


class Editor(Screen):
    """The preview of what was shared."""

    activity = CAMERA

    def __init__(self, app: Surroundings, media: list[Media]) -> None:
        super().__init__(app)
        self.media = media

    def build(self) -> View:
        preview = picture(
            (0, 0, WIDTH, 1440), f"media/{self.media[0].sha256}", cls="android.view.TextureView"
        )
        sound = box(
            (230, 64, 490, 128),
            icon((242, 72, 290, 120), "note", size=28, color=WHITE),
            text((290, 64, 480, 128), "Add sound", color=WHITE, rid=self.app.ids("editor_sound")),
            cls=LINEAR,
            on_tap=self._not_here,
            background="#3a3a3c",
            radius=32,
        )
        tools = [self._tool(name, shape, 200 + 120 * n) for n, (name, shape) in enumerate(_TOOLS)]
        story = button((24, 1464, 344, 1560), "Your Story", self._not_here, rid=self.app.ids("editor_story"))
        go_on = button(
            (376, 1464, 696, 1560),
            "Next",
            self._next,
            rid=self.app.ids("editor_next"),
            background=ACCENT,
            color=WHITE,
        )
        arrow = back_arrow(self.app, color=WHITE)
        return page(preview, arrow, sound, *tools, story, go_on, background=BLACK)

    def _tool(self, name: str, shape: str, top: int) -> View:
        bounds = (612, top, 712, top + 108)
        words = text((612, top + 68, 712, top + 100), name, size=20, color=WHITE, align="center")
        drawn = icon((612, top, 712, top + 68), shape, color=WHITE, size=40)
        return box(bounds, drawn, words, cls=LINEAR, desc=name, on_tap=self._not_here)

    def _not_here(self) -> None:
        self.app.device.toast("This is not part of this rehearsal")

    def _next(self) -> None:
        self.app.show(PostScreen(self.app, self.media))


class PostScreen(Screen):
    """Caption, who may see it, and the two buttons of which only the right one publishes."""

    activity = PUBLISH

    def __init__(self, app: Surroundings, media: list[Media]) -> None:
        super().__init__(app)
        self.media = media
        self.caption = ""
        self.focused = False

    def build(self) -> View:
        scroll = box(
            (0, 144, WIDTH, _FOOTER), self._header(), self._rows(), cls=SCROLL, rid=self.app.ids("form")
        )
        return page(*title_bar(self.app, "Post"), scroll, self._footer())

    def _header(self) -> View:
        ids = self.app.ids
        entry = field(
            (28, 160, 450, 420),
            self.caption,
            "Add description",
            on_tap=self._focus,
            on_text=self._type,
            focused=self.focused,
            rid=ids("caption_field"),
            valign="top",
        )
        cover = picture(
            (480, 160, 692, 420),
            f"media/{self.media[0].sha256}",
            desc="Cover",
            radius=10,
            on_tap=self._not_here,
        )
        preview = text((492, 170, 600, 206), "Preview", size=22, color=WHITE, rid=ids("cover_preview"))
        edit = text(
            (492, 376, 680, 412), "Edit cover", size=22, color=WHITE, align="center", rid=ids("cover_edit")
        )
        return box(
            (0, 144, WIDTH, 530),
            entry,
            cover,
            preview,
            edit,
            self._extra_buttons(),
            cls=RELATIVE,
            rid=ids("video_header_layout"),
        )

    def _extra_buttons(self) -> View:
        def add(sign: str) -> Callable[[], None]:
            return lambda: self._type(f"{self.caption}{sign}")

        ids = self.app.ids
        bounds = (28, 452, 420, 516)
        buttons = box(
            bounds,
            button((28, 452, 216, 516), "Hashtags", add("#"), size=24, rid=ids("add_hashtag")),
            button((232, 452, 420, 516), "Mention", add("@"), size=24, rid=ids("add_mention")),
            cls=LINEAR,
            rid=ids("video_add_extra_buttons_container"),
        )
        return box((28, 452, 700, 516), buttons, cls=SIDEWAYS)

    def _rows(self) -> View:
        lines = (
            ("Location", "place"),
            ("Add link", "plus"),
            ("Everyone can view this post", "globe"),
            ("More options", "dots"),
            ("Share to", "share_line"),
        )
        rows = [self._row(words, shape, 540 + 104 * n) for n, (words, shape) in enumerate(lines)]
        return box(
            (0, 540, WIDTH, 540 + 104 * len(lines)), *rows, cls=RELATIVE, rid=self.app.ids("post_rows")
        )

    def _row(self, words: str, shape: str, top: int) -> View:
        label = text((100, top, 640, top + 104), words, rid=self.app.ids("post_row_text"), size=30)
        children = [
            icon((28, top, 88, top + 104), shape, size=36),
            label,
            icon((650, top, 700, top + 104), "forward", size=26, color=GREY),
        ]
        bounds = (0, top, WIDTH, top + 104)
        return box(
            bounds, *children, cls=BUTTON, desc=words, rid=self.app.ids("post_row"), on_tap=self._not_here
        )

    def _footer(self) -> View:
        ids = self.app.ids
        drafts = button(
            (24, 1494, 350, 1584), "Drafts", self._save_draft, rid=ids("post_drafts"), background=PALE
        )
        post = button(
            (370, 1494, 696, 1584),
            "Post",
            self._publish,
            rid=ids("post_publish"),
            background=ACCENT,
            color=WHITE,
        )
        return box((0, _FOOTER, WIDTH, HEIGHT), drafts, post, cls=LINEAR, background=WHITE)

    def _focus(self) -> None:
        self.focused = True

    def _type(self, words: str) -> None:
        self.focused = True
        self.caption = words

    def _not_here(self) -> None:
        self.app.device.toast("This is not part of this rehearsal")

    def _save_draft(self) -> None:
        self.app.save_draft(self.media, self.caption)

    def _publish(self) -> None:
        self.app.publish(self.media, self.caption)
