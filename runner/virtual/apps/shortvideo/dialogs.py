"""Dialogs and sheets of the app that come in between."""

from collections.abc import Callable
from functools import partial

from runner.virtual.apps.parts import (
    ACCENT,
    GREY,
    HEIGHT,
    INK,
    PALE,
    SCREEN,
    WHITE,
    WIDTH,
    box,
    button,
    icon,
    picture,
    text,
)
from runner.virtual.apps.shortvideo.ids import CONTENT, PACKAGE
from runner.virtual.apps.shortvideo.screen import MAIN, Surroundings
from runner.virtual.views import Bounds, View, Window

Answer = Callable[[str], None]
"""Called with the words of the button that was tapped."""

DIMMED = "#4a4a4e"
_LAUNCHER = "com.android.launcher3"


def save_login(app: Surroundings, answer: Answer) -> Window:
    words = "Next time you can log in on this phone without a password."
    return _dialog(app, answer, "Save login for next time?", words, ("Not now", "Save"))


def rate_limit(app: Surroundings, answer: Answer) -> Window:
    words = "You're doing this too fast. Too many attempts. Try again later."
    return _dialog(app, answer, "Something went wrong", words, ("OK",))


def ads_consent(app: Surroundings, answer: Answer) -> Window:
    words = "Choose how you want to go on. You can change this in your settings at any time."
    choices = ("Standard (with ads)", "TikTok Ad-Free")
    return _dialog(app, answer, "Pick your plan", words, choices)


def account_status(app: Surroundings, answer: Answer) -> Window:
    """A window no larger than the dialog, with Android's own ids."""
    bounds = (20, 680, 700, 960)
    title = text((60, 700, 660, 760), "Account status", rid=app.ids("status_title"), size=34, bold=True)
    message = text((60, 780, 660, 840), "The account has been blocked", rid="android:id/message")
    fine = button((560, 870, 680, 940), "OK", lambda: answer("OK"), rid="android:id/button1", background=None)
    return Window(PACKAGE, MAIN, box(bounds, title, message, fine, rid=CONTENT, background=WHITE, radius=16))


def notifications(app: Surroundings, answer: Answer) -> Window:
    """The app's own question; Android's prompt would come after Turn on."""
    head = text((60, 1240, 660, 1310), "Turn on notifications?", size=34, bold=True, align="center")
    likes = icon((330, 1120, 390, 1180), "heart", size=48, desc="Like", color=ACCENT)
    buttons = [
        button((40, 1400, 350, 1490), "Not now", lambda: answer("Not now"), rid=app.ids("sheet_left")),
        button((370, 1400, 680, 1490), "Turn on", lambda: answer("Turn on"), rid=app.ids("sheet_right")),
    ]
    return _sheet((0, 1000, WIDTH, HEIGHT), likes, head, *buttons)


def share_tray(app: Surroundings, answer: Answer) -> Window:
    """Offers other apps for the new post; only the back key closes it."""
    head = text((40, 1120, 680, 1180), "Share to More", size=30, bold=True, align="center")
    apps = [
        button(
            (40 + 220 * n, 1220, 240 + 220 * n, 1320),
            name,
            partial(answer, name),
            rid=app.ids("tray_app"),
            size=24,
        )
        for n, name in enumerate(("SMS", "Copy link", "Email"))
    ]
    return _sheet((0, 1080, WIDTH, HEIGHT), head, *apps)


def contacts(app: Surroundings, answer: Answer) -> Window:
    """The app asks for contacts that Android denies it."""
    words = (
        "To connect with people you know on TikTok, allow access to your contacts in your device settings."
    )
    return _dialog(app, answer, "", words, ("Open settings", "Don\u2019t allow"))


def widget_page(app: Surroundings, answer: Answer) -> Window:
    """The home screen asks where to put a widget: another package, in front of the app."""
    ids = f"{_LAUNCHER}:id/"
    hint = text(
        (60, 400, 660, 470),
        "Touch & hold the widget to move it around the home screen",
        rid=ids + "widget_drag_instruction",
        align="center",
    )
    preview = picture((200, 520, 520, 820), "widget", rid=ids + "widget_preview", radius=24)
    buttons = [
        button((60, 900, 340, 990), "Cancel", lambda: answer("Cancel"), rid=ids + "widget_cancel"),
        button((380, 900, 660, 990), "Add to home screen", lambda: answer("Add to home screen"), size=24),
    ]
    panel = box((20, 340, 700, 1040), hint, preview, *buttons, background=WHITE, radius=32)
    root = box(SCREEN, panel, background=DIMMED)
    return Window(_LAUNCHER, f"{_LAUNCHER}.dragndrop.AddItemActivity", root)


def choice(app: Surroundings, answer: Answer, top: int, words: str, *, strong: bool = False) -> View:
    """One of the buttons under each other that such screens have."""
    return button(
        (100, top, 620, top + 84),
        words,
        lambda: answer(words),
        rid=app.ids("dialog_button"),
        background=ACCENT if strong else PALE,
        color=WHITE if strong else INK,
    )


def _sheet(bounds: Bounds, *children: View) -> Window:
    panel = box(bounds, *children, desc="Bottom sheet", background=WHITE, radius=24)
    return Window(PACKAGE, MAIN, box(SCREEN, panel, background=DIMMED))


def _dialog(app: Surroundings, answer: Answer, title: str, words: str, choices: tuple[str, ...]) -> Window:
    ids = app.ids
    bottom = 860 + 100 * len(choices)
    head = [text((100, 600, 620, 670), title, rid=ids("dialog_title"), size=34, bold=True, align="center")]
    body = text((100, 670, 620, 820), words, rid=ids("dialog_text"), size=28, color=GREY, align="center")
    buttons = [choice(app, answer, 840 + 100 * n, label) for n, label in enumerate(choices)]
    parts = [*(head if title else []), body, *buttons]
    panel = box((60, 570, 660, bottom), *parts, desc="Dialog", background=WHITE, radius=24)
    return Window(PACKAGE, MAIN, box(SCREEN, panel, background=DIMMED))
