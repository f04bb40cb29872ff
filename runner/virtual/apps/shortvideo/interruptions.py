"""Screens that come in between.

Only those that may be declined go away when they are answered; the others stay until the rehearsal clears
them, whatever is tapped.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from runner.virtual.apps.shortvideo import dialogs, logins, opaque_pages, permissions
from runner.virtual.apps.shortvideo.dialogs import Answer
from runner.virtual.apps.shortvideo.screen import Surroundings
from runner.virtual.views import Window


@dataclass(frozen=True, slots=True)
class Kind:
    """An interrupting screen: how it looks, which answers end it, and what the back key does."""

    window: Callable[[Surroundings, Answer], Window]
    ended_by: tuple[str, ...] = ()
    back_ends: bool = False
    back_leaves_app: bool = False


KINDS: dict[str, Kind] = {
    "login": Kind(logins.welcome, back_leaves_app=True),
    "phone_login": Kind(logins.phone_number, back_leaves_app=True),
    "account_status": Kind(dialogs.account_status),
    "captcha": Kind(opaque_pages.verification),
    "short_login": Kind(logins.phone_number, ended_by=("Continue",), back_leaves_app=True),
    "web_page": Kind(opaque_pages.web_page, back_ends=True),
    "update": Kind(opaque_pages.update, back_ends=True),
    "save_login": Kind(dialogs.save_login, ended_by=("Not now", "Save"), back_ends=True),
    "birthday": Kind(logins.birthday),
    "rate_limit": Kind(dialogs.rate_limit, ended_by=("OK",), back_ends=True),
    "ads_consent": Kind(dialogs.ads_consent),
    "notifications": Kind(dialogs.notifications, ended_by=("Not now", "Turn on"), back_ends=True),
    "share_tray": Kind(dialogs.share_tray, ended_by=("SMS", "Copy link", "Email"), back_ends=True),
    "widget_page": Kind(dialogs.widget_page, ended_by=("Cancel", "Add to home screen"), back_ends=True),
    "contacts": Kind(dialogs.contacts, ended_by=("Open settings", "Don\u2019t allow")),
    **{
        screen: Kind(partial(permissions.prompt, screen), ended_by=prompt.answers, back_ends=True)
        for screen, prompt in permissions.PROMPTS.items()
    },
}


MOMENTS = ("launch", "link", "share", "post")
"""When a screen may come in between by itself: after a start from nothing, a link, a shared file, a tap on Post."""


def interrupt(app: Surroundings, screen: str) -> None:
    """Show an interrupting screen, after those that are there already."""
    settings = app.state.settings
    if settings.interruption:
        settings.further_interruptions.append(screen)
    else:
        settings.interruption = screen


def ask_for(app: Surroundings, *screens: str) -> None:
    """Show those of the permission prompts that are needed."""
    for screen in permissions.missing(app, *screens):
        interrupt(app, screen)


def strike(app: Surroundings, moment: str) -> None:
    """Show what a rehearsal ordered for this moment; it is shown once."""
    for screen in app.state.settings.interrupt_at.pop(moment, []):
        interrupt(app, screen)


def clear(app: Surroundings) -> None:
    """Take away all of them."""
    app.state.settings.interruption = ""
    app.state.settings.further_interruptions = []


def window(app: Surroundings) -> Window | None:
    """What interrupts, or None."""
    screen = app.state.settings.interruption
    return KINDS[screen].window(app, lambda words: _answer(app, words)) if screen else None


def back(app: Surroundings) -> bool:
    """The back key on an interrupting screen; false leaves the app."""
    kind = KINDS[app.state.settings.interruption]
    if kind.back_ends:
        _note(app, "back")
        _end(app)
    return not kind.back_leaves_app


def _answer(app: Surroundings, words: str) -> None:
    screen = app.state.settings.interruption
    _note(app, words)
    if screen in permissions.PROMPTS:
        permissions.decide(app, screen, words)
    if (screen, words) == ("notifications", "Turn on"):
        interrupt(app, "permission_notifications")
    if words in KINDS[screen].ended_by:
        _end(app)


def _note(app: Surroundings, words: str) -> None:
    screen = app.state.settings.interruption
    app.state.answers.append({"screen": screen, "answer": words, "at": app.now()})


def _end(app: Surroundings) -> None:
    settings = app.state.settings
    settings.interruption = settings.further_interruptions.pop(0) if settings.further_interruptions else ""
