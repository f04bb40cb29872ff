"""Messages: the third tab, which opens nothing, and the sheet that sends a post to friends."""

from runner.virtual.apps.parts import (
    BUTTON,
    GREY,
    HEIGHT,
    LINEAR,
    WHITE,
    WIDTH,
    Action,
    box,
    button,
    picture,
    text,
)
from runner.virtual.apps.picturenet.chrome import BAR_TOP, DIRECT, page, tab_bar, title_bar
from runner.virtual.apps.picturenet.ids import rid
from runner.virtual.apps.picturenet.panels import dimmer
from runner.virtual.apps.picturenet.screen import Screen, Surroundings
from runner.virtual.apps.picturenet.world import Card
from runner.virtual.views import View

_FRIENDS = ("demo_user_11", "demo_user_12", "demo_user_13")
_TOP = 700


class Inbox(Screen):
    """Nobody writes to a rehearsal."""

    def build(self) -> View:
        words = text((60, 700, 660, 780), "No messages yet", size=32, color=GREY, align="center")
        return page(title_bar(self.app, self.app.state.account), words, tab_bar(self.app, DIRECT))


class SendSheet(Screen):
    """What a tap beside the comment button opens. One more tap or two, and a post has been sent."""

    place = "send"

    def __init__(self, app: Surroundings, card: Card) -> None:
        super().__init__(app)
        self.card = card
        self.chosen = ""

    def build(self) -> View:
        behind = picture((0, 0, WIDTH, _TOP + 30), self.card.image, cls="android.view.View")
        faces = [self._friend(handle, 40 + 220 * n) for n, handle in enumerate(_FRIENDS)]
        others = [
            text(
                (40 + 340 * n, 1100, 360 + 340 * n, 1170),
                words,
                cls=BUTTON,
                align="center",
                on_tap=self.app.not_here,
            )
            for n, words in enumerate(("Add to story", "Copy link"))
        ]
        views = [*faces, *others]
        if self.chosen:
            views.append(button((40, BAR_TOP - 20, 680, BAR_TOP + 70), "Send", self._send))
        panel = box(
            (0, _TOP, WIDTH, HEIGHT),
            *views,
            cls=LINEAR,
            rid=rid("direct_private_share_container_view"),
            background=WHITE,
            radius=24,
            on_tap=_nothing,
        )
        return page(behind, dimmer(self.app.leave), panel)

    def _friend(self, handle: str, left: int) -> View:
        bounds = (left, 800, left + 200, 1020)
        face = picture((left + 30, 810, left + 170, 950), f"face/{handle}", radius=70)
        name = text((left, 960, left + 200, 1000), handle, size=22, align="center")
        return box(bounds, face, name, on_tap=self._choosing(handle), selected=handle == self.chosen)

    def _choosing(self, handle: str) -> Action:
        def choose() -> None:
            self.chosen = handle

        return choose

    def _send(self) -> None:
        entry = {"post": self.card.id, "to": self.chosen, "at": self.app.now()}
        self.app.state.sends.append(entry)
        self.app.leave()


def _nothing() -> None:
    """A tap beside the faces."""
