"""The fourth tab: what others posted, and a field that looks for accounts."""

from runner.virtual.apps.parts import (
    GREY,
    LINEAR,
    PALE,
    STATUS_BAR,
    WIDTH,
    Action,
    box,
    field,
    icon,
    picture,
    text,
)
from runner.virtual.apps.picturenet.chrome import BAR_TOP, SEARCH, TITLE_BOTTOM, page, tab_bar
from runner.virtual.apps.picturenet.grid import post_grid
from runner.virtual.apps.picturenet.ids import rid
from runner.virtual.apps.picturenet.screen import Screen, Surroundings
from runner.virtual.apps.picturenet.world import REELS, User, find_users, shown_card
from runner.virtual.views import View

_ROW = 132


class Search(Screen):
    """Rows come up while one types; lookalikes stand around the account that was asked for."""

    place = "search"

    def __init__(self, app: Surroundings) -> None:
        super().__init__(app)
        self.query = ""
        self.searching = False

    def build(self) -> View:
        left = 92 if self.searching else 20
        entry = field(
            (left, STATUS_BAR + 12, 700, TITLE_BOTTOM - 8),
            self.query,
            "Search",
            on_tap=self._open,
            on_text=self._type,
            focused=self.searching,
            rid=rid("action_bar_search_edit_text"),
            background=PALE,
            radius=12,
        )
        bar = [entry]
        if self.searching:
            back = icon((0, STATUS_BAR, 88, TITLE_BOTTOM), "back", desc="Back", on_tap=self._close)
            back.rid = rid("action_bar_button_back")
            bar.insert(0, back)
        top = box((0, STATUS_BAR, WIDTH, TITLE_BOTTOM), *bar, rid=rid("action_bar_container"))
        body = self._results() if self.searching else [self._explore()]
        return page(top, *body, tab_bar(self.app, SEARCH))

    def _explore(self) -> View:
        cards = [shown_card(REELS, 100 + n) for n in range(15)]
        return post_grid(cards, "others", (TITLE_BOTTOM + 10, BAR_TOP), 0, self.app.go_post)

    def _results(self) -> list[View]:
        users = find_users(self.query)
        if not users:
            words = "No results found." if self.query.strip() else "Recent"
            return [text((40, 200, 680, 260), words, size=28, color=GREY)]
        keyword = text((40, 150, 680, 220), self.query.strip(), rid=rid("row_search_keyword_title"), size=28)
        return [keyword, *(self._row(user, 230 + _ROW * n) for n, user in enumerate(users))]

    def _row(self, user: User, top: int) -> View:
        face = picture((24, top + 16, 124, top + 116), f"face/{user.handle}", radius=50)
        name = text(
            (144, top + 16, 690, top + 60),
            user.handle,
            rid=rid("row_search_user_username"),
            bold=True,
        )
        more = text(
            (144, top + 62, 690, top + 104),
            user.name,
            rid=rid("row_search_user_fullname"),
            size=24,
            color=GREY,
        )
        bounds = (0, top, WIDTH, top + _ROW)
        return box(
            bounds,
            face,
            name,
            more,
            cls=LINEAR,
            rid=rid("row_search_user_container"),
            on_tap=self._opening(user.handle),
        )

    def _opening(self, handle: str) -> Action:
        def open_profile() -> None:
            self.app.state.searches.append({"query": self.query, "at": self.app.now()})
            self.app.go_profile(handle)

        return open_profile

    def _open(self) -> None:
        self.searching = True

    def _type(self, words: str) -> None:
        self.searching = True
        self.query = words

    def _close(self) -> None:
        self.searching = False
        self.query = ""

    def back(self) -> bool:
        open_before = self.searching
        self._close()
        return open_before
