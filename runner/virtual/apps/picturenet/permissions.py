"""What the app asks Android for, when a rehearsal wants it to, and what was answered."""

from dataclasses import dataclass

from runner.virtual.apps.picturenet.ids import PACKAGE
from runner.virtual.apps.picturenet.interruptions import BACK
from runner.virtual.apps.picturenet.screen import Surroundings

LIMITED, DENIED, FOR_GOOD = "limited", "denied", "denied for good"


@dataclass(frozen=True, slots=True)
class Asked:
    """`permissions` are Android's names of what an interrupting screen asks for, called `what` in the memory; the
    answers `allows` grant them."""

    what: str
    permissions: frozenset[str]
    allows: tuple[str, ...]


def _named(*names: str) -> frozenset[str]:
    return frozenset(f"android.permission.{name}" for name in names)


ASKED = {
    "photos_permission": Asked("photos", _named("READ_MEDIA_IMAGES", "READ_MEDIA_VIDEO"), ("Allow all",)),
    "camera_permission": Asked("camera", _named("CAMERA"), ("WHILE USING THE APP", "ONLY THIS TIME")),
    "location_permission": Asked(
        "location",
        _named("ACCESS_COARSE_LOCATION", "ACCESS_FINE_LOCATION"),
        ("While using the app", "Only this time"),
    ),
    "notifications_permission": Asked("notifications", _named("POST_NOTIFICATIONS"), ("Allow",)),
}
"""By the name of the interrupting screen."""

_AT = {"gallery": "photos_permission", "camera": "camera_permission"}
"""What the app asks for when a page is opened."""


def asked_at(app: Surroundings, place: str) -> str:
    """The screen that comes up at this page now, as long as a rehearsal wants the app to ask; or nothing."""
    screen = _AT.get(place, "")
    if not screen or not app.state.settings.asks_permissions:
        return ""
    asked = ASKED[screen]
    is_settled = app.state.permissions.get(asked.what) in (LIMITED, FOR_GOOD)
    return "" if is_settled or asked.permissions <= app.device.granted(PACKAGE) else screen


def decide(app: Surroundings, screen: str, words: str) -> None:
    """Remember an answer; what is denied twice is not asked for again. Android grants what was allowed."""
    asked = ASKED.get(screen)
    if asked is None or words == BACK:
        return
    known = app.state.permissions
    if words in asked.allows:
        known.pop(asked.what, None)
        app.device.grant(PACKAGE, asked.permissions)
    elif words == "Allow limited access":
        known[asked.what] = LIMITED
    else:
        known[asked.what] = FOR_GOOD if asked.what in known else DENIED
