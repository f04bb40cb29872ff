"""Screens that may be declined, so that what was going on goes on."""

from runner.virtual.apps.parts import BUTTON, GREY, SCREEN, WHITE, box, text
from runner.virtual.apps.picturenet.chrome import page
from runner.virtual.apps.picturenet.ids import PACKAGE, rid
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
from runner.virtual.apps.picturenet.panels import dimmer
from runner.virtual.apps.picturenet.screen import MAIN, MODAL
from runner.virtual.views import Window

_PRIMARY, _NEGATIVE = "primary_button", "negative_button"
_ALERT_PRIMARY, _ALERT_CANCEL = "igds_alert_dialog_primary_button", "igds_alert_dialog_cancel_button"


def _rate(answer: Answer) -> Window:
    """A dialog of another make than the rest: the wish to rate has the same words as its title."""
    choices = (
        ("Rate Instagram", "appirater_rate_button"),
        ("Remind me later", "appirater_rate_later_button"),
        ("No, thanks", "appirater_cancel_button"),
    )
    title = text((120, 500, 600, 570), "Rate Instagram", rid=rid("appirater_title_area"), size=34, bold=True)
    words = text(
        (120, 580, 600, 700),
        "If you enjoy using Instagram, would you mind rating it? It won't take long.",
        rid=rid("appirater_message_area"),
        size=26,
        color=GREY,
    )
    buttons = [
        text(
            (120, 720 + 80 * n, 600, 796 + 80 * n),
            one,
            cls=BUTTON,
            rid=rid(name),
            align="center",
            on_tap=answering(answer, one),
        )
        for n, (one, name) in enumerate(choices)
    ]
    card = box((100, 480, 620, 980), title, words, *buttons, background=WHITE, radius=16)
    return Window(PACKAGE, MAIN, box(SCREEN, card, background="#4a4a4e"))


def _location(answer: Answer) -> Window:
    title = "To use Location Services, allow Instagram to access your location"
    return headline_page(
        answer, title, "It is used for places and people nearby.", {"Continue": _PRIMARY}, MODAL
    )


def _location_settings(answer: Answer) -> Window:
    choices = {"Open settings": _ALERT_PRIMARY, "Cancel": _ALERT_CANCEL}
    return question(answer, "Location is off", "You can turn it on in the settings.", choices)


def _notifications(answer: Answer) -> Window:
    choices = {"Turn on": _PRIMARY, "Not now": _NEGATIVE}
    return headline_page(answer, "Turn on notifications?", "Know right away when people react.", choices)


def _save_login(answer: Answer) -> Window:
    choices = {"Save": _PRIMARY, "Not now": _NEGATIVE}
    return headline_page(answer, "Save your login info?", "You won't need to type it next time.", choices)


def _map(answer: Answer) -> Window:
    choices = {"Next": _PRIMARY, "Not now": _NEGATIVE}
    return headline_page(answer, "Introducing the Instagram map", "See what is new around you.", choices)


def _reels_hint(answer: Answer) -> Window:
    title = "Swipe to easily access Reels and messages"
    return headline_page(answer, title, "Swipe left or right between tabs.", {"Got it": _PRIMARY})


def _facebook_hint(answer: Answer) -> Window:
    title = "Interacting with content shared from Facebook"
    return headline_page(answer, title, "What you do may be seen there.", {"OK": _PRIMARY})


def _download_notice(answer: Answer) -> Window:
    """A sheet over the share screen."""
    title = text((80, 1000, 640, 1110), "Others can now download and share your reels", size=34, bold=True)
    title.rid = rid("clips_download_privacy_nux_title")
    name = "clips_download_privacy_nux_button"
    go_on = choice_button((30, 1380, 690, 1460), "Continue", answering(answer, "Continue"), name, strong=True)
    more = text(
        (30, 1470, 690, 1550), "Manage settings", align="center", on_tap=answering(answer, "Manage settings")
    )
    more.rid = rid("clips_download_privacy_nux_link")
    bounds = (0, 900, 720, 1600)
    panel = box(bounds, title, go_on, more, rid=rid("clips_nux_sheet_container"), background=WHITE, radius=24)
    return Window(PACKAGE, MODAL, page(dimmer(answering(answer, "outside")), panel, background="#4a4a4e"))


def _sticker_hint(answer: Answer) -> Window:
    choices = {"Create sticker": _PRIMARY, "Not now": _NEGATIVE}
    return headline_page(answer, "Create a sticker", "Turn a photo of yours into one.", choices, MODAL)


def _collage_hint(answer: Answer) -> Window:
    choices = {"Try it": _PRIMARY, "Not now": _NEGATIVE}
    return headline_page(answer, "Try animated collages", "Put several photos into one reel.", choices, MODAL)


def _threads_question(answer: Answer) -> Window:
    choices = {"Always share": _ALERT_PRIMARY, "Not now": _ALERT_CANCEL}
    return question(
        answer, "Always share reels on Threads?", "You can change this at any time.", choices, MODAL
    )


def _edits_promotion(answer: Answer) -> Window:
    """It offers another app, and nothing to decline it with."""
    choices = {"Get App": "bb_primary_action_container"}
    return headline_page(
        answer, "Make more of your videos with Edits", "A new app for videos.", choices, MODAL
    )


def _story_hint(answer: Answer) -> Window:
    return headline_page(answer, "Add to your story", "It can be seen for a day.", {"OK": _PRIMARY}, MODAL)


def _notifications_permission(answer: Answer) -> Window:
    choices = {"Allow": "permission_allow_button", "Don't allow": "permission_deny_button"}
    return permission(answer, "Allow Instagram to send you notifications?", choices)


def _location_permission(answer: Answer) -> Window:
    """It has been refused once: the button that refuses has another id now."""
    choices = {
        "While using the app": "permission_allow_foreground_only_button",
        "Only this time": "permission_allow_one_time_button",
        "Don't allow": "permission_deny_and_dont_ask_again_button",
    }
    return permission(answer, "Allow Instagram to access this device's location?", choices)


def _chooser(answer: Answer) -> Window:
    """Android's own question which app opens a link."""
    title = text((60, 1040, 660, 1110), "Open with", rid="android:id/title", size=34)
    apps = [
        text(
            (120, 1130 + 90 * n, 660, 1210 + 90 * n),
            name,
            rid="android:id/text1",
            on_tap=answering(answer, name),
        )
        for n, name in enumerate(("Instagram", "Web browser"))
    ]
    once = choice_button((380, 1440, 530, 1530), "Just once", answering(answer, "Just once"))
    once.rid = "android:id/button_once"
    always = choice_button((540, 1440, 690, 1530), "Always", answering(answer, "Always"))
    always.rid = "android:id/button_always"
    panel = box((0, 1000, 720, 1600), title, *apps, once, always, background=WHITE, radius=24)
    root = box(SCREEN, panel, background="#4a4a4e")
    return Window("android", "com.android.internal.app.ResolverActivity", root)


_DECLINED = ends("Not now", "back")

NOTICES: dict[str, Kind] = {
    "rate": Kind(_rate, ends("Remind me later", "No, thanks", "back")),
    "location": Kind(_location, {"back": "location_settings", "Continue": "location_permission"}),
    "location_settings": Kind(_location_settings, ends("Cancel", "back")),
    "location_permission": Kind(
        _location_permission, ends("While using the app", "Only this time", "Don't allow", "back")
    ),
    "notifications": Kind(_notifications, _DECLINED),
    "notifications_permission": Kind(_notifications_permission, ends("Allow", "Don't allow", "back")),
    "save_login": Kind(_save_login, ends("Save", "Not now", "back")),
    "map": Kind(_map, _DECLINED),
    "reels_hint": Kind(_reels_hint, ends("Got it", "back")),
    "facebook_hint": Kind(_facebook_hint, ends("OK", "back")),
    "download_notice": Kind(_download_notice, ends("Continue", "outside", "back")),
    "sticker_hint": Kind(_sticker_hint, _DECLINED),
    "collage_hint": Kind(_collage_hint, _DECLINED),
    "threads_question": Kind(_threads_question, ends("Always share", "Not now", "back")),
    "edits_promotion": Kind(_edits_promotion, ends("back")),
    "story_hint": Kind(_story_hint, ends("OK", "back")),
    "chooser": Kind(_chooser, ends("Just once", "Always", "back")),
}
