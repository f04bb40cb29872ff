"""A strip of other accounts below the head of a page, each with a follow button of its own."""

from runner.virtual.apps.parts import BUTTON, LINEAR, PALE, WIDTH, Action, box, picture, text
from runner.virtual.apps.picturenet import relations
from runner.virtual.apps.picturenet.ids import rid
from runner.virtual.apps.picturenet.screen import Surroundings
from runner.virtual.apps.picturenet.world import suggested
from runner.virtual.views import View

HEIGHT = 250


def suggestions(app: Surroundings, handle: str, top: int) -> View:
    """Cards that look like the account that was asked for, and are not."""
    title = text((26, top, 500, top + 40), "Suggested for you", size=24, bold=True)
    cards = [title]
    for n, other in enumerate(suggested(handle)):
        left = 26 + 240 * n
        bounds = (left, top + 44, left + 224, top + HEIGHT - 4)
        face = picture((left + 72, top + 50, left + 152, top + 130), f"face/{other}", radius=40)
        name = text((left, top + 134, left + 224, top + 168), other, size=22, align="center")
        label = relations.follow_label(app, other)
        follow = text(
            (left + 22, top + 176, left + 202, top + 232),
            label,
            cls=BUTTON,
            rid=rid("suggested_user_card_follow_button"),
            size=24,
            align="center",
            background=PALE,
            radius=8,
            selected=True,
            on_tap=_following(app, other),
        )
        follow.desc = f"{label} {other}"
        cards.append(box(bounds, face, name, follow, cls=LINEAR, rid=rid("suggested_user_card_container")))
    return box((0, top, WIDTH, top + HEIGHT), *cards, cls=LINEAR, rid=rid("similar_accounts_container"))


def _following(app: Surroundings, handle: str) -> Action:
    return lambda: relations.follow(app, handle)
