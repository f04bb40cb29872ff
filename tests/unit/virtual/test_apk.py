"""What an APK's manifest tells, and what an installed one shows."""

import io
import zipfile
from pathlib import Path

import pytest
import uiautomator2
from small_apps import Unplugged
from true_phone import a_phone, output
from uiautomator2 import Selector

from runner.virtual import installation
from runner.virtual.apk_file import make_apk
from runner.virtual.apps.written.reader import read
from runner.virtual.commands.apk import package_of
from runner.virtual.package import Package
from runner.virtual.phone import Phone
from runner.virtual.selectors import find


def test_the_keyboard_that_uiautomator2_installs_is_recognised() -> None:
    apk = Path(uiautomator2.__file__).parent / "assets" / "app-uiautomator.apk"
    assert package_of(apk.read_bytes()).package == "com.github.uiautomator"


def test_what_is_no_apk_is_refused() -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as writing:
        writing.writestr("AndroidManifest.xml", b"\3\0\10\0\20\0\0\0\2\1\10\0")
    for data in (b"text", archive.getvalue()):
        with pytest.raises(ValueError, match=r"no APK|damaged manifest"):
            package_of(data)


SHOP = Package(
    "com.example.shop",
    "3.2",
    77,
    activities=("com.example.shop.Main", "com.example.shop.pay.Card"),
    permissions=("android.permission.CAMERA",),
    launcher="com.example.shop.Main",
)
SCREENS = """
version: 1
package: com.example.shop
label: Shop
permissions: [android.permission.RECORD_AUDIO]
screens:
  main: {column: [{text: Welcome}]}
  offers: {column: [{text: Offers of today}]}
"""


def test_a_manifest_tells_what_the_package_manager_knows() -> None:
    package = package_of(make_apk(SHOP).data)
    assert package.to_json() == SHOP.to_json()


def installed(phone: Phone) -> None:
    phone.files.write("/data/local/tmp/shop.apk", make_apk(SHOP))
    assert output(phone, "pm install /data/local/tmp/shop.apk") == "Success\n"


def test_the_activities_of_an_apk_open_a_page_each() -> None:
    phone = a_phone()
    installed(phone)
    output(phone, "am start -n com.example.shop/.pay.Card")
    assert phone.component == (SHOP.package, "com.example.shop.pay.Card")
    assert phone.find(Selector(text="com.example.shop.pay.Card"))
    told = output(phone, "dumpsys package com.example.shop")
    assert "versionName=3.2" in told and "versionCode=77" in told and "android.permission.CAMERA" in told


def test_an_app_file_gives_an_apk_its_screens() -> None:
    phone = Phone("APK01", app_files=[read(SCREENS)])
    phone.link = Unplugged()
    installation.uninstall(phone, SHOP.package)
    installed(phone)
    package = phone.packages.find(SHOP.package)
    assert package is not None
    assert (package.version_name, package.version_code) == ("3.2", 77)
    assert set(package.activities) == {*SHOP.activities, "com.example.shop.Offers"}
    assert set(package.permissions) == {"android.permission.CAMERA", "android.permission.RECORD_AUDIO"}
    output(phone, "am start -n com.example.shop/.Offers")
    assert phone.find(Selector(text="Offers of today"))
    output(phone, "am start -n com.example.shop/.pay.Card")
    assert phone.find(Selector(text="Welcome"))


def test_an_app_file_that_comes_later_has_an_icon_and_replaces_an_earlier_one() -> None:
    phone = a_phone()
    for words in ("Welcome", "Good morning"):
        installation.install_app_file(phone, read(SCREENS.replace("Welcome", words)))
        phone.go_home()
        (icon,) = find(phone.windows, Selector(description="Shop"))
        phone.tap(*icon.bounds[:2])
        assert phone.find(Selector(text=words))


def test_the_phones_own_apps_cannot_be_replaced() -> None:
    with pytest.raises(ValueError, match=r"org\.example\.notes is an app that comes with the phone"):
        installation.install_app_file(a_phone(), read(SCREENS.replace(SHOP.package, "org.example.notes")))
