"""Dialogs and sheets of the app that come in between."""

from collections.abc import Callable

from runner.virtual.apps.parts import ACCENT, GREY, INK, PALE, SCREEN, WHITE, box, button, text
from runner.virtual.apps.shortvideo.ids import PACKAGE
from runner.virtual.apps.shortvideo.screen import MAIN, Surroundings
from runner.virtual.views import View, Window

Answer = Callable[[str], None]
"""Called with the words of the button that was tapped."""

DIMMED = "#4a4a4e"


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


def _dialog(app: Surroundings, answer: Answer, title: str, words: str, choices: tuple[str, ...]) -> Window:
    ids = app.ids
    bottom = 860 + 100 * len(choices)
    head = text((100, 600, 620, 670), title, rid=ids("dialog_title"), size=34, bold=True, align="center")
    body = text((100, 670, 620, 820), words, rid=ids("dialog_text"), size=28, color=GREY, align="center")
    buttons = [choice(app, answer, 840 + 100 * n, label) for n, label in enumerate(choices)]
    panel = box((60, 570, 660, bottom), head, body, *buttons, desc="Dialog", background=WHITE, radius=24)
    return Window(PACKAGE, MAIN, box(SCREEN, panel, background=DIMMED))
