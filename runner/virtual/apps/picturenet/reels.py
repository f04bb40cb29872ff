"""The viewer of reels: one on the whole screen, the next one by a swipe."""

from dataclasses import replace
from itertools import count

from runner.virtual.apps.parts import (
    BLACK,
    BUTTON,
    FRAME,
    STATUS_BAR,
    WHITE,
    WIDTH,
    Action,
    box,
    button,
    icon,
    picture,
    text,
)
from runner.virtual.apps.picturenet.chrome import BAR_TOP, TITLE_BOTTOM, page, tab_bar
from runner.virtual.apps.picturenet.chrome import REELS as REELS_TAB
from runner.virtual.apps.picturenet.ids import rid
from runner.virtual.apps.picturenet.memory import REEL
from runner.virtual.apps.picturenet.post_row import inline_follow
from runner.virtual.apps.picturenet.reel_rail import reel_rail
from runner.virtual.apps.picturenet.screen import Screen, Surroundings
from runner.virtual.apps.picturenet.uploads import snackbar
from runner.virtual.apps.picturenet.world import AD_FORM, REELS, SPONSORED, Card, shown_card
from runner.virtual.views import View

_LONG_CAPTION = 60
_GROUP = "android.view.ViewGroup"


class Reels(Screen):
    """The second tab, or one reel that a cell or a link opened and, by swiping, those of the tab."""

    place = "reels"

    def __init__(self, app: Surroundings, first: Card | None = None) -> None:
        super().__init__(app)
        self.first = first
        self.position = 0 if first is not None else self._first_unseen()
        self.unfolded = False

    def _first_unseen(self) -> int:
        """A new start of the app goes on behind the reels that were seen."""
        seen = self.app.state.posts_seen
        return next(place for place in count() if shown_card(REELS, place).id not in seen)

    @property
    def card(self) -> Card:
        if self.first is None:
            return shown_card(REELS, self.position)
        return self.first if self.position == 0 else shown_card(REELS, self.position - 1)

    def see(self) -> None:
        """Remember that the present reel was shown."""
        if self.card.id not in self.app.state.posts_seen:
            self.app.state.posts_seen.append(self.card.id)

    def build(self) -> View:
        card, area = self.card, (0, STATUS_BAR, WIDTH, BAR_TOP)
        start = "Sponsored Reel" if card.promotion == SPONSORED else "Reel"
        words = f"{start} by {card.author}. Double tap to play or pause."
        film = picture(area, card.image, cls=FRAME, rid=rid("clips_video_container"), desc=words)
        parts = [box(area, film, cls=_GROUP, rid=rid("clips_single_media_component"))]
        if card.promotion == AD_FORM:
            parts += self._ad_form()
        elif self.app.state.settings.withheld != "posts":
            parts += [*self._info(), *reel_rail(self.app, card)]
        component = box(area, *parts, cls=_GROUP, rid=rid("clips_media_component"), desc=words)
        pager = box(area, component, cls="androidx.viewpager.widget.ViewPager", scrollable=True)
        pager.rid = rid("clips_viewer_view_pager")
        views = [box(area, pager, rid=rid("root_clips_layout")), self._bar()]
        views.append(tab_bar(self.app, REELS_TAB if self.first is None else "", dark=True))
        return page(*views, *self._snackbar(), background=BLACK)

    def _info(self) -> list[View]:
        app, card = self.app, self.card

        def open_author() -> None:
            app.go_profile(card.author)

        name = text(
            (85, 1320, 300, 1360),
            card.author,
            cls=BUTTON,
            rid=rid("clips_author_username"),
            color=WHITE,
            bold=True,
            on_tap=open_author,
        )
        name.desc = card.author
        face = picture(
            (26, 1310, 78, 1362),
            f"face/{card.author}",
            rid=rid("clips_author_profile_pic"),
            desc=f"Profile picture of {card.author}",
            radius=26,
            on_tap=open_author,
        )
        parts = [face, name]
        if card.author != app.state.account and not card.promotion:
            parts.append(inline_follow(app, card.author, (320, 1314, 470, 1364)))
        if card.promotion:
            parts.append(
                text(
                    (26, 1270, 300, 1306), "Sponsored", rid=rid("clips_sponsored_label"), color=WHITE, size=24
                )
            )
        if app.state.settings.withheld != "captions":
            parts.append(self._caption())
        return [box((0, 1260, 620, 1490), *parts, cls=_GROUP, rid=rid("clips_media_info_component"))]

    def _caption(self) -> View:
        """The caption is told as a description only, cut until it is tapped."""
        words = self.card.caption
        if len(words) > _LONG_CAPTION and not self.unfolded:
            words = words[:_LONG_CAPTION].rstrip() + " …"
        bounds = (26, 1380, 610, 1480 if self.unfolded else 1430)
        drawn = text(bounds, words, color=WHITE, size=24, valign="top")
        told = View(bounds, cls=_GROUP, desc=words, clickable=True, on_tap=self._unfold, paint=drawn.paint)
        return box(bounds, told, cls=_GROUP, rid=rid("clips_caption_component"))

    def _unfold(self) -> None:
        self.unfolded = True

    def _ad_form(self) -> list[View]:
        """An advertisement that asks: neither of its buttons may be tapped, only swiping leads on."""
        question = text(
            (80, 640, 640, 720), "Would you like to hear more?", color=WHITE, size=34, align="center"
        )
        yes = button((120, 760, 600, 850), "Yes, I'm interested", self._answer("Yes, I'm interested"))
        no = button((120, 870, 600, 960), "Dismiss", self._answer("Dismiss"), background=None, color=WHITE)
        label = text(
            (26, 1270, 300, 1306), "Sponsored", rid=rid("clips_sponsored_label"), color=WHITE, size=24
        )
        return [question, yes, no, label]

    def _answer(self, words: str) -> Action:
        def answer() -> None:
            entry = {"screen": AD_FORM, "answer": words, "at": self.app.now()}
            self.app.state.answers.append(entry)

        return answer

    def _bar(self) -> View:
        create = icon(
            (0, STATUS_BAR, 78, TITLE_BOTTOM),
            "plus",
            desc="Create a reel",
            color=WHITE,
            on_tap=self.app.go_create,
        )
        tabs = []
        for n, words in enumerate(("Reels", "Friends")):
            bounds = (172 + 190 * n, STATUS_BAR + 20, 362 + 190 * n, TITLE_BOTTOM - 10)
            label = text(
                bounds, words, rid=rid("text1"), color=WHITE, bold=True, align="center", selected=n == 0
            )
            tab = box(bounds, label, desc=words, selected=n == 0, on_tap=self.app.not_here if n else _nothing)
            tabs.append(tab)
        row = box((172, STATUS_BAR, 552, TITLE_BOTTOM), *tabs, rid=rid("action_bar_tab_layout"))
        return box((0, STATUS_BAR, WIDTH, TITLE_BOTTOM), create, row, rid=rid("clips_viewer_action_bar"))

    def _snackbar(self) -> list[View]:
        uploads, now = self.app.uploads, self.app.device.now()
        running = [upload for upload in uploads.running if upload.kind == REEL]
        done = [upload for upload in uploads.done if upload.kind == REEL]
        if self.app.state.settings.withheld == "uploads":
            return []
        if running:
            return [snackbar(running[0], now, BAR_TOP, None)]
        if done:
            return [snackbar(done[0], now, BAR_TOP, self._send_own)]
        return []

    def _send_own(self) -> None:
        done = self.app.uploads.done[0]
        self.app.go_send(replace(self.card, id=done.post_id, author=self.app.state.account))

    def swipe(self, across: int, down: int) -> None:
        step = 1 if down < -100 else -1 if down > 100 else 0
        self.position = max(0, self.position + step)
        self.unfolded = False
        self.see()


def _nothing() -> None:
    """The tab that is chosen already."""
