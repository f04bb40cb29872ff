"""One video alone, as a tile or a link opens it."""

from collections.abc import Sequence

from runner.virtual.apps.parts import BLACK, EDIT, HEIGHT, WHITE, WIDTH, box, text
from runner.virtual.apps.shortvideo.card import video_card
from runner.virtual.apps.shortvideo.chrome import BAR_TOP, back_arrow, page
from runner.virtual.apps.shortvideo.feed import SHORTEST_SWIPE
from runner.virtual.apps.shortvideo.screen import DETAIL, Screen, Surroundings
from runner.virtual.apps.shortvideo.world import Video
from runner.virtual.views import Paint, View


class Detail(Screen):
    """The card with a back arrow above and a way to comment below. Swipes lead through the list that it stands in."""

    activity = DETAIL

    def __init__(self, app: Surroundings, video: Video, others: Sequence[Video] = ()) -> None:
        super().__init__(app)
        self.video = video
        self.others = others or (video,)
        self.unfolded = False

    def build(self) -> View:
        card = video_card(self.app, self.video, unfolded=self.unfolded, unfold=self._unfold)
        return page(*card, back_arrow(self.app, color=WHITE), self._comment_bar(), background=BLACK)

    def swipe(self, across: int, down: int) -> None:
        if abs(down) < max(abs(across), SHORTEST_SWIPE):
            return
        place = self.others.index(self.video) + (1 if down < 0 else -1)
        if 0 <= place < len(self.others):
            self.video, self.unfolded = self.others[place], False

    def _unfold(self) -> None:
        self.unfolded = True

    def _comment_bar(self) -> View:
        def open_comments() -> None:
            self.app.go_comments(self.video)

        # The field looks like the one of the sheet, but the view above it takes the tap.
        bounds = (24, BAR_TOP + 14, 696, HEIGHT - 14)
        words = View(
            bounds, cls=EDIT, hint="Add comment...", rid=self.app.ids("comment_bar"), paint=Paint(size=26)
        )
        above = box(bounds, cls="android.view.View", on_tap=open_comments)
        return box((0, BAR_TOP, WIDTH, HEIGHT), words, above, background="#121212")


class Unavailable(Screen):
    """Where a link to nothing leads."""

    activity = DETAIL

    def build(self) -> View:
        notice = text(
            (60, 700, 660, 760), "Video currently unavailable", color=WHITE, size=32, align="center"
        )
        return page(back_arrow(self.app, color=WHITE), notice, background=BLACK)
