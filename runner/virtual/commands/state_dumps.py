"""What dumpsys writes of battery, power, networks, location, notifications and the rest."""

import time

from runner.virtual import values
from runner.virtual.commands.call import UsageError
from runner.virtual.phone import Phone

_DOZE = {True: "IDLE", False: "ACTIVE"}
_POWERED = ("ac", "usb", "wireless", "dock")
_BATTERY = (*_POWERED, "status", "level", "counter", "temp", "present", "invalid")


def setting(phone: Phone, name: str) -> str:
    """One of the settings of all users."""
    return phone.settings.get(("global", name), "0")


def is_wifi_on(phone: Phone) -> bool:
    return setting(phone, "wifi_on") != "0"


def is_online(phone: Phone) -> bool:
    """Whether there is a network; the phone believes so unless it is switched off."""
    return is_wifi_on(phone) or (
        setting(phone, "mobile_data") == "1" and setting(phone, "airplane_mode_on") == "0"
    )


def battery(phone: Phone, words: list[str]) -> str:
    """With `set`, `unplug` and `reset` it is made to pretend; `get` tells one value. Raises UsageError."""
    pretended = phone.system.battery
    words = [word for word in words if word != "-f"]
    verb, *rest = words or [""]
    if verb == "reset":
        pretended.clear()
    elif verb == "unplug":
        pretended.update(dict.fromkeys(_POWERED, "false"))
    elif verb == "set":
        _pretend(pretended, rest)
    elif verb == "get" and rest and rest[0] in (told := _battery(phone)):
        return told[rest[0]]
    elif verb in ("", "-a"):
        return _battery_text(phone, _battery(phone))
    else:
        raise UsageError(f"Unknown command: {verb}" if verb != "get" else "No value specified", 255)
    phone.changed()
    return ""


def _pretend(pretended: dict[str, str], words: list[str]) -> None:
    if len(words) < 2:
        raise UsageError("No value specified" if words else "No property specified", 255)
    name, value = words[:2]
    if name not in _BATTERY:
        raise UsageError(f"Unknown set option: {name}", 255)
    if not value.lstrip("-").isdecimal():
        raise UsageError(f"Bad value: {value}", 255)
    flag = name in (*_POWERED, "present")
    pretended[name] = str(value != "0").lower() if flag else value


def _battery(phone: Phone) -> dict[str, str]:
    real = {
        "ac": "false",
        "usb": str(phone.condition.is_charging).lower(),
        "wireless": "false",
        "dock": "false",
        "status": "2" if phone.condition.is_charging else "3",
        "level": str(phone.condition.battery),
        "counter": "3480000",
        "temp": str(phone.condition.temperature),
        "present": "true",
    }
    return real | phone.system.battery


def _battery_text(phone: Phone, told: dict[str, str]) -> str:
    current = phone.condition.charger_ma * 1000 if phone.condition.is_charging else 0
    return "Current Battery Service state:\n" + (
        "  (UPDATES STOPPED -- use 'reset' to restart)\n" if phone.system.battery else ""
    ) + (
        f"  AC powered: {told['ac']}\n  USB powered: {told['usb']}\n  Wireless powered: {told['wireless']}\n"
        f"  Dock powered: {told['dock']}\n"
        f"  Max charging current: {current}\n  Max charging voltage: 5000000\n  Charge counter: {told['counter']}\n"
        f"  status: {told['status']}\n  health: 2\n  present: {told['present']}\n  level: {told['level']}\n"
        f"  scale: 100\n  voltage: 4100\n  temperature: {told['temp']}\n  technology: Li-ion"
    )  # fmt: skip


def power(phone: Phone, words: list[str]) -> str:
    on, told = str(phone.screen_on).lower(), _battery(phone)
    powered = str("true" in (told[name] for name in _POWERED)).lower()

    def ago(instant_s: float) -> str:
        uptime_s = max(0.0, instant_s - phone.started_s)
        return f"{uptime_s * 1000:.0f} ({(time.monotonic() - instant_s) * 1000:.0f} ms ago)"

    return (
        "POWER MANAGER (dumpsys power)\n\nPower Manager State:\n"
        f"  mWakefulness={'Awake' if phone.screen_on else 'Asleep'}\n  mWakefulnessChanging=false\n"
        f"  mLastWakeTime={ago(phone.woken_s)}\n  mLastUserActivityTime={ago(phone.touched_s)}\n"
        f"  mIsPowered={powered}\n  mBatteryLevel={told['level']}\n"
        f"  mStayOn={str(setting(phone, 'stay_on_while_plugged_in') != '0').lower()}\n"
        f"  mHoldingWakeLockSuspendBlocker=false\n  mHoldingDisplaySuspendBlocker={on}\n"
        f"  mScreenOffTimeoutSetting={phone.settings.get(('system', 'screen_off_timeout'), '60000')}\n\n"
        f"Display Power: state={'ON' if phone.screen_on else 'OFF'}"
    )


def device_idle(phone: Phone, words: list[str]) -> str:
    """With a word it also holds the phone in doze, frees it, and says which packages it spares."""
    verb, *rest = words or [""]
    state = phone.system
    if verb == "force-idle":
        state.idle = True
        return f"Now forced in to {'light' if 'light' in rest else 'deep'} idle mode"
    if verb == "unforce":
        state.idle = False
        return "Light state: ACTIVE, deep state: ACTIVE"
    if verb == "get":
        known = {"deep": _DOZE[state.idle], "light": _DOZE[state.idle], "force": str(state.idle).lower()}
        known |= {"screen": str(phone.screen_on).lower(), "network": str(is_online(phone)).lower()}
        return known.get(rest[0] if rest else "", "Argument required")
    if verb == "whitelist":
        return "\n".join(_spare(state.unrestricted, word) for word in rest) or _spared(phone)
    if verb in ("step", "enable", "disable", "sys-whitelist", "tempwhitelist", "motion"):
        return f"Stepped to deep: {_DOZE[state.idle]}" if verb == "step" else ""
    return (
        "  Settings:\n    light_after_inactive_to=+4m0s0ms\n  Whitelist user apps:\n    "
        + "\n    ".join(sorted(state.unrestricted))
        + f"\n  mLightEnabled=true  mDeepEnabled=true\n  mForceIdle={str(state.idle).lower()}\n"
        f"  mScreenOn={str(phone.screen_on).lower()}\n"
        f"  mState={_DOZE[state.idle]} mLightState={_DOZE[state.idle]}"
    )


def _spare(unrestricted: set[str], word: str) -> str:
    sign, package = word[:1], word[1:]
    if sign == "+":
        unrestricted.add(package)
        return f"Added: {package}"
    if sign == "-":
        unrestricted.discard(package)
        return f"Removed: {package}"
    return f"Package must be prefixed with +, -, or =: {word}"


def _spared(phone: Phone) -> str:
    spared = ((name, phone.packages.find(name)) for name in sorted(phone.system.unrestricted))
    return "\n".join(f"user,{name},{found.uid if found else 0}" for name, found in spared)


def connectivity(phone: Phone, words: list[str]) -> str:
    if not is_online(phone):
        return "Active default network: none\n\nCurrent Networks:\n"
    wifi = is_wifi_on(phone)
    kind, name = ("WIFI", "wlan0") if wifi else ("MOBILE", "rmnet0")
    address = values.wlan_address(phone.serial)
    gateway = values.wlan_gateway(phone.serial)
    transport = "WIFI Capabilities: NOT_METERED&" if wifi else "CELLULAR Capabilities: "
    return (
        "Active default network: 100\n\nCurrent Networks:\n"
        f"  NetworkAgentInfo{{network{{100}}  handle{{432902426637}}  ni{{{kind} CONNECTED extra: }} Score(60) "
        f"lp{{{{InterfaceName: {name} LinkAddresses: [ {address}/24 ] DnsAddresses: [ /{gateway} ] MTU: 1500 "
        f"Routes: [ 0.0.0.0/0 -> {gateway} {name} ]}}}} "
        f"nc{{[ Transports: {transport}INTERNET&NOT_RESTRICTED&TRUSTED&NOT_VPN&VALIDATED]}}}}"
    )


def wifi(phone: Phone, words: list[str]) -> str:
    on = is_wifi_on(phone)
    return (
        f"Wi-Fi is {'enabled' if on else 'disabled'}\nStay-awake conditions: 0\n"
        f"mWifiInfo {wifi_info(phone)}\nCurrent wifi mode: {'ConnectModeState' if on else 'DisabledState'}"
    )


def wifi_info(phone: Phone) -> str:
    if not is_wifi_on(phone):
        return "SSID: <unknown ssid>, BSSID: <none>, MAC: 02:00:00:00:00:00, Supplicant state: DISCONNECTED, RSSI: -127"
    return (
        f'SSID: "VirtualWifi", BSSID: 02:00:00:00:01:00, MAC: {values.wlan_mac(phone.serial)}, '
        f"IP: /{values.wlan_address(phone.serial)}, Security type: 2, Supplicant state: COMPLETED, "
        "RSSI: -50, Link speed: 866Mbps, Frequency: 5180MHz, Net ID: 0"
    )


def location(phone: Phone, words: list[str]) -> str:
    on = phone.settings.get(("secure", "location_mode"), "3") != "0"
    place = phone.system.location
    last = f"Location[gps {place} hAcc=100.0 mock]" if place else "null"
    return (
        "Location Manager State:\n  User Info:\n    running users: u[0]\n"
        f"  Location Setting: {str(on).lower()}\n  Location Providers:\n    gps provider{' [mock]' if place else ''}:\n"
        f"      last location={last}\n      enabled={str(on).lower()}\n"
        f"    network provider:\n      last location=null\n      enabled={str(on).lower()}"
    )


def notification(phone: Phone, words: list[str]) -> str:
    lines = ["Current Notification Manager state:", "  Notification List:"]
    for posted in phone.system.notifications:
        lines += [
            "    NotificationRecord(0x0a1b2c3d: pkg=com.android.shell user=UserHandle{0} id=2020 "
            f"tag={posted.tag} importance=3 key=0|com.android.shell|2020|{posted.tag}|2000: "
            "Notification(channel=shell_cmd contentView=null vibrate=null sound=null))",
            "      extras={",
            f"          android.title=String ({posted.title})",
            f"          android.text=String ({posted.text})",
            "      }",
        ]
    zen = setting(phone, "zen_mode")
    return "\n".join(
        [*lines, f"\n  Zen Mode:\n    mInterruptionFilter={int(zen) + 1 if zen.isdecimal() else 1}"]
    )


def status_bar(phone: Phone, words: list[str]) -> str:
    return "  mDisabled1=0x0\n  mDisabled2=0x0\n  mIcons=[]\n  mCurrentUserId=0"


def telephony(phone: Phone, words: list[str]) -> str:
    radio = setting(phone, "airplane_mode_on") == "0"
    return (
        "last known state:\n  Phone Id=0\n    mCallState=0\n    mRingingCallState=0\n"
        f"    mServiceState={{mVoiceRegState={0 if radio else 3}({'IN_SERVICE' if radio else 'POWER_OFF'})}}\n"
        f"    mDataConnectionState={2 if radio and setting(phone, 'mobile_data') == '1' else 0}"
    )


def audio(phone: Phone, words: list[str]) -> str:
    streams = (
        ("VOICE_CALL", "voice"),
        ("SYSTEM", "system"),
        ("RING", "ring"),
        ("MUSIC", "music"),
        ("ALARM", "alarm"),
    )
    lines = ["MediaFocusControl dump time:", "Stream volumes (device: index)"]
    for title, name in streams:
        level = phone.settings.get(("system", f"volume_{name}"), "5")
        lines += [f"- STREAM_{title}:", f"   Muted: {str(level == '0').lower()}", f"   streamVolume:{level}"]
    return "\n".join(lines)


def memory(phone: Phone, words: list[str]) -> str:
    """Of the process that is named, or of all. The numbers are made up."""
    named = [word for word in words if not word.startswith("-")]
    if named:
        found = phone.processes.find(named[0])
        if found is None:
            return f"No process found for: {named[0]}"
        return (
            "Applications Memory Usage (in Kilobytes):\nUptime: 100000 Realtime: 100000\n\n"
            f"** MEMINFO in pid {found.pid} [{found.name}] **\n"
            "                   Pss  Private  Private  SwapPss      Rss     Heap     Heap     Heap\n"
            "                 Total    Dirty    Clean    Dirty    Total     Size    Alloc     Free\n"
            "                ------   ------   ------   ------   ------   ------   ------   ------\n"
            "  Native Heap    12000    11900      100        0    13000    20000    15000     5000\n"
            "  Dalvik Heap     8000     7900      100        0     9000    12000     8000     4000\n"
            "        TOTAL    52000    40000     6000        0   120000    32000    23000     9000\n\n"
            " App Summary\n           TOTAL PSS:    52000            TOTAL RSS:   120000      TOTAL SWAP (KB):        0"
        )
    lines = ["Applications Memory Usage (in Kilobytes):", "Total RSS by process:"]
    lines += [f"    120,000K: {process.name} (pid {process.pid})" for process in phone.processes.all()]
    return "\n".join(
        [*lines, "\nTotal RAM: 5,800,000K (status normal)\n Free RAM: 2,900,000K\n Used RAM: 2,900,000K"]
    )


def processor(phone: Phone, words: list[str]) -> str:
    lines = ["Load: 0.1 / 0.1 / 0.1", "CPU usage from 10000ms to 0ms ago:"]
    lines += [
        f"  0.1% {process.pid}/{process.name}: 0.1% user + 0% kernel" for process in phone.processes.all()
    ]
    return "\n".join([*lines, "1% TOTAL: 1% user + 0% kernel"])


def operations(phone: Phone, words: list[str]) -> str:
    lines = ["Current AppOps Service state:"]
    lines += [f"  Package {name}:\n    {op} ({mode})" for (name, op), mode in phone.system.operations.items()]
    return "\n".join(lines)


def night(phone: Phone) -> str:
    return {"2": "yes", "0": "auto"}.get(phone.settings.get(("secure", "ui_night_mode"), "1"), "no")


def ui_mode(phone: Phone, words: list[str]) -> str:
    mode = phone.settings.get(("secure", "ui_night_mode"), "1")
    return f"Current UI Mode Service state:\n  mNightMode={mode} ({night(phone)})"


def bluetooth(phone: Phone, words: list[str]) -> str:
    on = setting(phone, "bluetooth_on") == "1"
    name = phone.settings.get(("secure", "bluetooth_name"), phone.model)
    return f"Bluetooth Status\n  enabled: {str(on).lower()}\n  state: {'ON' if on else 'OFF'}\n  name: {name}"


def thermal(phone: Phone, words: list[str]) -> str:
    degrees = int(_battery(phone)["temp"]) / 10
    return (
        "IsStatusOverride: false\nThermal Status: 0\nCached temperatures:\n"
        f"\tTemperature{{mValue={degrees}, mType=2, mName=battery, mStatus=0}}"
    )
