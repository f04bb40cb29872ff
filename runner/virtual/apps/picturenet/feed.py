"""The first tab: stories, what is being posted, and posts one below the other."""

from runner.virtual.apps.parts import (
    BUTTON,
    GREY,
    INK,
    LINEAR,
    PALE,
    STATUS_BAR,
    WHITE,
    WIDTH,
    Action,
    box,
    icon,
    picture,
    text,
)
from runner.virtual.apps.picturenet import relations
from runner.virtual.apps.picturenet.chrome import BAR_TOP, HOME, TITLE_BOTTOM, page, tab_bar
from runner.virtual.apps.picturenet.ids import rid
from runner.virtual.apps.picturenet.own_posts import has_story
from runner.virtual.apps.picturenet.panels import Row, sheet
from runner.virtual.apps.picturenet.post_row import HEADER, MEDIA, Unfold, post_head, post_row
from runner.virtual.apps.picturenet.screen import Screen, Surroundings
from runner.virtual.apps.picturenet.uploads import ROW_HEIGHT, failed_row, pending_row, posted_row
from runner.virtual.apps.picturenet.world import FEED, shown_card, suggested
from runner.virtual.views import View

_TRAY = 200
_POST = HEADER + MEDIA + 200
_FRIENDS = ("demo_user_11", "demo_user_12", "demo_user_13")
_EXIT_WARNING_S = 3.0


class Feed(Screen):
    """A swipe up shows the next post. Stories and rows of uploads stand above the first one."""

    place = "feed"

    def __init__(self, app: Surroundings) -> None:
        super().__init__(app)
        self.position = 0
        self.unfold = Unfold()
        self.warned = False
        self.choosing = False

    def see(self) -> None:
        """Remember that the present post was shown."""
        card = shown_card(FEED, self.position)
        if card.id not in self.app.state.posts_seen:
            self.app.state.posts_seen.append(card.id)

    def build(self) -> View:
        top = TITLE_BOTTOM
        rows: list[View] = []
        if self.position == 0:
            rows.append(self._tray(top))
            top += _TRAY
            for row in self._upload_rows(top):
                rows.append(row)
                top += ROW_HEIGHT
        rows += self._posts(top)
        area = (0, TITLE_BOTTOM, WIDTH, BAR_TOP)
        listed = box(
            area,
            *rows,
            cls="androidx.recyclerview.widget.RecyclerView",
            rid="android:id/list",
            scrollable=True,
        )
        views = [listed, self._bar(), tab_bar(self.app, HOME)]
        if self.choosing:
            kinds = [Row(words, self.app.not_here) for words in ("Following", "Favorites")]
            views.append(sheet("Feed", kinds, self._close_menu))
        if self.warned:
            words = text((24, BAR_TOP - 100, 696, BAR_TOP - 20), "Tap again to exit", color=WHITE)
            words.rid = rid("snackbar_message")
            views.append(box((12, BAR_TOP - 104, 708, BAR_TOP - 16), words, background=INK, radius=12))
        return page(*views)

    def _posts(self, top: int) -> list[View]:
        card = shown_card(FEED, self.position)
        if top + _POST > BAR_TOP:
            return post_head(self.app, card, top, BAR_TOP)
        unfolded = card.id in self.unfold.ids
        rows = post_row(self.app, card, top, unfolded=unfolded, unfold=self.unfold)
        foot = max(view.bounds[3] for view in rows)
        if self.position % 5 == 2:
            rows.append(self._suggestions(foot + 10))
            foot += 280
        if foot + 20 + HEADER < BAR_TOP:
            rows += post_head(self.app, shown_card(FEED, self.position + 1), foot + 20, BAR_TOP)
        return rows

    def _upload_rows(self, top: int) -> list[View]:
        app = self.app
        rows: list[View] = []
        for what in app.state.cannot_post[:1]:
            rows.append(failed_row(what, top, self._discard))
            top += ROW_HEIGHT
        if app.state.settings.withheld == "uploads":
            return rows
        for upload in app.uploads.running[:1]:
            rows.append(pending_row(app.state.account, upload, app.device.now(), top))
            top += ROW_HEIGHT
        for upload in app.uploads.done[:1]:
            rows.append(posted_row(upload, top))
        return rows

    def _discard(self) -> None:
        self.app.state.cannot_post.pop(0)

    def _tray(self, top: int) -> View:
        bounds = (0, top, WIDTH, top + _TRAY)
        own = self.app.state.account
        faces = [
            self._story(place, top, handle, len(_FRIENDS)) for place, handle in enumerate((own, *_FRIENDS))
        ]
        tray = box(bounds, *faces, cls="androidx.recyclerview.widget.RecyclerView", scrollable=True)
        tray.desc = "reels tray container"
        return box(bounds, tray, rid=rid("reels_tray_container"))

    def _story(self, place: int, top: int, handle: str, others: int) -> View:
        left = place * 180
        own = place == 0
        words = f"{handle}'s story, {place} of {others}, Unseen."
        if own and not has_story(self.app.state):
            words = f"Profile picture of {handle}"
        inner = (left + 22, top + 10, left + 158, top + 146)
        face = picture(inner, f"face/{handle}", rid=rid("avatar_image_view"), desc=words, radius=68)
        name = text(
            (left + 10, top + 156, left + 170, top + 190),
            "Your story" if own else handle,
            rid=rid("username"),
            size=20,
            align="center",
        )
        children = [face, name]
        if own:
            children.append(
                icon(
                    (left + 116, top + 100, left + 162, top + 146),
                    "plus",
                    rid=rid("reel_empty_badge"),
                    desc="Add to story",
                    size=26,
                )
            )
        bounds = (left, top, left + 180, top + _TRAY)
        return box(bounds, *children, cls=LINEAR, rid=rid("outer_container"), on_tap=self.app.not_here)

    def _suggestions(self, top: int) -> View:
        """Cards with follow buttons that belong to nobody who was asked for."""
        title = text((23, top, 400, top + 40), "Suggested for you", rid=rid("netego_carousel_title"))
        cards = [title]
        for n, handle in enumerate(suggested("feed")):
            left = 23 + 240 * n
            label = relations.follow_label(self.app, handle)
            name = text((left, top + 130, left + 220, top + 165), handle, size=22, align="center")
            follow = text(
                (left + 30, top + 170, left + 190, top + 220),
                label,
                cls=BUTTON,
                rid=rid("netego_su_card_follow_button"),
                size=24,
                align="center",
                background=PALE,
                radius=8,
                selected=True,
                on_tap=self._following(handle),
            )
            face = picture((left + 70, top + 46, left + 150, top + 126), f"face/{handle}", radius=40)
            bounds = (left, top + 44, left + 220, top + 230)
            cards.append(box(bounds, face, name, follow, rid=rid("suggested_entity_card_container")))
        return box((0, top, WIDTH, top + 240), *cards, cls=LINEAR, rid=rid("netego_carousel_container_view"))

    def _following(self, handle: str) -> Action:
        return lambda: relations.follow(self.app, handle)

    def _bar(self) -> View:
        create = icon((0, STATUS_BAR, 80, TITLE_BOTTOM), "plus", desc="Create", on_tap=self.app.go_create)
        left = box(
            (0, STATUS_BAR, 80, TITLE_BOTTOM),
            create,
            cls=LINEAR,
            rid=rid("action_bar_buttons_container_left"),
        )
        title = text(
            (240, STATUS_BAR + 20, 480, TITLE_BOTTOM - 20),
            "For you",
            rid=rid("title_text"),
            size=34,
            bold=True,
            align="center",
            on_tap=self._open_menu,
        )
        news = icon(
            (641, STATUS_BAR, 720, TITLE_BOTTOM),
            "heart_line",
            rid=rid("notification"),
            color=GREY,
            on_tap=self.app.not_here,
        )
        bounds = (0, STATUS_BAR, WIDTH, TITLE_BOTTOM)
        return box(bounds, left, title, news, rid=rid("main_feed_action_bar"), background=WHITE)

    def _open_menu(self) -> None:
        """Its words are a state of follow buttons elsewhere."""
        self.choosing = True

    def _close_menu(self) -> None:
        self.choosing = False

    def swipe(self, across: int, down: int) -> None:
        step = 1 if down < -100 else -1 if down > 100 else 0
        self.position = max(0, self.position + step)
        self.warned = False
        self.see()

    def back(self) -> bool:
        """To the first post, then a warning, then out of the app."""
        if self.choosing:
            self.choosing = False
            return True
        if self.position:
            self.position = 0
            return True
        if self.warned:
            return False
        self.warned = True
        self.app.device.call_later(_EXIT_WARNING_S, self._forget_warning)
        return True

    def _forget_warning(self) -> None:
        self.warned = False
        self.app.device.changed()
