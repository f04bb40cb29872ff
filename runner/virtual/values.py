"""What every phone has from the start: its settings, its system properties, its addresses."""

from hashlib import blake2b

RELEASE, SDK, BUILD, BUILD_NUMBER = "14", "34", "UP1A.231005.007", "11023456"
OPENGL_ES = 0x30002
BUILT, BUILT_S = "Wed May  1 00:00:00 UTC 2024", 1714521600
"""When the system was built, in words and in Unix time."""

KERNEL = "5.15.123-android14"

_VALUES = {
    "system": {
        "accelerometer_rotation": "1",
        "dtmf_tone": "1",
        "font_scale": "1.0",
        "haptic_feedback_enabled": "1",
        "lockscreen_sounds_enabled": "1",
        "pointer_location": "0",
        "pointer_speed": "0",
        "ringtone": "content://media/internal/audio/media/12",
        "screen_brightness": "102",
        "screen_brightness_mode": "0",
        "screen_off_timeout": "60000",
        "show_touches": "0",
        "sound_effects_enabled": "1",
        "time_12_24": "24",
        "user_rotation": "0",
        "vibrate_when_ringing": "0",
        "volume_alarm": "6",
        "volume_music": "5",
        "volume_ring": "5",
        "volume_system": "7",
        "volume_voice": "4",
    },
    "secure": {
        "accessibility_enabled": "0",
        "bluetooth_address": "02:00:00:00:00:00",
        "default_input_method": "com.android.inputmethod.latin/.LatinIME",
        "enabled_input_methods": "com.android.inputmethod.latin/.LatinIME",
        "install_non_market_apps": "1",
        "location_mode": "3",
        "location_providers_allowed": "gps,network",
        "lock_screen_show_notifications": "1",
        "long_press_timeout": "400",
        "mock_location": "0",
        "navigation_mode": "0",
        "screensaver_enabled": "0",
        "show_ime_with_hard_keyboard": "0",
        "sleep_timeout": "-1",
        "touch_exploration_enabled": "0",
        "user_setup_complete": "1",
    },
    "global": {
        "adb_enabled": "1",
        "airplane_mode_on": "0",
        "always_finish_activities": "0",
        "animator_duration_scale": "1.0",
        "auto_time": "1",
        "auto_time_zone": "1",
        "bluetooth_on": "1",
        "boot_count": "1",
        "data_roaming": "0",
        "development_settings_enabled": "1",
        "device_provisioned": "1",
        "heads_up_notifications_enabled": "1",
        "low_power": "0",
        "mobile_data": "1",
        "mode_ringer": "2",
        "ntp_server": "time.android.com",
        "private_dns_mode": "off",
        "stay_on_while_plugged_in": "0",
        "transition_animation_scale": "1.0",
        "usb_mass_storage_enabled": "1",
        "wifi_on": "1",
        "window_animation_scale": "1.0",
        "zen_mode": "0",
    },
}


def settings(serial: str, model: str) -> dict[tuple[str, str], str]:
    """By namespace and name; two phones differ in what names a phone."""
    return {(space, name): value for space, values in _VALUES.items() for name, value in values.items()} | {
        ("secure", "android_id"): _digest(serial, "id"),
        ("secure", "bluetooth_name"): model,
        ("global", "device_name"): model,
    }


def wlan_address(serial: str) -> str:
    """The phone's address in a network that is not there."""
    number = int(_digest(serial, "wlan"), 16)
    return f"192.168.{number % 250 + 1}.{number // 256 % 250 + 2}"


def wlan_gateway(serial: str) -> str:
    """Where that network would lead."""
    return f"{wlan_address(serial).rpartition('.')[0]}.1"


def wlan_mac(serial: str) -> str:
    """Locally administered, as Android's random ones are."""
    digits = _digest(serial, "mac")[:10]
    return ":".join(["02", *(digits[place : place + 2] for place in range(0, 10, 2))])


def properties(*, serial: str, model: str, product: str, density: int) -> dict[str, str]:
    """The system properties of a phone that is on, in its own build."""
    build = f"{BUILD}/{BUILD_NUMBER}"
    fingerprint = f"virtual/{product}/{product}:{RELEASE}/{build}:user/release-keys"
    names = {
        "brand": "virtual",
        "device": product,
        "manufacturer": "virtual",
        "model": model,
        "name": product,
    }
    described = {
        f"ro.product.{part}{name}": value
        for part in ("", "odm.", "product.", "system.", "system_ext.", "vendor.")
        for name, value in names.items()
    }
    return {
        **described,
        **_BUILD,
        **_STATE,
        "ro.bootimage.build.fingerprint": fingerprint,
        "ro.build.description": f"{product}-user {RELEASE} {BUILD} {BUILD_NUMBER} release-keys",
        "ro.build.fingerprint": fingerprint,
        "ro.build.flavor": f"{product}-user",
        "ro.build.product": product,
        "ro.boot.serialno": serial,
        "ro.product.board": product,
        "ro.serialno": serial,
        "ro.sf.lcd_density": str(density),
        "ro.system.build.fingerprint": fingerprint,
        "ro.vendor.build.fingerprint": fingerprint,
        "dhcp.wlan0.gateway": wlan_gateway(serial),
        "dhcp.wlan0.ipaddress": wlan_address(serial),
    }


_BUILD = {
    "dalvik.vm.heapgrowthlimit": "256m",
    "dalvik.vm.heapsize": "512m",
    "ro.adb.secure": "1",
    "ro.board.platform": "virtual",
    "ro.boot.bootdevice": "soc",
    "ro.boot.flash.locked": "1",
    "ro.boot.hardware": "virtual",
    "ro.boot.verifiedbootstate": "green",
    "ro.bootloader": "unknown",
    "ro.build.characteristics": "default",
    "ro.build.date": BUILT,
    "ro.build.date.utc": str(BUILT_S),
    "ro.build.display.id": BUILD,
    "ro.build.host": "build",
    "ro.build.id": BUILD,
    "ro.build.tags": "release-keys",
    "ro.build.type": "user",
    "ro.build.user": "build",
    "ro.build.version.all_codenames": "REL",
    "ro.build.version.codename": "REL",
    "ro.build.version.incremental": BUILD_NUMBER,
    "ro.build.version.min_supported_target_sdk": "23",
    "ro.build.version.preview_sdk": "0",
    "ro.build.version.release": RELEASE,
    "ro.build.version.release_or_codename": RELEASE,
    "ro.build.version.sdk": SDK,
    "ro.build.version.security_patch": "2024-05-05",
    "ro.carrier": "unknown",
    "ro.com.android.dateformat": "MM-dd-yyyy",
    "ro.crypto.state": "encrypted",
    "ro.crypto.type": "file",
    "ro.debuggable": "0",
    "ro.hardware": "virtual",
    "ro.opengles.version": str(OPENGL_ES),
    "ro.product.cpu.abi": "arm64-v8a",
    "ro.product.cpu.abilist": "arm64-v8a,armeabi-v7a,armeabi",
    "ro.product.cpu.abilist32": "armeabi-v7a,armeabi",
    "ro.product.cpu.abilist64": "arm64-v8a",
    "ro.product.first_api_level": SDK,
    "ro.product.locale": "en-US",
    "ro.secure": "1",
    "ro.treble.enabled": "true",
    "ro.vndk.version": SDK,
    "ro.wifi.channels": "",
    "ro.zygote": "zygote64",
}
_STATE = {
    "dev.bootcomplete": "1",
    "gsm.network.type": "LTE",
    "gsm.operator.alpha": "Virtual",
    "gsm.operator.iso-country": "us",
    "gsm.operator.numeric": "310260",
    "gsm.sim.operator.alpha": "Virtual",
    "gsm.sim.operator.iso-country": "us",
    "gsm.sim.operator.numeric": "310260",
    "gsm.sim.state": "LOADED",
    "gsm.version.baseband": "1.0",
    "init.svc.adbd": "running",
    "init.svc.bootanim": "stopped",
    "init.svc.surfaceflinger": "running",
    "init.svc.zygote": "running",
    "net.bt.name": "Android",
    "persist.sys.locale": "en-US",
    "persist.sys.timezone": "UTC",
    "persist.sys.usb.config": "adb",
    "service.bootanim.exit": "1",
    "sys.boot_completed": "1",
    "sys.usb.config": "adb",
    "sys.usb.state": "adb",
    "vold.decrypt": "trigger_restart_framework",
    "wifi.interface": "wlan0",
}


def _digest(serial: str, purpose: str) -> str:
    """Sixteen hexadecimal digits, always the same for a phone."""
    return blake2b(serial.encode(), digest_size=8, person=purpose.encode()).hexdigest()
