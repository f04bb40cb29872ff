"""The head of an account's page: picture, names, counters, and the tabs over the grid."""

from collections.abc import Callable
from functools import partial

from runner.virtual.apps.parts import (
    BUTTON,
    GREY,
    INK,
    LINEAR,
    RELATIVE,
    WIDTH,
    Action,
    box,
    icon,
    picture,
    text,
)
from runner.virtual.apps.shortvideo.noise import noisy
from runner.virtual.apps.shortvideo.screen import Surroundings
from runner.virtual.apps.shortvideo.world import compact
from runner.virtual.views import View

GRID_TOP = 788


def names(app: Surroundings, name: str, handle: str, *, on_name: Action | None = None) -> list[View]:
    """The picture, the display name and the @handle."""
    face = picture((270, 140, 450, 320), f"face/{handle}", rid=app.ids("profile_face"), radius=90)
    shown = text(
        (120, 330, 600, 380),
        name,
        cls=BUTTON,
        rid=app.ids("profile_name"),
        size=34,
        bold=True,
        align="center",
        on_tap=on_name or _nothing,
    )
    is_marked = handle == app.state.account and app.state.settings.not_recommended
    at_handle = text(
        (160, 380, 560, 408 if is_marked else 424),
        noisy(app, f"@{handle}"),
        cls=BUTTON,
        rid=app.ids("profile_handle"),
        size=26,
        color=GREY,
        align="center",
        on_tap=_nothing,
    )
    return [face, shown, at_handle, _not_recommended(app)] if is_marked else [face, shown, at_handle]


def _not_recommended(app: Surroundings) -> View:
    """A mark under the handle, with the handle's id."""
    sign = icon((200, 410, 224, 434), "warning", size=20, color=GREY)
    words = text(
        (230, 408, 560, 436), "Not recommended account", rid=app.ids("profile_handle"), size=20, color=GREY
    )
    return box((200, 408, 560, 436), sign, words, cls=LINEAR, on_tap=_nothing)


def counters(
    app: Surroundings, following: int, followers: int, likes: int, *, open_following: Action | None = None
) -> View:
    """Three counts over their words; each pair can be tapped."""
    follower_word = "Follower" if followers == 1 else "Followers"
    pairs = [
        ("Following", following, open_following or _nothing),
        (follower_word, followers, _nothing),
        ("Likes", likes, _nothing),
    ]
    boxes = [_counter(app, words, count, 90 + n * 180, act) for n, (words, count, act) in enumerate(pairs)]
    return box((90, 436, 630, 530), *boxes, cls=LINEAR, rid=app.ids("counters"))


def _counter(app: Surroundings, words: str, count: int, left: int, on_tap: Action) -> View:
    number = text(
        (left, 436, left + 180, 484),
        compact(count),
        rid=app.ids("counter_number"),
        size=32,
        bold=True,
        align="center",
    )
    label = text(
        (left, 484, left + 180, 524),
        words,
        rid=app.ids("counter_label"),
        size=24,
        color=GREY,
        align="center",
    )
    return box((left, 436, left + 180, 530), number, label, cls=LINEAR, on_tap=on_tap)


def tabs(
    app: Surroundings,
    shapes: dict[str, str],
    chosen: str = "Videos",
    choose: Callable[[str], None] | None = None,
) -> View:
    """The tabs over the grid, by description and icon."""
    width = WIDTH // len(shapes)
    children = [
        box(
            (n * width, 710, (n + 1) * width, 780),
            icon(
                (n * width, 710, (n + 1) * width, 780), shape, size=40, color=INK if desc == chosen else GREY
            ),
            cls=RELATIVE,
            rid=app.ids("profile_tab"),
            desc=desc,
            on_tap=partial(choose, desc) if choose else _nothing,
            selected=desc == chosen,
        )
        for n, (desc, shape) in enumerate(shapes.items())
    ]
    return box((0, 710, WIDTH, 780), *children, cls=LINEAR)


def wide_button(
    app: Surroundings, left: int, right: int, words: str, on_tap: Action, *, strong: bool
) -> View:
    """A button as this app builds it: words that cannot be tapped in boxes of which the outermost can."""
    bounds = (left, 552, right, 632)
    label = text(
        bounds,
        words,
        rid=app.ids("profile_button_text"),
        bold=True,
        align="center",
        color="#ffffff" if strong else INK,
    )
    inner = box(bounds, label, cls=LINEAR, rid=app.ids("profile_button_inner"))
    return box(
        bounds,
        box(bounds, inner, cls=LINEAR, rid=app.ids("profile_button")),
        cls=LINEAR,
        on_tap=on_tap,
        background="#fe2c55" if strong else "#f1f1f2",
        radius=12,
    )


def _nothing() -> None:
    """What a tap does on things that this rehearsal does not have."""
