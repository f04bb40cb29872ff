"""What is at the top of every account's page: the name in the bar, the counts, the tabs above the grid."""

from collections.abc import Sequence

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
from runner.virtual.apps.picturenet.chrome import TITLE_BOTTOM
from runner.virtual.apps.picturenet.ids import rid
from runner.virtual.apps.picturenet.world import compact
from runner.virtual.views import View

COUNTS_BOTTOM = 300
TABS = ("Grid view", "Reels", "Reposts", "Photos of you")
TAB_HEIGHT = 78
_SHAPES = ("grid", "play", "repeat", "person")


def name_bar(handle: str, left: View, *right: View) -> View:
    """The account's name in the middle of the bar."""
    title = text(
        (105, STATUS_BAR + 10, 540, TITLE_BOTTOM - 10),
        handle,
        rid=rid("action_bar_title"),
        size=32,
        bold=True,
    )
    title.desc = handle
    name = box(
        (100, STATUS_BAR, 545, TITLE_BOTTOM), title, cls=LINEAR, rid=rid("action_bar_username_container")
    )
    bounds = (0, STATUS_BAR, WIDTH, TITLE_BOTTOM)
    return box(bounds, left, name, *right, rid=rid("profile_action_bar"), background=WHITE)


def bar_icon(shape: str, desc: str, left: int, on_tap: Action) -> View:
    """A symbol in the bar; these have no ids."""
    return icon((left, STATUS_BAR, left + 80, TITLE_BOTTOM), shape, desc=desc, on_tap=on_tap)


def head(
    handle: str, name: str, counts: tuple[int, int, int], *, ring: str, avatar: str, on_tap: Action
) -> View:
    """The face, the full name and the counts of posts, followers and accounts that are followed."""
    face = picture((39, 158, 170, 289), avatar, rid=rid("row_profile_header_imageview"), desc=ring, radius=65)
    frame = box(
        (39, 158, 170, 289), face, rid=rid("row_profile_header_imageview_frame_layout"), on_tap=on_tap
    )
    full_name = text(
        (208, 150, 700, 190),
        name or handle,
        rid=rid("profile_header_full_name_above_vanity"),
        size=26,
        bold=True,
    )
    kinds = (
        ("posts", "post_count_front_familiar", "post_count"),
        ("followers", "followers_stacked_familiar", "followers"),
        ("following", "following_stacked_familiar", "following"),
    )
    columns: list[View] = []
    for n, (words, column, part) in enumerate(kinds):
        left = 208 + 164 * n
        bounds = (left, 200, left + 160, COUNTS_BOTTOM)
        count = compact(counts[n])
        value = text(
            (left, 204, left + 160, 246),
            count,
            rid=rid(f"profile_header_familiar_{part}_value"),
            size=30,
            bold=True,
        )
        label = text(
            (left, 246, left + 160, 284),
            words,
            rid=rid(f"profile_header_familiar_{part}_label"),
            size=24,
        )
        columns.append(
            box(
                bounds,
                value,
                label,
                rid=rid(f"profile_header_{column}"),
                desc=f"{count}{words}",
                on_tap=_nothing,
            )
        )
    bounds = (0, TITLE_BOTTOM, WIDTH, COUNTS_BOTTOM + 10)
    return box(bounds, frame, full_name, *columns, rid=rid("row_profile_header"))


def wide_button(
    bounds: tuple[int, int, int, int], words: str, on_tap: Action, *, name: str = "button_container"
) -> View:
    """A button whose words are in a view of their own; several carry the same id."""
    label = text(bounds, words, size=26, bold=True, align="center")
    return box(
        bounds, label, cls=BUTTON, rid=rid(name), desc=words, on_tap=on_tap, background=PALE, radius=12
    )


def tab_row(top: int, chosen: str, choose: "dict[str, Action]") -> View:
    """The symbols above the grid; the chosen one is marked."""
    width = WIDTH // len(choose)
    tabs = [
        icon(
            (n * width, top, (n + 1) * width, top + TAB_HEIGHT),
            _SHAPES[TABS.index(name)],
            rid=rid("profile_tab_icon_view"),
            desc=name,
            color=INK if name == chosen else GREY,
            selected=name == chosen,
            on_tap=on_tap,
        )
        for n, (name, on_tap) in enumerate(choose.items())
    ]
    bounds = (0, top, WIDTH, top + TAB_HEIGHT)
    return box(bounds, *tabs, cls="android.widget.HorizontalScrollView", rid=rid("profile_tab_layout"))


def about_box(words: str, top: int) -> list[View]:
    """The own text about the account, all of it in one view."""
    bounds = (26, top, 694, top + 68)
    told = text(bounds, words, size=24, valign="top")
    return [box(bounds, told, cls="android.view.View", rid=rid("profile_declarative_ui_bio"))]


def lines(words: Sequence[str], top: int) -> list[View]:
    """Plain lines below the counts: what an account tells of itself."""
    return [text((26, top + 34 * n, 694, top + 34 + 34 * n), line, size=24) for n, line in enumerate(words)]


def _nothing() -> None:
    """The lists behind the counts are not part of a rehearsal."""
