"""One post alone, as a cell or a link opens it, and where a link to nothing leads."""

from runner.virtual.apps.parts import BUTTON, GREY, SCREEN, STATUS_BAR, WIDTH, box, text
from runner.virtual.apps.picturenet import relations
from runner.virtual.apps.picturenet.chrome import BLUE, TITLE_BOTTOM, page, title_bar
from runner.virtual.apps.picturenet.ids import rid
from runner.virtual.apps.picturenet.post_row import Unfold, post_row
from runner.virtual.apps.picturenet.screen import Screen, Surroundings
from runner.virtual.apps.picturenet.world import Card
from runner.virtual.views import View


class PostPage(Screen):
    """A list of posts that begins with the one that was opened; there are no tabs."""

    place = "post"

    def __init__(self, app: Surroundings, card: Card) -> None:
        super().__init__(app)
        self.card = card
        self.unfold = Unfold()

    def build(self) -> View:
        bar = title_bar(self.app, "Posts", *self._follow())
        if self.app.state.settings.withheld == "posts":
            return page(bar)
        unfolded = self.card.id in self.unfold.ids
        rows = post_row(self.app, self.card, TITLE_BOTTOM, unfolded=unfolded, unfold=self.unfold)
        area = (0, TITLE_BOTTOM, WIDTH, SCREEN[3])
        listed = box(area, *rows, cls="androidx.recyclerview.widget.RecyclerView", rid="android:id/list")
        return page(bar, listed)

    def _follow(self) -> list[View]:
        """The follow button at the end of the bar: its words are in a view of their own."""
        author = self.card.author
        if author == self.app.state.account:
            return []

        def follow() -> None:
            relations.follow(self.app, author)

        bounds = (560, STATUS_BAR + 16, 708, TITLE_BOTTOM - 12)
        words = text(
            bounds,
            relations.follow_label(self.app, author),
            rid=rid("action_bar_overflow_text"),
            size=26,
            color=BLUE,
            align="center",
            selected=True,
        )
        return [box(bounds, words, cls=BUTTON, rid=rid("follow_button"), on_tap=follow, selected=True)]


class Unavailable(Screen):
    """A page for an account or a post that does not exist."""

    def build(self) -> View:
        title = text(
            (60, 640, 660, 720),
            "Sorry, this page isn't available.",
            rid=rid("igds_headline_headline"),
            size=34,
            align="center",
        )
        words = text(
            (60, 730, 660, 820),
            "The link may be broken, or the page may have been removed.",
            size=26,
            color=GREY,
            align="center",
        )
        return page(title_bar(self.app, "Instagram"), title, words)
