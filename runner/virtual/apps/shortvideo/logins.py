"""Pages that ask who is there: only a person may pass them."""

from runner.virtual.apps.parts import GREY, button, field, picture, text
from runner.virtual.apps.shortvideo.chrome import page
from runner.virtual.apps.shortvideo.dialogs import Answer, choice
from runner.virtual.apps.shortvideo.ids import PACKAGE
from runner.virtual.apps.shortvideo.screen import LOGIN, Surroundings
from runner.virtual.views import View, Window


def welcome(app: Surroundings, answer: Answer) -> Window:
    views = [
        text(
            (60, 260, 660, 330),
            "Welcome back",
            rid=app.ids("login_title"),
            size=44,
            bold=True,
            align="center",
        ),
        picture((285, 380, 435, 530), "login", radius=75),
        choice(app, answer, 620, "Log in", strong=True),
        choice(app, answer, 730, "Add another account"),
        choice(app, answer, 840, "Use phone / email / username"),
        choice(app, answer, 1480, "Sign up for TikTok"),
    ]
    return Window(PACKAGE, LOGIN, page(*views))


def phone_number(app: Surroundings, answer: Answer) -> Window:
    """Continue takes taps once a number is there."""
    settings = app.state.settings

    def write(words: str) -> None:
        settings.typed_number = words

    number = field(
        (230, 330, 640, 400),
        settings.typed_number,
        "Phone number",
        on_tap=lambda: None,
        on_text=write,
        focused=True,
        rid=app.ids("login_number"),
    )
    keep = View((60, 800, 100, 840), cls="android.widget.CheckBox", checkable=True, clickable=True)
    keep.rid = app.ids("login_keep")
    words = text((110, 790, 660, 850), "Save login info to log in automatically next time", size=24)
    go_on = button(
        (60, 880, 660, 970),
        "Continue",
        lambda: answer("Continue"),
        rid=app.ids("login_continue"),
        enabled=bool(settings.typed_number.strip()),
    )
    country = text((60, 330, 220, 400), "SE +46", rid=app.ids("login_country"))
    return Window(PACKAGE, LOGIN, page(country, number, keep, words, go_on))


def birthday(app: Surroundings, answer: Answer) -> Window:
    views = [
        text((60, 200, 660, 260), "When's your birthday?", rid=app.ids("login_title"), size=40, bold=True),
        text((60, 270, 660, 360), "Your date of birth won't be shown publicly.", size=26, color=GREY),
        *(_wheel(name, 60 + 210 * n) for n, name in enumerate(("Month", "Day", "Year"))),
        choice(app, answer, 1400, "Continue", strong=True),
    ]
    return Window(PACKAGE, LOGIN, page(*views))


def _wheel(name: str, left: int) -> View:
    bounds = (left, 600, left + 180, 900)
    wheel = View(bounds, cls="android.widget.SeekBar", desc=f"{name} picker", focusable=True, scrollable=True)
    wheel.children = [text((left, 720, left + 180, 780), name, size=34, align="center", color=GREY)]
    return wheel
