"""Screens that ask for the account's holder. No rehearsal answers them; `clear` takes them away."""

from runner.virtual.apps.parts import GREY, PALE, field, icon, picture, text
from runner.virtual.apps.picturenet.chrome import page
from runner.virtual.apps.picturenet.ids import PACKAGE
from runner.virtual.apps.picturenet.interruptions import (
    Answer,
    Kind,
    answering,
    choice_button,
    ends,
    headline_page,
    permission,
    question,
)
from runner.virtual.apps.picturenet.screen import MODAL, SIGNED_OUT
from runner.virtual.views import View, Window

_PRIMARY, _CANCEL = "igds_alert_dialog_primary_button", "igds_alert_dialog_cancel_button"


def _told(words: str, top: int, height: int, *, size: int = 28, bold: bool = False) -> View:
    """Words of a page that is drawn by another engine: they have no ids, and are descriptions as well."""
    view = text((40, top, 680, top + height), words, size=size, bold=bold)
    view.desc = words
    return view


def _human_check(answer: Answer) -> Window:
    code = picture((100, 270, 620, 480), "puzzle/code", cls="android.view.View")
    other = text((100, 496, 660, 540), "Can't read this text? Hear this code or Get a new code", size=22)
    entry = field(
        (60, 580, 660, 660),
        "",
        "Enter the code from the image",
        on_tap=answering(answer, "Enter the code from the image"),
        on_text=lambda words: None,
        background=PALE,
    )
    go_on = choice_button((40, 1440, 680, 1530), "Next", answering(answer, "Next"), strong=True)
    title = _told("Confirm you're human", 190, 60, size=36, bold=True)
    return Window(PACKAGE, MODAL, page(title, code, other, entry, go_on))


def _selfie_check(answer: Answer) -> Window:
    title = _told("Confirm you're a real person with a video selfie", 190, 110, size=36, bold=True)
    words = _told("It takes about a minute, and helps to keep the community real.", 320, 90)
    go_on = choice_button((40, 1440, 680, 1530), "Next", answering(answer, "Next"), strong=True)
    return Window(PACKAGE, MODAL, page(title, words, go_on))


def _id_check(answer: Answer) -> Window:
    title = _told("Upload your ID", 190, 60, size=36, bold=True)
    words = _told("We need to see that this account belongs to you.", 280, 90)
    go_on = choice_button(
        (40, 1440, 680, 1530), "Choose photo", answering(answer, "Choose photo"), strong=True
    )
    return Window(PACKAGE, MODAL, page(title, words, go_on))


def _suspended(answer: Answer) -> Window:
    return _closed(
        answer,
        "We suspended your account, demo_owner",
        "180 days left to appeal or we'll permanently disable your account",
        "Your account is not visible to people on Instagram right now, and you cannot use it.",
    )


def _disabled(answer: Answer) -> Window:
    return _closed(
        answer,
        "We disabled your account",
        "You have no days left to appeal",
        "Your account cannot be used any more, and nobody can see it.",
    )


def _closed(answer: Answer, title: str, days: str, meaning: str) -> Window:
    views = [
        icon((636, 60, 716, 130), "menu", desc="Menu", on_tap=answering(answer, "Menu")),
        _told(title, 150, 100, size=34, bold=True),
        _told(days, 260, 80),
        text((26, 640, 694, 690), "What this means", size=30, bold=True),
        text((26, 700, 694, 800), meaning, size=26),
        text((26, 830, 694, 880), "What you can do", size=30, bold=True),
        choice_button((40, 1340, 680, 1430), "Download a copy", answering(answer, "Download a copy")),
        choice_button((40, 1450, 680, 1540), "Appeal", answering(answer, "Appeal"), strong=True),
    ]
    return Window(PACKAGE, MODAL, page(*views))


def _logged_out(answer: Answer) -> Window:
    words = "Please log back in to go on."
    return question(answer, "You've Been Logged Out", words, {"OK": _PRIMARY})


def _login(answer: Answer) -> Window:
    logo = picture((60, 300, 660, 440), "logo", desc="Instagram from Meta")
    fields = [
        field(
            (60, 540 + 140 * n, 660, 630 + 140 * n),
            "",
            words,
            on_tap=answering(answer, words),
            on_text=lambda typed: None,
            background=PALE,
        )
        for n, words in enumerate(("Username, email or mobile number", "Password"))
    ]
    fields[1].password = True
    buttons = [
        choice_button((60, top, 660, top + 90), words, answering(answer, words), strong=words == "Log in")
        for words, top in (("Log in", 830), ("Forgot password?", 940), ("Create new account", 1400))
    ]
    language = text((60, 200, 660, 260), "English (US)", color=GREY, align="center")
    return Window(PACKAGE, SIGNED_OUT, page(language, logo, *fields, *buttons))


def _challenge(answer: Answer) -> Window:
    views = [
        _told("Confirm it's you", 200, 70, size=38, bold=True),
        text((90, 420, 600, 470), "+000 ** ** ** 00", size=28),
        text((90, 470, 600, 520), "Phone Number", size=24, color=GREY),
        text((90, 560, 600, 610), "d*****o@e*****.example", size=28),
        text((90, 610, 600, 660), "Email", size=24, color=GREY),
        choice_button((40, 1440, 680, 1530), "Continue", answering(answer, "Continue"), strong=True),
    ]
    return Window(PACKAGE, MODAL, page(*views))


def _action_blocked(answer: Answer) -> Window:
    words = "We limit how often you can do certain things on Instagram to protect our community."
    return question(answer, "Try Again Later", words, {"OK": _PRIMARY, "Tell us": _CANCEL})


def _ads_consent(answer: Answer) -> Window:
    words = "You can use the app free of charge with ads, or subscribe to use it without."
    choices = {"Subscribe": "primary_button", "Use free of charge with ads": "secondary_button"}
    return headline_page(answer, "Want to subscribe or continue to use for free?", words, choices, MODAL)


def _update(answer: Answer) -> Window:
    words = "Get the latest version to go on."
    return headline_page(answer, "Update Instagram", words, {"Update": "primary_button"}, MODAL)


def _account_review(answer: Answer) -> Window:
    words = "Date joined: May 2026. Account based in: Exampleland."
    choices = {"Follow": "primary_button", "Cancel": "negative_button"}
    return headline_page(answer, "Review this account before following", words, choices)


def _photos_permission(answer: Answer) -> Window:
    choices = {
        "Allow limited access": "permission_allow_selected_button",
        "Allow all": "permission_allow_all_button",
        "Don\N{RIGHT SINGLE QUOTATION MARK}t allow": "permission_deny_button",
    }
    message = "Allow Instagram to access photos and videos on this device?"
    return permission(answer, message, choices, "com.google.android.permissioncontroller")


def _camera_permission(answer: Answer) -> Window:
    choices = {
        "WHILE USING THE APP": "permission_allow_foreground_only_button",
        "ONLY THIS TIME": "permission_allow_one_time_button",
        "DON'T ALLOW": "permission_deny_button",
    }
    return permission(answer, "Allow Instagram to take pictures and record video?", choices)


STOPS: dict[str, Kind] = {
    "human_check": Kind(_human_check, {}),
    "selfie_check": Kind(_selfie_check, {}),
    "id_check": Kind(_id_check, {}),
    "suspended": Kind(_suspended, {}, back_leaves_app=True),
    "disabled": Kind(_disabled, {}, back_leaves_app=True),
    "logged_out": Kind(_logged_out, {"OK": "login"}, back_leaves_app=True),
    "login": Kind(_login, {}, back_leaves_app=True),
    "challenge": Kind(_challenge, {}),
    "action_blocked": Kind(_action_blocked, ends("OK", "Tell us", "back")),
    "ads_consent": Kind(_ads_consent, {}),
    "update": Kind(_update, {}, back_leaves_app=True),
    "account_review": Kind(_account_review, ends("Cancel", "back")),
    "photos_permission": Kind(
        _photos_permission,
        ends("Allow limited access", "Allow all", "Don\N{RIGHT SINGLE QUOTATION MARK}t allow", "back"),
    ),
    "camera_permission": Kind(
        _camera_permission, ends("WHILE USING THE APP", "ONLY THIS TIME", "DON'T ALLOW", "back")
    ),
}
