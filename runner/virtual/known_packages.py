"""What the manifests of the packages say that every phone has, and of the apps that come with it."""

from runner.virtual.apps.app import App
from runner.virtual.package import Package

_PREFIX = "android.permission."
_SYSTEM_APPS = (
    "com.android.chrome",
    "com.android.settings",
)
"""Those of the apps with screens that came with the phone; the home screen is one anyway."""

_SHARED_USERS = {
    "android": 1000,
    "com.android.bluetooth": 1002,
    "com.android.phone": 1001,
    "com.android.providers.settings": 1000,
    "com.android.providers.telephony": 1001,
    "com.android.server.telecom": 1000,
    "com.android.settings": 1000,
    "com.android.shell": 2000,
}
"""The users of the system's packages that have no user of their own."""

_WITHOUT_SCREENS = (
    "android",
    "com.android.bluetooth",
    "com.android.inputmethod.latin",
    "com.android.permissioncontroller",
    "com.android.phone",
    "com.android.providers.contacts",
    "com.android.providers.downloads",
    "com.android.providers.media.module",
    "com.android.providers.settings",
    "com.android.providers.telephony",
    "com.android.server.telecom",
    "com.android.shell",
    "com.android.systemui",
)
_MEDIA = ("READ_MEDIA_IMAGES", "READ_MEDIA_VIDEO", "READ_EXTERNAL_STORAGE")
_NETWORK = ("INTERNET", "ACCESS_NETWORK_STATE")
_POSTING = (
    *_NETWORK,
    *_MEDIA,
    "ACCESS_COARSE_LOCATION",
    "ACCESS_FINE_LOCATION",
    "CAMERA",
    "POST_NOTIFICATIONS",
    "READ_CONTACTS",
    "RECORD_AUDIO",
)
_REQUESTED = {
    "com.android.chrome": (*_NETWORK, "ACCESS_FINE_LOCATION", "CAMERA", "POST_NOTIFICATIONS", "RECORD_AUDIO"),
    "com.instagram.android": _POSTING,
    "com.zhiliaoapp.musically": _POSTING,
    "org.example.notes": ("POST_NOTIFICATIONS",),
}


def system_packages() -> list[Package]:
    """Those without screens."""
    return [Package(name, "14", 34, system=True, uid=_SHARED_USERS.get(name, 0)) for name in _WITHOUT_SCREENS]


def package_of(app: App, *, is_home: bool) -> Package:
    """What the manifest of an app that comes with the phone says."""
    return Package(
        app.package,
        app.version,
        activities=app.activities,
        permissions=(
            *(_PREFIX + name for name in _REQUESTED.get(app.package, ())),
            *getattr(app, "permissions", ()),  # of an app of somebody's own
        ),
        launcher=app.activities[0],
        system=is_home or app.package in _SYSTEM_APPS,
        uid=_SHARED_USERS.get(app.package, 0),
    )
