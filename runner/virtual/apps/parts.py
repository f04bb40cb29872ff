"""Builders for the views that every app's screens are made of. Bounds are pixels of a 720 x 1600 screen."""

from collections.abc import Callable

from runner.virtual.views import Bounds, Paint, View

FRAME = "android.widget.FrameLayout"
LINEAR = "android.widget.LinearLayout"
RELATIVE = "android.widget.RelativeLayout"
SCROLL = "android.widget.ScrollView"
SIDEWAYS = "android.widget.HorizontalScrollView"
TEXT = "android.widget.TextView"
BUTTON = "android.widget.Button"
IMAGE = "android.widget.ImageView"
EDIT = "android.widget.EditText"

WIDTH, HEIGHT = 720, 1600
SCREEN: Bounds = (0, 0, WIDTH, HEIGHT)
STATUS_BAR = 48
"""Height of the strip with clock and battery; the system draws it over every app."""

INK, GREY, PALE, WHITE, BLACK = "#161823", "#75767c", "#f1f1f2", "#ffffff", "#000000"
ACCENT = "#fe2c55"

Action = Callable[[], None]


def box(
    bounds: Bounds,
    *children: View,
    cls: str = FRAME,
    rid: str = "",
    desc: str = "",
    on_tap: Action | None = None,
    selected: bool = False,
    scrollable: bool = False,
    background: str | None = None,
    radius: int = 0,
    outline: str | None = None,
) -> View:
    """A container."""
    return View(
        bounds=bounds,
        cls=cls,
        rid=rid,
        desc=desc,
        children=list(children),
        clickable=on_tap is not None,
        focusable=on_tap is not None,
        on_tap=on_tap,
        selected=selected,
        scrollable=scrollable,
        paint=Paint(background=background, radius=radius, outline=outline),
    )


def text(
    bounds: Bounds,
    words: str,
    *,
    cls: str = TEXT,
    rid: str = "",
    on_tap: Action | None = None,
    selected: bool = False,
    size: int = 28,
    color: str = INK,
    bold: bool = False,
    align: str = "left",
    valign: str = "middle",
    background: str | None = None,
    radius: int = 0,
) -> View:
    """Words; with `on_tap`, words that can be tapped."""
    return View(
        bounds=bounds,
        cls=cls,
        rid=rid,
        text=words,
        clickable=on_tap is not None,
        focusable=on_tap is not None,
        on_tap=on_tap,
        selected=selected,
        paint=Paint(
            background=background,
            color=color,
            size=size,
            bold=bold,
            align=align,
            valign=valign,
            radius=radius,
        ),
    )


def button(
    bounds: Bounds,
    words: str,
    on_tap: Action | None,
    *,
    rid: str = "",
    desc: str = "",
    enabled: bool = True,
    background: str | None = PALE,
    color: str = INK,
    size: int = 28,
    radius: int = 10,
) -> View:
    """A Button with words; a disabled one is drawn pale and keeps its action."""
    return View(
        bounds=bounds,
        cls=BUTTON,
        rid=rid,
        desc=desc,
        text=words,
        clickable=True,
        focusable=True,
        enabled=enabled,
        on_tap=on_tap if enabled else None,
        paint=Paint(
            background=background if enabled else PALE,
            color=color if enabled else "#b5b5b9",
            size=size,
            bold=True,
            radius=radius,
        ),
    )


def icon(
    bounds: Bounds,
    shape: str,
    *,
    cls: str = IMAGE,
    rid: str = "",
    desc: str = "",
    on_tap: Action | None = None,
    selected: bool = False,
    size: int = 44,
    color: str = INK,
    background: str | None = None,
    radius: int = 0,
) -> View:
    """A drawn shape of `size` pixels in the middle of its bounds."""
    return View(
        bounds=bounds,
        cls=cls,
        rid=rid,
        desc=desc,
        clickable=on_tap is not None,
        focusable=on_tap is not None,
        on_tap=on_tap,
        selected=selected,
        paint=Paint(icon=shape, size=size, color=color, background=background, radius=radius),
    )


def picture(
    bounds: Bounds,
    seed: str,
    *,
    cls: str = IMAGE,
    rid: str = "",
    desc: str = "",
    on_tap: Action | None = None,
    radius: int = 0,
) -> View:
    """A generated picture; the same seed gives the same one. A large radius makes it round."""
    return View(
        bounds=bounds,
        cls=cls,
        rid=rid,
        desc=desc,
        clickable=on_tap is not None,
        focusable=on_tap is not None,
        on_tap=on_tap,
        paint=Paint(image=seed, radius=radius),
    )


def field(
    bounds: Bounds,
    words: str,
    hint: str,
    *,
    on_tap: Action,
    on_text: Callable[[str], None],
    focused: bool = False,
    rid: str = "",
    background: str | None = None,
    size: int = 28,
    radius: int = 0,
    valign: str = "middle",
) -> View:
    """An EditText. `on_tap` should give it the focus."""
    return View(
        bounds=bounds,
        cls=EDIT,
        rid=rid,
        text=words,
        hint=hint,
        clickable=True,
        long_clickable=True,
        focusable=True,
        focused=focused,
        on_tap=on_tap,
        on_text=on_text,
        paint=Paint(background=background, size=size, align="left", valign=valign, radius=radius),
    )
