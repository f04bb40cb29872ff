"""The first tab: cards without end, one on the screen at a time."""

from dataclasses import replace

from runner.virtual.apps.parts import (
    BLACK,
    SIDEWAYS,
    STATUS_BAR,
    WHITE,
    WIDTH,
    box,
    icon,
    text,
)
from runner.virtual.apps.shortvideo.card import video_card
from runner.virtual.apps.shortvideo.chrome import bottom_bar, page
from runner.virtual.apps.shortvideo.ids import ANDROID_TEXT1
from runner.virtual.apps.shortvideo.labels import tab_name
from runner.virtual.apps.shortvideo.screen import MAIN, Screen, Surroundings
from runner.virtual.apps.shortvideo.world import Video, feed_video, user_video
from runner.virtual.views import View

_TAB_NAMES = ("Explore", "Following", "Shop", "For You")
_SLIDES = 3
SHORTEST_SWIPE = 150
"""Shorter swipes spring back."""


class Feed(Screen):
    """For You, or Following once that tab was tapped. A new start goes on behind what was seen before."""

    activity = MAIN
    tells_uploads = True

    def __init__(self, app: Surroundings) -> None:
        super().__init__(app)
        self.tab = "For You"
        self.position = len(app.state.videos_seen)
        self.unfolded = False
        self.slide = 0
        self._take_kind()

    def build(self) -> View:
        video = self.video()
        middle = [_empty_notice()] if video is None else self._card(video)
        return page(*middle, self._top_bar(), bottom_bar(self.app, "Home", dark=True), background=BLACK)

    def video(self) -> Video | None:
        """The card on the screen; Following has none as long as nobody is followed."""
        if self.tab != "Following":
            return feed_video(self.position, self.app.state.settings.feed_kinds.get(str(self.position), ""))
        followed = list(self.app.state.relations)
        if not followed:
            return None
        return user_video(followed[self.position % len(followed)], self.position // len(followed))

    def swipe(self, across: int, down: int) -> None:
        if abs(down) >= max(abs(across), SHORTEST_SWIPE):
            self._go(self.position + (1 if down < 0 else -1))
        elif abs(across) >= SHORTEST_SWIPE:
            self._swipe_sideways(-1 if across > 0 else 1)

    def _swipe_sideways(self, step: int) -> None:
        """To the author of a video, but to the next picture of a photo post."""
        video = self.video()
        if video is None:
            return
        if video.kind == "photo":
            self.slide = min(max(0, self.slide + step), _SLIDES - 1)
        elif video.kind == "video" and step > 0:
            self.app.go_profile(video.author)

    def _go(self, position: int) -> None:
        if position < 0:
            return
        self.position = position
        self.unfolded = False
        self.slide = 0
        self._take_kind()
        self.see()

    def _take_kind(self) -> None:
        """A card that was not shown before is of the kind that the rehearsal wants next."""
        settings = self.app.state.settings
        if settings.next_cards and self.tab != "Following" and str(self.position) not in settings.feed_kinds:
            settings.feed_kinds[str(self.position)] = settings.next_cards.pop(0)

    def see(self) -> None:
        """Remember the card on the screen as seen."""
        video, seen = self.video(), self.app.state.videos_seen
        if video is not None and seen[-1:] != [video.id]:
            seen.append(video.id)

    def _card(self, video: Video) -> list[View]:
        if self.slide:
            video = replace(video, image=f"{video.image}/{self.slide}")
        return video_card(self.app, video, unfolded=self.unfolded, unfold=self._unfold)

    def _unfold(self) -> None:
        self.unfolded = True

    def _top_bar(self) -> View:
        tabs = [self._tab(name, 112 + place * 124) for place, name in enumerate(_TAB_NAMES)]
        strip = box((104, STATUS_BAR, 616, 136), box((104, STATUS_BAR, 616, 136), *tabs), cls=SIDEWAYS)
        live = icon((8, 60, 88, 124), "live", desc="LIVE", color=WHITE, rid=self.app.ids("live"))
        search = icon(
            (632, 60, 712, 124),
            "search",
            desc="Search",
            color=WHITE,
            rid=self.app.ids("search"),
            on_tap=self.app.go_search,
        )
        return box((0, STATUS_BAR, WIDTH, 136), live, strip, search, rid=self.app.ids("top_bar"))

    def _tab(self, name: str, left: int) -> View:
        bounds = (left, STATUS_BAR + 8, left + 124, 128)
        chosen = name == self.tab
        shown = tab_name(name, self.app.state.settings.language)

        def choose() -> None:
            self.tab = name
            self._go(0 if name == "Following" else len(self.app.state.videos_seen))

        words = text(
            bounds,
            shown,
            rid=ANDROID_TEXT1,
            selected=chosen,
            size=26,
            color=WHITE if chosen else "#c8c8cc",
            bold=chosen,
            align="center",
        )
        inner = box(bounds, words, desc=shown, selected=chosen)
        return box(bounds, inner, on_tap=choose, selected=chosen)


def _empty_notice() -> View:
    return text((80, 700, 640, 780), "Follow accounts to see their videos here", color=WHITE, align="center")
