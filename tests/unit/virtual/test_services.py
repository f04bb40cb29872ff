"""What dumpsys, cmd, settings and svc say and change."""

import re

import pytest
from true_phone import TIKTOK, a_phone, output, run

from runner.virtual.commands.dumps import SERVICES
from runner.virtual.phone import Phone


@pytest.fixture
def phone() -> Phone:
    return a_phone()


@pytest.mark.parametrize(
    ("line", "pattern"),
    [
        ("settings get system screen_brightness", r"102\n"),
        ("settings get --user 0 secure android_id", r"[0-9a-f]{16}\n"),
        ("settings --user 0 get global device_name", r"VirtualPhone\n"),
        ("settings get GLOBAL wifi_on", r"1\n"),
        ("settings get global nothing", r"null\n"),
        ("settings put system screen_brightness 7; settings get system screen_brightness", r"7\n"),
        ("settings delete system font_scale; settings get system font_scale", r"Deleted 1 rows\nnull\n"),
        ("settings delete system nothing", r"Deleted 0 rows\n"),
        ("settings list secure | grep location_mode", r"location_mode=3\n"),
        ("svc wifi disable; settings get global wifi_on", r"0\n"),
        ("svc data disable; settings get global mobile_data", r"0\n"),
        ("svc power stayon usb; settings get global stay_on_while_plugged_in", r"2\n"),
        ("getprop ro.build.fingerprint", r"virtual/virtual_phone/virtual_phone:14/\S+:user/release-keys\n"),
        ("getprop ro.serialno", r"TRUE01\n"),
        ("getprop ro.build.version.sdk", r"34\n"),
        ("getprop nothing.at.all", r"\n"),
        ("getprop | grep boot_completed", r"\[sys\.boot_completed\]: \[1\]\n"),
        ("pidof com.android.phone", r"\d+\n"),
    ],
)
def test_every_phone_has_these_values(phone: Phone, line: str, pattern: str) -> None:
    assert re.fullmatch(pattern, output(phone, line))


def test_two_phones_differ_in_what_names_a_phone() -> None:
    asked = "settings get secure android_id; getprop dhcp.wlan0.ipaddress"
    one, other = a_phone("ONE"), a_phone("OTHER")
    assert output(one, asked) != output(other, asked)
    assert output(one, asked) == output(a_phone("ONE"), asked)


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_every_service_that_is_listed_dumps_and_takes_commands(phone: Phone, name: str) -> None:
    assert f"\t{name}: [" in output(phone, "service list")
    assert run(phone, f"dumpsys {name}")[2] == ""
    assert run(phone, f"cmd {name} frobnicate")[0] in (0, 255)
    assert output(phone, f"service check {name}") == f"Service {name}: found\n"


@pytest.mark.parametrize(
    ("line", "pattern"),
    [
        ("dumpsys -l", r"^  SurfaceFlinger\n.*^  window$"),
        ("dumpsys -t 10 battery", r"^  level: 87$"),
        ("dumpsys", r"^DUMP OF SERVICE battery:\nCurrent Battery"),
        ("dumpsys power", r"mWakefulness=Awake.*mHoldingDisplaySuspendBlocker=true.*Display Power: state=ON"),
        ("input keyevent 223; dumpsys power", r"mWakefulness=Asleep.*Display Power: state=OFF"),
        ("dumpsys battery set level 20; dumpsys battery", r"UPDATES STOPPED.*^  level: 20$"),
        ("dumpsys battery unplug; dumpsys battery", r"^  USB powered: false$"),
        ("dumpsys battery set ac 1; dumpsys battery", r"^  AC powered: true$"),
        ("dumpsys battery set level 20; dumpsys battery reset; dumpsys battery", r"^  level: 87$"),
        ("cmd battery set level 5; cmd battery get level", r"^5$"),
        ("dumpsys battery set nonsense 1 2>&1", r"Unknown set option: nonsense"),
        ("dumpsys connectivity", r"Active default network: 100.*ni\{WIFI CONNECTED"),
        ("cmd connectivity airplane-mode enable; svc wifi disable; dumpsys connectivity", r"network: none"),
        ("svc wifi disable; dumpsys connectivity", r"ni\{MOBILE CONNECTED"),
        ("dumpsys wifi", r'Wi-Fi is enabled.*SSID: "VirtualWifi".*IP: /192\.168\.'),
        ("cmd wifi set-wifi-enabled disabled; cmd wifi status", r"^Wifi is disabled$"),
        ("cmd wifi status", r'Wifi is connected to "VirtualWifi"'),
        ("cmd connectivity airplane-mode enable; cmd connectivity airplane-mode", r"^enabled$"),
        ("cmd location is-location-enabled", r"^true$"),
        ("cmd location set-location-enabled false; cmd location is-location-enabled", r"^false$"),
        (
            "cmd location providers set-test-provider-location gps --location 1.5,2.5; dumpsys location",
            r"gps provider \[mock\]:\n +last location=Location\[gps 1\.5,2\.5",
        ),
        (
            "cmd notification post -t Title tag 'some text'; dumpsys notification --noredact",
            r"NotificationRecord\(.*tag=tag .*android\.title=String \(Title\).*android\.text=String \(some text\)",
        ),
        (
            "cmd notification post a b >/dev/null; cmd notification list",
            r"^0\|com\.android\.shell\|2020\|a\|2000$",
        ),
        ("cmd statusbar expand-notifications; cmd statusbar collapse; echo done", r"^done$"),
        (
            "cmd notification post -t Title tag 'some text' >/dev/null; cmd statusbar expand-notifications; "
            "uiautomator dump /sdcard/a >/dev/null; cat /sdcard/a",
            r'text="Title".*text="some text".*text="USB debugging connected"',
        ),
        ("dumpsys deviceidle get deep", r"^ACTIVE$"),
        (
            "dumpsys deviceidle force-idle; dumpsys deviceidle get deep",
            r"Now forced in to deep idle mode\nIDLE$",
        ),
        (
            f"cmd deviceidle whitelist +{TIKTOK}; dumpsys deviceidle whitelist",
            rf"Added: {TIKTOK}.*user,{TIKTOK},\d+$",
        ),
        ("cmd uimode night yes; dumpsys uimode", r"Night mode: yes.*mNightMode=2 \(yes\)"),
        (f"appops set {TIKTOK} CAMERA ignore; cmd appops get {TIKTOK} CAMERA", r"^CAMERA: ignore$"),
        (f"cmd appops get {TIKTOK}", r"^No operations\.$"),
        ("cmd role get-role-holders android.app.role.BROWSER", r"^com\.android\.chrome$"),
        ("cmd window size", r"^Physical size: 720x1600$"),
        ("cmd settings get global wifi_on", r"^1$"),
        ("cmd input_method list -s", r"^com\.android\.inputmethod\.latin/\.LatinIME$"),
        ("cmd account nonsense", r"^No shell command implementation\.$"),
        ("cmd -l", r"^  package$"),
        (
            "dumpsys meminfo com.android.systemui",
            r"MEMINFO in pid \d+ \[com\.android\.systemui\].*TOTAL PSS:",
        ),
        ("dumpsys meminfo com.nobody", r"^No process found for: com\.nobody$"),
        (
            "content insert --uri content://settings/system --bind name:s:user_rotation --bind value:i:1; "
            "content query --uri content://settings/system --projection value --where \"name='user_rotation'\"",
            r"^Row: 0 value=1$",
        ),
        ("content query --uri content://settings/global/wifi_on", r"^Row: 0 _id=\d+, name=wifi_on, value=1$"),
        ("content query --uri content://sms/inbox", r"^No result found\.$"),
        ("bugreport", r"== dumpstate: .*Build fingerprint: 'virtual/.*DUMP OF SERVICE activity:"),
        ("bugreportz -p", r"BEGIN:(/\S+\.zip)\n.*PROGRESS:.*OK:\1$"),
        ("getenforce", r"^Enforcing$"),
        ("getevent -p", r"0035  : value 0, min 0, max 719,.*0036  : value 0, min 0, max 1599,"),
        ("pm list features", r"^feature:reqGlEsVersion=0x30002\nfeature:android\.hardware\."),
        ("dumpsys SurfaceFlinger", r"^GLES: Virtual, Virtual GPU, OpenGL ES 3\.2"),
        (
            "input motionevent DOWN 125 1230; input motionevent UP 125 1230; dumpsys activity top",
            rf"ACTIVITY {TIKTOK}",
        ),
        (
            "am start -n com.android.settings/.Settings; logcat -d",
            r"Start proc \d+:com\.android\.settings/system for",
        ),
        (
            "am start -n com.android.settings/.Settings; logcat -d",
            r"Displayed com\.android\.settings/\.Settings for",
        ),
        ("logcat -d", r"I SystemServer: Entered .*Boot completed"),
        ("service call statusbar 1", r"^Result: Parcel\("),
        ("service check nonsense", r"^Service nonsense: not found$"),
    ],
)
def test_services_say_what_clients_look_for(phone: Phone, line: str, pattern: str) -> None:
    assert re.search(pattern, output(phone, line).rstrip(), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(
    ("line", "status", "errors"),
    [
        ("dumpsys nosuch", 0, "Can't find service: nosuch\n"),
        ("cmd nosuch", 20, "cmd: Can't find service: nosuch\n"),
        ("settings frobnicate global x", 255, "Invalid command: frobnicate\n"),
        ("settings get nowhere x", 255, "Invalid namespace 'nowhere'\n"),
        ("settings put global x", 255, "Bad arguments\n"),
        ("run-as com.nobody ls", 1, "run-as: unknown package: com.nobody\n"),
        (f"run-as {TIKTOK} ls", 1, f"run-as: package not debuggable: {TIKTOK}\n"),
        ("setenforce 0", 1, "setenforce: Couldn't set enforcing status to '0': Permission denied\n"),
        ("service call nosuch 1", 10, "service: Service nosuch does not exist\n"),
        (
            "content query --uri content://nosuch/x",
            0,
            "Error while accessing provider:nosuch\n"
            "java.lang.IllegalStateException: Could not find provider: nosuch\n",
        ),
    ],
)
def test_what_is_not_there_is_said_as_android_says_it(
    phone: Phone, line: str, status: int, errors: str
) -> None:
    assert run(phone, line) == (status, "", errors)
