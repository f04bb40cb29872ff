"""Other accounts that a page suggests right under its header, with Follow buttons of their own."""

from functools import partial

from runner.virtual.apps.parts import ACCENT, PALE, WHITE, box, button, text
from runner.virtual.apps.shortvideo import relations
from runner.virtual.apps.shortvideo.screen import Surroundings
from runner.virtual.views import View

_TOP = 636


def suggestions(app: Surroundings, beside: str) -> list[View]:
    """A strip of cards; none of them is the account whose page it is."""
    names = [
        name for name in ("demo_user_41", "demo_user_42", "demo_user_43", "fan_of_demo") if name != beside
    ]
    return [_card(app, name, 20 + 230 * n) for n, name in enumerate(names[:3])]


def _card(app: Surroundings, handle: str, left: int) -> View:
    label = relations.follow_label(app, handle)
    is_new = handle not in app.state.relations
    name = text((left, _TOP, left + 220, _TOP + 28), handle, size=20, rid=app.ids("suggested_name"))
    follow = button(
        (left, _TOP + 30, left + 220, _TOP + 70),
        label,
        partial(relations.follow, app, handle),
        rid=app.ids("suggested_follow"),
        background=ACCENT if is_new else PALE,
        color=WHITE if is_new else "#161823",
        size=22,
    )
    return box((left, _TOP, left + 220, _TOP + 70), name, follow, rid=app.ids("suggested"))
