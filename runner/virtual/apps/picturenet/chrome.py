"""What many screens share: the page, the tabs, the bar with a title."""

from runner.virtual.apps.parts import (
    BLACK,
    GREY,
    HEIGHT,
    INK,
    LINEAR,
    SCREEN,
    STATUS_BAR,
    WHITE,
    WIDTH,
    Action,
    box,
    icon,
    text,
)
from runner.virtual.apps.picturenet.ids import rid
from runner.virtual.apps.picturenet.screen import Surroundings
from runner.virtual.views import View

BAR_TOP = 1504
"""Top edge of the tabs."""
TITLE_BOTTOM = 140
"""Lower edge of the bar with a title."""
BLUE = "#0095f6"

HOME, REELS, DIRECT, SEARCH, PROFILE = "feed_tab", "clips_tab", "direct_tab", "search_tab", "profile_tab"
CREATE = "creation_tab"
_TABS = (
    (HOME, "Home", "home"),
    (REELS, "Reels", "play"),
    (DIRECT, "Message", "send"),
    (SEARCH, "Search and explore", "search"),
    (PROFILE, "Profile", "person"),
)
_OLD_TABS = (_TABS[0], _TABS[3], (CREATE, "Create", "plus"), _TABS[1], _TABS[4])
"""Earlier releases had a tab that creates, and messages in a corner of the feed."""


def page(*children: View, background: str = WHITE) -> View:
    """A whole screen."""
    main = box(SCREEN, *children, rid=rid("layout_container_main"))
    content = box(SCREEN, main, rid="android:id/content")
    return box(SCREEN, box(SCREEN, content, cls=LINEAR, rid=rid("action_bar_root")), background=background)


def tab_bar(app: Surroundings, current: str, *, dark: bool = False) -> View:
    """The five tabs. None creates, in recent releases: that is in the upper left corner of some pages."""
    tabs = [
        _tab(app, name, desc, shape, place, current=current, dark=dark)
        for place, (name, desc, shape) in enumerate(_OLD_TABS if app.state.settings.old_tabs else _TABS)
    ]
    bounds = (0, BAR_TOP, WIDTH, HEIGHT)
    return box(bounds, *tabs, cls=LINEAR, rid=rid("tab_bar"), background=BLACK if dark else WHITE)


def _tab(
    app: Surroundings, name: str, desc: str, shape: str, place: int, *, current: str, dark: bool
) -> View:
    left, chosen = place * 144, name == current
    bounds = (left, BAR_TOP, left + 144, HEIGHT)
    bright = WHITE if dark else INK

    def go() -> None:
        if name == CREATE:
            app.go_create()
        else:
            app.go_tab(name)

    symbol = icon(
        (left + 50, BAR_TOP + 26, left + 94, BAR_TOP + 70),
        shape,
        rid=rid("tab_avatar" if name == PROFILE else "tab_icon"),
        color=bright if chosen else GREY,
        selected=chosen,
    )
    # The tab of the feed itself is never marked as chosen; only its picture is.
    return box(bounds, symbol, rid=rid(name), desc=desc, on_tap=go, selected=chosen and name != HOME)


def title_bar(app: Surroundings, words: str, *right: View, leave: Action | None = None) -> View:
    """A back arrow and a title at its right, and what stands at the end of the bar."""
    back = icon(
        (0, STATUS_BAR, 92, TITLE_BOTTOM),
        "back",
        rid=rid("action_bar_button_back"),
        desc="Back",
        on_tap=leave or app.leave,
    )
    title = text(
        (117, STATUS_BAR + 20, 560, TITLE_BOTTOM - 20), words, rid=rid("action_bar_title"), size=34, bold=True
    )
    title.desc = words
    bounds = (0, STATUS_BAR, WIDTH, TITLE_BOTTOM)
    return box(bounds, back, title, *right, rid=rid("action_bar_container"), background=WHITE)


def word_button(
    words: str, on_tap: Action, *, name: str, left: int = 600, desc: str = "", enabled: bool = True
) -> View:
    """A word at the right end of the bar with the title: OK, Next, Done."""
    view = text(
        (left, STATUS_BAR + 10, 712, TITLE_BOTTOM - 10),
        words,
        cls="android.widget.Button",
        rid=rid(name),
        on_tap=on_tap,
        color=BLUE if enabled else GREY,
        bold=True,
        align="center",
    )
    view.desc = desc or words
    view.enabled = enabled
    return view
