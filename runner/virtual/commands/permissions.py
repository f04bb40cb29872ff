"""pm grant and pm revoke: what an app may do, remembered; and which permissions can be granted at all."""

from runner.virtual.commands.call import Call, UsageError
from runner.virtual.package import Package

_PREFIX = "android.permission."


def _named(names: str) -> frozenset[str]:
    return frozenset(_PREFIX + name for name in names.split())


_RUNTIME = _named("""
    ACCEPT_HANDOVER ACCESS_BACKGROUND_LOCATION ACCESS_COARSE_LOCATION ACCESS_FINE_LOCATION ACCESS_MEDIA_LOCATION
    ACTIVITY_RECOGNITION ANSWER_PHONE_CALLS BLUETOOTH_ADVERTISE BLUETOOTH_CONNECT BLUETOOTH_SCAN BODY_SENSORS
    BODY_SENSORS_BACKGROUND CALL_PHONE CAMERA GET_ACCOUNTS NEARBY_WIFI_DEVICES POST_NOTIFICATIONS
    PROCESS_OUTGOING_CALLS READ_CALENDAR READ_CALL_LOG READ_CONTACTS READ_EXTERNAL_STORAGE READ_MEDIA_AUDIO
    READ_MEDIA_IMAGES READ_MEDIA_VIDEO READ_MEDIA_VISUAL_USER_SELECTED READ_PHONE_NUMBERS READ_PHONE_STATE READ_SMS
    RECEIVE_MMS RECEIVE_SMS RECEIVE_WAP_PUSH RECORD_AUDIO SEND_SMS USE_SIP UWB_RANGING WRITE_CALENDAR WRITE_CALL_LOG
    WRITE_CONTACTS WRITE_EXTERNAL_STORAGE
""")
_DEVELOPMENT = _named("""
    CHANGE_CONFIGURATION DUMP INTERACT_ACROSS_USERS PACKAGE_USAGE_STATS READ_LOGS SET_ALWAYS_FINISH
    SET_ANIMATION_SCALE SET_DEBUG_APP SET_PROCESS_LIMIT SIGNAL_PERSISTENT_PROCESSES WRITE_SECURE_SETTINGS
""")
"""Those of the system that adb may grant, too."""

_AT_INSTALL = _named("""
    ACCESS_NETWORK_STATE ACCESS_NOTIFICATION_POLICY ACCESS_WIFI_STATE BLUETOOTH BLUETOOTH_ADMIN CHANGE_NETWORK_STATE
    CHANGE_WIFI_MULTICAST_STATE CHANGE_WIFI_STATE DISABLE_KEYGUARD EXPAND_STATUS_BAR FOREGROUND_SERVICE
    FOREGROUND_SERVICE_DATA_SYNC FOREGROUND_SERVICE_MEDIA_PROJECTION HIGH_SAMPLING_RATE_SENSORS INSTALL_PACKAGES
    INTERNET KILL_BACKGROUND_PROCESSES MANAGE_EXTERNAL_STORAGE MODIFY_AUDIO_SETTINGS NFC QUERY_ALL_PACKAGES REBOOT
    RECEIVE_BOOT_COMPLETED REORDER_TASKS REQUEST_DELETE_PACKAGES REQUEST_IGNORE_BATTERY_OPTIMIZATIONS
    REQUEST_INSTALL_PACKAGES SCHEDULE_EXACT_ALARM SET_WALLPAPER SYSTEM_ALERT_WINDOW TRANSMIT_IR USE_BIOMETRIC
    USE_EXACT_ALARM USE_FINGERPRINT USE_FULL_SCREEN_INTENT VIBRATE WAKE_LOCK WRITE_SETTINGS WRITE_SYNC_SETTINGS
""")
"""Given or refused when an app is installed: nobody may change them."""


def is_runtime(permission: str) -> bool:
    """Whether an app asks a person for it."""
    return permission in _RUNTIME


def is_granted(package: Package, permission: str) -> bool:
    """Whether the package may use what it has requested."""
    return permission in package.granted or permission in _AT_INSTALL


def grant_all(package: Package) -> None:
    """Everything that the package asks a person for, as `pm install -g` does."""
    package.granted.update(permission for permission in package.permissions if is_runtime(permission))


def grant(call: Call, words: list[str]) -> int:
    """`pm grant PACKAGE PERMISSION`."""
    package, permission = _meant(call, words)
    package.granted.add(permission)
    call.phone.changed()
    return 0


def revoke(call: Call, words: list[str]) -> int:
    """`pm revoke PACKAGE PERMISSION` ends an app that runs, as Android does."""
    package, permission = _meant(call, words)
    if permission in package.granted:
        package.granted.discard(permission)
        call.phone.stop_app(package.package)
    return 0


def reset(call: Call, words: list[str]) -> int:
    """`pm reset-permissions`: as if nobody had been asked yet."""
    for name in call.phone.packages.third_party:
        if found := call.phone.packages.find(name):
            found.granted.clear()
    call.phone.changed()
    return 0


def names(words: list[str]) -> list[str]:
    """The words that are no options, without the user that `--user` names."""
    rest = list(words)
    while "--user" in rest:
        place = rest.index("--user")
        del rest[place : place + 2]
    return [word for word in rest if not word.startswith("-")]


def _meant(call: Call, words: list[str]) -> tuple[Package, str]:
    named = names(words)
    if not named:
        raise UsageError("Error: no package specified")
    if len(named) < 2:
        raise UsageError("Error: no permission specified")
    verb, (name, permission) = call.arguments[0], named[:2]
    package = call.phone.packages.find(name)
    if package is None:
        raise java_exception(verb, f"java.lang.IllegalArgumentException: Unknown package: {name}")
    if permission not in _RUNTIME | _DEVELOPMENT | _AT_INSTALL:
        raise java_exception(verb, f"java.lang.IllegalArgumentException: Unknown permission: {permission}")
    if permission not in package.permissions:
        said = f"Package {name} has not requested permission {permission}"
    elif permission in _AT_INSTALL:
        said = f"Permission {permission} requested by {name} is not a changeable permission type"
    else:
        return package, permission
    raise java_exception(verb, f"java.lang.SecurityException: {said}")


def java_exception(verb: str, said: str) -> UsageError:
    """What a service's shell command prints of an exception, with the status that it ends with."""
    return UsageError(f"\nException occurred while executing '{verb}':\n{said}", 255)
