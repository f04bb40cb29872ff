"""One post alone, as a cell or a link opens it, and where a link to nothing leads."""

from runner.virtual.apps.parts import GREY, SCREEN, WIDTH, box, text
from runner.virtual.apps.picturenet.chrome import TITLE_BOTTOM, page, title_bar
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
        bar = title_bar(self.app, "Posts")
        if self.app.state.settings.withheld == "posts":
            return page(bar)
        unfolded = self.card.id in self.unfold.ids
        rows = post_row(self.app, self.card, TITLE_BOTTOM, unfolded=unfolded, unfold=self.unfold)
        area = (0, TITLE_BOTTOM, WIDTH, SCREEN[3])
        listed = box(area, *rows, cls="androidx.recyclerview.widget.RecyclerView", rid="android:id/list")
        return page(bar, listed)


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
