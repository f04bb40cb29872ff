"""What a phone knows about its packages, and how pm, am and dumpsys say it."""

import re
from pathlib import Path

import pytest
import uiautomator2
from true_phone import TIKTOK, a_phone, output, run

from runner.virtual.apk_file import make_apk
from runner.virtual.apps.shortvideo import ShortVideo
from runner.virtual.apps.shortvideo.permissions import missing
from runner.virtual.commands.apk import package_of
from runner.virtual.package import Package
from runner.virtual.phone import Phone

CAMERA = "android.permission.CAMERA"
DEMO = Package(
    "com.example.demo",
    activities=("com.example.demo.Main", "com.example.demo.Second"),
    permissions=(CAMERA, "android.permission.INTERNET"),
    launcher="com.example.demo.Main",
)


@pytest.fixture
def phone() -> Phone:
    """A phone with a package that it has no app for."""
    made = a_phone()
    made.packages.install(Package.from_json(DEMO.to_json()))
    return made


@pytest.mark.parametrize(
    ("line", "status", "printed", "errors"),
    [
        ("pm path com.nobody", 1, "", ""),
        ("pm frobnicate", 255, "Unknown command: frobnicate\n", ""),
        ("pm list frobnicate", 255, "Error: unknown list type 'frobnicate'\n", ""),
        ("pm uninstall com.nobody", 1, "Failure [DELETE_FAILED_INTERNAL_ERROR]\n", ""),
        ("pm uninstall --user 0 com.nobody", 1, "Failure [not installed for 0]\n", ""),
        ("pm uninstall com.android.phone", 1, "Failure [DELETE_FAILED_INTERNAL_ERROR]\n", ""),
        ("pm uninstall com.android.settings", 1, "Failure [DELETE_FAILED_INTERNAL_ERROR]\n", ""),
        ("pm uninstall com.example.demo", 0, "Success\n", ""),
        ("pm clear com.nobody", 1, "Failed\n", ""),
        ("pm list packages demo", 0, "package:com.example.demo\n", ""),
        ("pm list packages --show-versioncode demo", 0, "package:com.example.demo versionCode:100\n", ""),
        ("pm list packages -s demo", 0, "", ""),
        ("pm list users", 0, "Users:\n\tUserInfo{0:Owner:c13} running\n", ""),
        ("pm has-feature android.hardware.wifi", 0, "true\n", ""),
        ("pm disable-user com.example.demo", 0, "Package com.example.demo new state: disabled-user\n", ""),
        (
            "cmd package resolve-activity --brief com.example.demo",
            0,
            "priority=0 preferredOrder=0 match=0x108000 specificIndex=-1 isDefault=true\ncom.example.demo/.Main\n",
            "",
        ),
        ("cmd package resolve-activity --brief com.nobody", 0, "No activity found\n", ""),
        (f"pm grant {DEMO.package} {CAMERA}", 0, "", ""),
        (
            f"pm grant {DEMO.package} android.permission.RECORD_AUDIO",
            255,
            "",
            "\nException occurred while executing 'grant':\njava.lang.SecurityException: Package "
            "com.example.demo has not requested permission android.permission.RECORD_AUDIO\n",
        ),
        (
            f"pm revoke {DEMO.package} android.permission.INTERNET",
            255,
            "",
            "\nException occurred while executing 'revoke':\njava.lang.SecurityException: Permission "
            "android.permission.INTERNET requested by com.example.demo is not a changeable permission type\n",
        ),
        (
            "pm grant com.nobody android.permission.CAMERA",
            255,
            "",
            "\nException occurred while executing 'grant':\n"
            "java.lang.IllegalArgumentException: Unknown package: com.nobody\n",
        ),
        (
            f"pm grant {DEMO.package} android.permission.NONE",
            255,
            "",
            "\nException occurred while executing 'grant':\n"
            "java.lang.IllegalArgumentException: Unknown permission: android.permission.NONE\n",
        ),
        (f"pm grant {DEMO.package}", 1, "", "Error: no permission specified\n"),
    ],
)
def test_pm_says_what_android_says(phone: Phone, line: str, status: int, printed: str, errors: str) -> None:
    assert run(phone, line) == (status, printed, errors)


def test_third_party_packages_are_those_that_did_not_come_with_the_system(phone: Phone) -> None:
    third = output(phone, "pm list packages -3").split()
    assert f"package:{TIKTOK}" in third
    assert "package:com.example.demo" in third
    system = output(phone, "pm list packages -s").split()
    for name in (
        "android",
        "com.android.chrome",
        "com.android.launcher3",
        "com.android.phone",
        "com.android.settings",
    ):
        assert f"package:{name}" in system
        assert f"package:{name}" not in third
    assert sorted(third + system) == sorted(output(phone, "pm list packages").split())


@pytest.mark.parametrize("activity", [".Main", ".Second", "com.example.demo.Second"])
def test_every_activity_of_an_installed_package_can_be_started(phone: Phone, activity: str) -> None:
    started = output(phone, f"am start -W -n com.example.demo/{activity}")
    shown = activity if activity.startswith(".") else ".Second"
    assert f"Status: ok\nLaunchState: COLD\nActivity: com.example.demo/{shown}\n" in started
    assert f" com.example.demo/{shown} t" in output(phone, "dumpsys activity activities")
    assert "com.example.demo" in phone.dump()


def test_what_is_not_in_the_manifest_or_is_disabled_does_not_start(phone: Phone) -> None:
    missing = (
        "Error type 3\nError: Activity class {com.example.demo/com.example.demo.Third} does not exist.\n"
    )
    assert output(phone, "am start -W -n com.example.demo/.Third").endswith(missing)
    assert "does not exist" in output(
        phone, "pm disable-user com.example.demo", "am start -W -n com.example.demo/.Main"
    )
    assert run(phone, "pm enable com.example.demo", "monkey -p com.example.demo 1")[0] == 0


def test_a_bare_package_starts_its_launcher_activity(phone: Phone) -> None:
    run(phone, "am start com.example.demo")
    assert phone.component == ("com.example.demo", "com.example.demo.Main")


@pytest.mark.parametrize("name", [TIKTOK, "com.android.settings", "com.example.demo", "android"])
def test_the_base_file_of_a_package_can_be_read(phone: Phone, name: str) -> None:
    path = output(phone, f"pm path {name}").removeprefix("package:").strip()
    assert path.startswith("/data/app/~~" if name in (TIKTOK, "com.example.demo") else "/system/app/")
    assert package_of(phone.files.read(path)).package == name


def test_the_base_file_of_what_was_installed_is_what_was_installed() -> None:
    apk = (Path(uiautomator2.__file__).parent / "assets" / "app-uiautomator.apk").read_bytes()
    phone = a_phone()
    phone.files.write("/data/local/tmp/a.apk", apk)
    assert output(phone, "pm install -r -g /data/local/tmp/a.apk") == "Success\n"
    path = output(phone, "pm path com.github.uiautomator").removeprefix("package:").strip()
    assert phone.files.read(path) == apk
    assert output(phone, "pm uninstall com.github.uiautomator") == "Success\n"
    assert phone.files.find(path) is None


def test_what_was_granted_is_remembered_and_revoking_ends_the_app(phone: Phone) -> None:
    asked = f"dumpsys package {DEMO.package} | grep {CAMERA}:"
    assert "granted=false" in output(phone, asked)
    run(phone, f"pm grant {DEMO.package} {CAMERA}")
    assert "granted=true" in output(phone, asked)
    assert phone.memory()["granted"] == {DEMO.package: [CAMERA]}
    run(phone, f"am start -n {DEMO.package}/.Main", f"pm revoke {DEMO.package} {CAMERA}")
    assert "granted=false" in output(phone, asked)
    assert phone.front.package == phone.packages.home


def test_an_app_asks_for_what_was_not_granted_and_tells_the_system_what_was() -> None:
    phone = a_phone()
    app = phone.packages.app(TIKTOK)
    assert app is not None
    app.control("set_permissions", {"ask": True})
    grants = "; ".join(f"pm grant {TIKTOK} android.permission.{name}" for name in ("CAMERA", "RECORD_AUDIO"))
    run(phone, grants, f"am start -n {TIKTOK}/com.ss.android.ugc.aweme.main.MainActivity")
    assert isinstance(app, ShortVideo)
    asked = ("permission_camera", "permission_audio", "permission_photos")
    assert missing(app, *asked) == ["permission_photos"]
    app.control("show", {"screen": "permission_notifications"})
    phone.changed()
    allow = next(view for window in phone.windows for view in window.root.walk() if view.text == "Allow")
    left, top, right, bottom = allow.bounds
    phone.tap((left + right) / 2, (top + bottom) / 2)
    granted = output(phone, f"dumpsys package {TIKTOK} | grep granted=true, | grep -o '[A-Z_]*:'")
    assert sorted(granted.split()) == ["CAMERA:", "POST_NOTIFICATIONS:", "RECORD_AUDIO:"]


def test_a_dump_of_a_package_tells_its_manifest(phone: Phone) -> None:
    said = output(phone, "dumpsys package com.example.demo")
    assert "versionCode=100 minSdk=24 targetSdk=34\n    versionName=1.0.0\n" in said
    assert f"requested permissions:\n      {CAMERA}\n      android.permission.INTERNET\n" in said
    assert "install permissions:\n      android.permission.INTERNET: granted=true\n" in said
    assert re.search(r"android\.intent\.action\.MAIN:\n +\w+ com\.example\.demo/\.Main filter", said)
    assert "Package [android]" not in said
    assert "Package [android]" in output(phone, "dumpsys package")
    assert output(phone, "dumpsys package com.nobody") == "Unable to find package: com.nobody\n"


def test_a_web_address_opens_in_the_browser_unless_an_app_takes_it(phone: Phone) -> None:
    view = "am start -a android.intent.action.VIEW -d"
    run(phone, f"{view} https://example.com/page")
    assert phone.front.package == "com.android.chrome"
    assert "example.com" in phone.dump()
    run(phone, f"{view} https://www.tiktok.com/@demo")
    assert phone.front.package == TIKTOK


def test_equal_manifests_are_one_file() -> None:
    assert make_apk(DEMO) is make_apk(Package.from_json(DEMO.to_json()))
