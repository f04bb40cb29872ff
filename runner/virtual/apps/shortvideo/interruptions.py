"""Screens that come in between.

Only those that may be declined go away when they are answered; the others stay until the rehearsal clears
them, whatever is tapped.
"""

from collections.abc import Callable
from dataclasses import dataclass

from runner.virtual.apps.parts import ACCENT, GREY, INK, PALE, SCREEN, WHITE, box, button, picture, text
from runner.virtual.apps.shortvideo.chrome import page
from runner.virtual.apps.shortvideo.ids import PACKAGE, Ids
from runner.virtual.apps.shortvideo.screen import LOGIN, MAIN
from runner.virtual.views import Paint, View, Window

Answer = Callable[[str], None]
"""Called with the words of the button that was tapped."""


@dataclass(frozen=True, slots=True)
class Kind:
    """An interrupting screen: how it looks, which answers end it, and what the back key does."""

    window: Callable[[Ids, Answer], Window]
    ended_by: tuple[str, ...] = ()
    back_ends: bool = False
    back_leaves_app: bool = False


def _login(ids: Ids, answer: Answer) -> Window:
    views = [
        text((60, 260, 660, 330), "Welcome back", rid=ids("title"), size=44, bold=True, align="center"),
        picture((285, 380, 435, 530), "login", radius=75),
        _choice(ids, answer, 620, "Log in", strong=True),
        _choice(ids, answer, 730, "Add another account"),
        _choice(ids, answer, 840, "Use phone / email / username"),
        _choice(ids, answer, 1480, "Sign up for TikTok"),
    ]
    return Window(PACKAGE, LOGIN, page(*views))


def _verification(ids: Ids, answer: Answer) -> Window:
    puzzle = View(SCREEN, cls="android.webkit.WebView", rid=ids("web"), paint=Paint(image="puzzle/slider"))
    return Window(PACKAGE, MAIN, box(SCREEN, puzzle, background=PALE))


def _save_login(ids: Ids, answer: Answer) -> Window:
    words = "Next time you can log in on this phone without a password."
    return _dialog(ids, answer, "Save login for next time?", words, ("Not now", "Save"))


def _rate_limit(ids: Ids, answer: Answer) -> Window:
    words = "You're doing this too fast. Too many attempts. Try again later."
    return _dialog(ids, answer, "Something went wrong", words, ("OK",))


def _ads_consent(ids: Ids, answer: Answer) -> Window:
    words = "Choose how you want to go on. You can change this in your settings at any time."
    choices = ("Standard (with ads)", "TikTok Ad-Free")
    return _dialog(ids, answer, "Pick your plan", words, choices)


def _birthday(ids: Ids, answer: Answer) -> Window:
    views = [
        text((60, 200, 660, 260), "When's your birthday?", rid=ids("title"), size=40, bold=True),
        text((60, 270, 660, 360), "Your date of birth won't be shown publicly.", size=26, color=GREY),
        *(_wheel(name, 60 + 210 * n) for n, name in enumerate(("Month", "Day", "Year"))),
        _choice(ids, answer, 1400, "Continue", strong=True),
    ]
    return Window(PACKAGE, LOGIN, page(*views))


def _permission(ids: Ids, answer: Answer) -> Window:
    package = "com.android.permissioncontroller"
    choices = (("Allow", "permission_allow_button"), ("Don't allow", "permission_deny_button"))
    buttons = [
        button(
            (100, 860 + 100 * n, 620, 940 + 100 * n),
            words,
            _answering(answer, words),
            rid=f"{package}:id/{name}",
        )
        for n, (words, name) in enumerate(choices)
    ]
    question = text(
        (100, 700, 620, 830),
        "Allow TikTok to access your contacts?",
        rid=f"{package}:id/permission_message",
        size=32,
        align="center",
    )
    panel = box((60, 660, 660, 1080), question, *buttons, background=WHITE, radius=32)
    activity = f"{package}.permission.ui.GrantPermissionsActivity"
    return Window(package, activity, box(SCREEN, panel, background="#4a4a4e"))


KINDS: dict[str, Kind] = {
    "login": Kind(_login, back_leaves_app=True),
    "captcha": Kind(_verification),
    "save_login": Kind(_save_login, ended_by=("Not now", "Save"), back_ends=True),
    "birthday": Kind(_birthday),
    "rate_limit": Kind(_rate_limit, ended_by=("OK",), back_ends=True),
    "ads_consent": Kind(_ads_consent),
    "permission": Kind(_permission, ended_by=("Allow", "Don't allow"), back_ends=True),
}


def _dialog(ids: Ids, answer: Answer, title: str, words: str, choices: tuple[str, ...]) -> Window:
    bottom = 860 + 100 * len(choices)
    head = text((100, 600, 620, 670), title, rid=ids("dialog_title"), size=34, bold=True, align="center")
    body = text((100, 670, 620, 820), words, rid=ids("dialog_text"), size=28, color=GREY, align="center")
    buttons = [_choice(ids, answer, 840 + 100 * n, choice) for n, choice in enumerate(choices)]
    panel = box((60, 570, 660, bottom), head, body, *buttons, desc="Dialog", background=WHITE, radius=24)
    return Window(PACKAGE, MAIN, box(SCREEN, panel, background="#4a4a4e"))


def _choice(ids: Ids, answer: Answer, top: int, words: str, *, strong: bool = False) -> View:
    bounds = (100, top, 620, top + 84)
    return button(
        bounds,
        words,
        _answering(answer, words),
        rid=ids("dialog_button"),
        background=ACCENT if strong else PALE,
        color=WHITE if strong else INK,
    )


def _answering(answer: Answer, words: str) -> Callable[[], None]:
    return lambda: answer(words)


def _wheel(name: str, left: int) -> View:
    bounds = (left, 600, left + 180, 900)
    wheel = View(bounds, cls="android.widget.SeekBar", desc=f"{name} picker", focusable=True, scrollable=True)
    wheel.children = [text((left, 720, left + 180, 780), name, size=34, align="center", color=GREY)]
    return wheel
