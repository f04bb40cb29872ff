"""dumpsys: what the system's services tell of themselves."""

import re
from collections.abc import Callable

from runner.virtual.commands import package_dumps, state_dumps, window_dumps
from runner.virtual.commands.call import Call, Command
from runner.virtual.phone import Phone

Dump = Callable[[Phone, list[str]], str]
_RULE = "-" * 79
_WITH_VALUE = ("-t", "-T", "--priority", "--skip")
_HELP = (
    "usage: dumpsys\n         To dump all services.\nor:\n"
    "       dumpsys [-t TIMEOUT] [--help | -l | --skip SERVICES | SERVICE [ARGS]]"
)
_ACCESSIBILITY = (
    "ACCESSIBILITY MANAGER (dumpsys accessibility)\n\nUser state[\n     attributes:{id=0}\n     services:{}]"
)
_MEDIA = "MEDIA SESSION SERVICE (dumpsys media_session)\n\n0 sessions listeners.\nSessions Stack - have 0 sessions:"
_TRUST = 'Trust manager state:\n User "Owner" (id=0, flags=0x4c13) (current): trusted=0, deviceLocked=0'
_USB = "USB MANAGER STATE (dumpsys usb):\n  connected=true\n  configured=true"
_USER = "Users:\n  UserInfo{0:Owner:c13} serialNo=0 isPrimary=true\n    State: RUNNING_UNLOCKED"


def _input_method(phone: Phone, words: list[str]) -> str:
    ids = "".join(f"\n  mId={name}" for name in phone.packages.keyboards)
    return (
        f"Current Input Method Manager state:\n  Input Methods:{ids}\n"
        f"  mCurMethodId={phone.keyboard}\n  mInputShown={str(phone.keyboard_shown).lower()}"
    )


def _says(text: str) -> Dump:
    return lambda phone, words: text


def _clipboard(phone: Phone, words: list[str]) -> str:
    return f"  Has primary clip: {str(phone.clipboard is not None).lower()}"


SERVICES: dict[str, tuple[str, Dump]] = {
    "SurfaceFlinger": ("android.ui.ISurfaceComposer", window_dumps.surface_flinger),
    "accessibility": ("android.view.accessibility.IAccessibilityManager", _says(_ACCESSIBILITY)),
    "account": ("android.accounts.IAccountManager", _says("User UserInfo{0:Owner:c13}:\n  Accounts: 0")),
    "activity": ("android.app.IActivityManager", window_dumps.activity),
    "alarm": ("android.app.IAlarmManager", _says("Current Alarm Manager state:\n  Pending alarm batches: 0")),
    "appops": ("com.android.internal.app.IAppOpsService", state_dumps.operations),
    "audio": ("android.media.IAudioService", state_dumps.audio),
    "battery": ("", state_dumps.battery),
    "batterystats": (
        "com.android.internal.app.IBatteryStats",
        _says("Battery History (0% used, 0 used of 4096KB, 0 strings using 0):\n\nDaily stats:"),
    ),
    "bluetooth_manager": ("android.bluetooth.IBluetoothManager", state_dumps.bluetooth),
    "clipboard": ("android.content.IClipboard", _clipboard),
    "connectivity": ("android.net.IConnectivityManager", state_dumps.connectivity),
    "cpuinfo": ("", state_dumps.processor),
    "device_config": ("", _says("")),
    "device_policy": ("android.app.admin.IDevicePolicyManager", _says("Current Device Policy Manager state:")),
    "deviceidle": ("android.os.IDeviceIdleController", state_dumps.device_idle),
    "diskstats": ("", _says("Latency: 0ms [512B Data Write]\nData-Free: 50000000K / 64000000K total = 78% free")),
    "display": ("android.hardware.display.IDisplayManager", window_dumps.display),
    "dropbox": ("com.android.internal.os.IDropBoxManagerService", _says("Drop box contents: 0 entries")),
    "gfxinfo": ("", _says("Applications Graphics Acceleration Info:\nUptime: 100000 Realtime: 100000")),
    "input": ("android.hardware.input.IInputManager", window_dumps.inputs),
    "input_method": ("com.android.internal.view.IInputMethodManager", _input_method),
    "iphonesubinfo": ("com.android.internal.telephony.IPhoneSubInfo", _says("Phone Subscriber Info:")),
    "jobscheduler": ("android.app.job.IJobScheduler", _says("Settings:\nRegistered 0 jobs:")),
    "locale": ("android.app.ILocaleManager", _says("LocaleManagerService:")),
    "location": ("android.location.ILocationManager", state_dumps.location),
    "lock_settings": ("com.android.internal.widget.ILockSettings", _says("Current lock settings service state:")),
    "media_session": ("android.media.session.ISessionManager", _says(_MEDIA)),
    "meminfo": ("", state_dumps.memory),
    "mount": ("android.os.storage.IStorageManager", _says("Disks:\n\nVolumes:")),
    "netstats": ("android.net.INetworkStatsService", _says("Active interfaces:\n  iface=wlan0")),
    "notification": ("android.app.INotificationManager", state_dumps.notification),
    "overlay": ("android.content.om.IOverlayManager", _says("")),
    "package": ("android.content.pm.IPackageManager", package_dumps.dump),
    "permission": ("android.os.IPermissionController", _says("")),
    "phone": ("com.android.internal.telephony.ITelephony", state_dumps.telephony),
    "power": ("android.os.IPowerManager", state_dumps.power),
    "role": ("android.app.role.IRoleManager", _says("Role Manager Service Dump:")),
    "sensorservice": ("android.gui.SensorServer", _says("Total 0 h/w sensors, 0 running")),
    "settings": ("", _says("SETTINGS MANAGER (dumpsys settings)")),
    "statusbar": ("com.android.internal.statusbar.IStatusBarService", state_dumps.status_bar),
    "telecom": ("com.android.internal.telecom.ITelecomService", _says("CallsManager:\n  mCalls: []")),
    "telephony.registry": ("com.android.internal.telephony.ITelephonyRegistry", state_dumps.telephony),
    "thermalservice": ("android.os.IThermalService", state_dumps.thermal),
    "trust": ("android.app.trust.ITrustManager", _says(_TRUST)),
    "uimode": ("android.app.IUiModeManager", state_dumps.ui_mode),
    "usagestats": ("android.app.usage.IUsageStatsManager", _says("user=0\n  In-memory daily stats")),
    "usb": ("android.hardware.usb.IUsbManager", _says(_USB)),
    "user": ("android.os.IUserManager", _says(_USER)),
    "vibrator_manager": ("android.os.IVibratorManagerService", _says("VibratorManagerService:\n  isVibrating: false")),
    "wallpaper": ("android.app.IWallpaperManager", _says("System wallpaper state:\n User 0: id=1")),
    "webviewupdate": ("android.webkit.IWebViewUpdateService", _says("Current WebView Update Service state")),
    "wifi": ("android.net.wifi.IWifiManager", state_dumps.wifi),
    "window": ("android.view.IWindowManager", window_dumps.window),
}  # fmt: skip
"""The interface of each service, empty if it has none, and what it dumps."""


def _dumpsys(call: Call) -> int:
    """As Android's it ends with 0 even for a service that is not there."""
    words = list(call.arguments)
    skipped: set[str] = set()
    while words and words[0] in _WITH_VALUE:
        option = words.pop(0)
        value = words.pop(0) if words else ""
        if option == "--skip":
            skipped.update(re.split(r"[,\s]+", value))
    words = [word for word in words if word not in ("--pid", "--stability", "--thread", "--clients")]
    if words[:1] == ["--help"]:
        return call.print(_HELP)
    if not words or words == ["-l"]:
        return _all(call, skipped, only_names=bool(words))
    name, *rest = words
    if name not in SERVICES:
        return call.fail(f"Can't find service: {name}", 0)
    text = SERVICES[name][1](call.phone, rest)
    return call.print(text) if text else 0


def _all(call: Call, skipped: set[str], *, only_names: bool) -> int:
    call.print("Currently running services:")
    for name in sorted(SERVICES):
        call.print(f"  {name}{' (skipped)' if name in skipped else ''}")
    for name in sorted(SERVICES) if not only_names else ():
        if name not in skipped:
            call.print(f"{_RULE}\nDUMP OF SERVICE {name}:")
            call.print(SERVICES[name][1](call.phone, []))
            call.print(
                f"--------- 0.001s was the duration of dumpsys {name}, "
                f"ending at: {call.phone.now():%Y-%m-%d %H:%M:%S}"
            )
    return 0


COMMANDS: dict[str, Command] = {"dumpsys": _dumpsys}
