"""Android's own prompts for what the app may use, and what was answered."""

from dataclasses import dataclass
from functools import partial

from runner.virtual.apps.parts import SCREEN, WHITE, box, button, text
from runner.virtual.apps.shortvideo.dialogs import DIMMED, Answer
from runner.virtual.apps.shortvideo.ids import PACKAGE
from runner.virtual.apps.shortvideo.screen import Surroundings
from runner.virtual.views import View, Window

ALLOW, DENY = "Allow", "Don't allow"
LIMITED, ALL = "Allow limited access", "Allow all"
WHILE_USING, ONCE = "While using the app", "Only this time"
_IDS = "com.android.permissioncontroller"
"""Ids keep this package, whatever the prompt's own package is."""

_BUTTONS = {
    ALLOW: "permission_allow_button",
    WHILE_USING: "permission_allow_foreground_only_button",
    ONCE: "permission_allow_one_time_button",
    LIMITED: "permission_allow_selected_button",
    ALL: "permission_allow_all_button",
    DENY: "permission_deny_button",
}
_DENY_FOR_GOOD = "permission_deny_and_dont_ask_again_button"


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is asked for, in Android's words, and the answers but the denial."""

    permission: str
    question: str
    names: frozenset[str]
    """Android's names of what is asked for."""
    allows: tuple[str, ...] = (ALLOW,)

    @property
    def answers(self) -> tuple[str, ...]:
        return (*self.allows, DENY)


def _named(*names: str) -> frozenset[str]:
    return frozenset(f"android.permission.{name}" for name in names)


PROMPTS = {
    "permission": Prompt("contacts", "Allow TikTok to access your contacts?", _named("READ_CONTACTS")),
    "permission_location": Prompt(
        "location",
        "Allow TikTok to access this device's location?",
        _named("ACCESS_COARSE_LOCATION", "ACCESS_FINE_LOCATION"),
        (WHILE_USING, ONCE),
    ),
    "permission_camera": Prompt(
        "camera", "Allow TikTok to take pictures and record video?", _named("CAMERA"), (WHILE_USING, ONCE)
    ),
    "permission_audio": Prompt(
        "audio", "Allow TikTok to record audio?", _named("RECORD_AUDIO"), (WHILE_USING, ONCE)
    ),
    "permission_photos": Prompt(
        "photos",
        "Allow TikTok to access photos and videos on this device?",
        _named("READ_MEDIA_IMAGES", "READ_MEDIA_VIDEO"),
        (LIMITED, ALL),
    ),
    "permission_notifications": Prompt(
        "notifications", "Allow TikTok to send you notifications?", _named("POST_NOTIFICATIONS")
    ),
}
"""By the name of the interrupting screen."""


def prompt(screen: str, app: Surroundings, answer: Answer) -> Window:
    """The second prompt for the same thing offers to deny it for good, by another id."""
    asked, settings = PROMPTS[screen], app.state.settings
    buttons = [
        _choice(app, answer, 860 + 100 * n, words, _button_id(app, asked, words))
        for n, words in enumerate(asked.answers)
    ]
    message = text(
        (100, 700, 620, 830),
        asked.question,
        rid=f"{_IDS}:id/permission_message",
        size=32,
        align="center",
    )
    bottom = 880 + 100 * len(asked.answers)
    panel = box(
        (60, 660, 660, bottom), message, *buttons, rid=f"{_IDS}:id/grant_dialog", background=WHITE, radius=32
    )
    package = "com.google.android.permissioncontroller" if settings.google_permissions else _IDS
    activity = f"{_IDS}.permission.ui.GrantPermissionsActivity"
    return Window(package, activity, box(SCREEN, panel, background=DIMMED))


def decide(app: Surroundings, screen: str, words: str) -> None:
    """Remember an answer; what is denied twice is not asked for again."""
    memory, permission = app.state, PROMPTS[screen].permission
    if words != DENY:
        memory.permissions[permission] = "limited" if words == LIMITED else "granted"
        if words != LIMITED:
            app.device.grant(PACKAGE, PROMPTS[screen].names)
    elif memory.permissions.get(permission) == "denied":
        memory.permissions[permission] = "denied for good"
    else:
        memory.permissions[permission] = "denied"


def missing(app: Surroundings, *screens: str) -> list[str]:
    """Those of the prompts that would be shown now, if the rehearsal wants the app to ask. What was granted may
    have been revoked since."""
    if not app.state.settings.asks_permissions:
        return []
    settled, granted = ("limited", "denied for good"), app.device.granted(PACKAGE)
    return [
        screen
        for screen in screens
        if app.state.permissions.get(PROMPTS[screen].permission) not in settled
        and not PROMPTS[screen].names <= granted
    ]


def _button_id(app: Surroundings, asked: Prompt, words: str) -> str:
    was_denied = app.state.permissions.get(asked.permission) == "denied"
    return _DENY_FOR_GOOD if words == DENY and was_denied else _BUTTONS[words]


def _choice(app: Surroundings, answer: Answer, top: int, words: str, name: str) -> View:
    shown = words.replace("'", "\N{RIGHT SINGLE QUOTATION MARK}")
    if app.state.settings.capital_permissions:
        shown = words.upper()
    return button((100, top, 620, top + 80), shown, partial(answer, words), rid=f"{_IDS}:id/{name}")
