"""The comments on a post: a sheet over it, with a field at the foot."""

from runner.virtual.apps.parts import (
    BUTTON,
    GREY,
    HEIGHT,
    LINEAR,
    PALE,
    WHITE,
    WIDTH,
    Action,
    box,
    field,
    icon,
    picture,
    text,
)
from runner.virtual.apps.picturenet.chrome import BLUE, page
from runner.virtual.apps.picturenet.ids import rid
from runner.virtual.apps.picturenet.panels import dimmer
from runner.virtual.apps.picturenet.screen import Screen, Surroundings
from runner.virtual.apps.picturenet.world import Card, comments_on
from runner.virtual.views import View

_TOP, _FOOT = 520, 1496
_EMOJI = ("\N{HEAVY BLACK HEART}\N{VARIATION SELECTOR-16}", "\N{FIRE}", "\N{CLAPPING HANDS SIGN}")


class Comments(Screen):
    """The button that sends is not there while the field is empty."""

    place = "comments"

    def __init__(self, app: Surroundings, card: Card) -> None:
        super().__init__(app)
        self.card = card
        self.words = ""
        self.focused = False

    def build(self) -> View:
        behind = picture((0, 0, WIDTH, _TOP + 30), self.card.image, cls="android.view.View")
        title = text(
            (160, _TOP + 40, 560, _TOP + 100),
            "Comments",
            rid=rid("title_text_view"),
            size=30,
            bold=True,
            align="center",
        )
        off = self.app.state.settings.comments_off
        body = [self._notice()] if off else [*self._rows(), *self._composer()]
        panel = box(
            (0, _TOP, WIDTH, HEIGHT),
            title,
            *body,
            rid=rid("layout_container_bottom_sheet"),
            background=WHITE,
            radius=24,
            on_tap=_nothing,
        )
        return page(behind, dimmer(self.app.leave), panel)

    def _notice(self) -> View:
        return text(
            (60, 900, 660, 980), "Comments on this post have been limited.", color=GREY, align="center"
        )

    def _rows(self) -> list[View]:
        own = [
            (comment["as"], comment["text"])
            for comment in reversed(self.app.state.comments)
            if comment["post"] == self.card.id
        ]
        others = comments_on(self.card.id) if self.card.comments else []
        rows = (own + others)[:5]
        if not rows:
            empty = text((60, 800, 660, 860), "No comments yet", size=34, bold=True, align="center")
            empty.rid = rid("comment_empty_state_view")
            return [empty]
        lines = [self._row(_TOP + 130 + n * 140, author, words) for n, (author, words) in enumerate(rows)]
        area = (0, _TOP + 120, WIDTH, 1390)
        return [
            box(area, *lines, cls="androidx.recyclerview.widget.RecyclerView", rid=rid("sticky_header_list"))
        ]

    def _row(self, top: int, author: str, words: str) -> View:
        name = text((110, top, 600, top + 36), author, cls=BUTTON, size=24, bold=True)
        name.desc = author
        heart = icon((650, top + 20, 700, top + 70), "heart_line", size=28, color=GREY, on_tap=_nothing)
        heart.desc = "Tap to like comment"
        children = [
            picture((24, top + 6, 92, top + 74), f"face/{author}", radius=34),
            name,
            text((110, top + 36, 620, top + 84), words, rid=rid("row_comment_textview_comment"), size=26),
            text((110, top + 88, 220, top + 124), "Reply", cls=BUTTON, size=22, color=GREY, on_tap=_nothing),
            heart,
        ]
        return box((0, top, WIDTH, top + 132), *children, cls=LINEAR, rid=rid("row_comment_container"))

    def _composer(self) -> list[View]:
        emoji = [
            text(
                (24 + 100 * n, 1410, 104 + 100 * n, 1480),
                sign,
                rid=rid("item_emoji"),
                on_tap=self._adding(sign),
            )
            for n, sign in enumerate(_EMOJI)
        ]
        entry = field(
            (110, _FOOT + 12, 600, HEIGHT - 12),
            self.words,
            f"Add a comment for {self.card.author}",
            on_tap=self._focus,
            on_text=self._type,
            focused=self.focused,
            rid=rid("layout_comment_thread_edittext_multiline"),
            background=PALE,
            radius=40,
            size=24,
        )
        entry.cls = "android.widget.AutoCompleteTextView"
        face = picture((24, _FOOT + 16, 96, _FOOT + 88), f"face/{self.app.state.account}", radius=36)
        children = [face, entry]
        if self.words:
            send = icon(
                (620, _FOOT + 16, 704, _FOOT + 88),
                "send",
                rid=rid("layout_comment_thread_post_button_icon"),
                color=WHITE,
                background=BLUE,
                radius=36,
                size=36,
            )
            bounds = (610, _FOOT + 8, 712, _FOOT + 96)
            area = box(bounds, send, desc="Post", on_tap=self._send)
            area.rid = rid("layout_comment_thread_post_button_click_area")
            children.append(area)
        bounds = (0, _FOOT, WIDTH, HEIGHT)
        return [*emoji, box(bounds, *children, rid=rid("comment_composer_parent_updated"), background=WHITE)]

    def _adding(self, sign: str) -> Action:
        return lambda: self._type(self.words + sign)

    def _focus(self) -> None:
        self.focused = True

    def _type(self, words: str) -> None:
        self.focused = True
        self.words = words

    def _send(self) -> None:
        if not self.words.strip() or self.app.blocked():
            return
        memory = self.app.state
        memory.comments.append(
            {
                "post": self.card.id,
                "author": self.card.author,
                "as": memory.account,
                "text": self.words.strip(),
                "at": self.app.now(),
            }
        )
        self.words = ""
        self.focused = False


def _nothing() -> None:
    """What a rehearsal does without: answers to comments, and likes of them."""
