"""The package name inside an APK."""

import io
import zipfile
from pathlib import Path

import pytest
import uiautomator2

from runner.virtual.commands.apk import package_name


def test_the_keyboard_that_uiautomator2_installs_is_recognised() -> None:
    apk = Path(uiautomator2.__file__).parent / "assets" / "app-uiautomator.apk"
    assert package_name(apk.read_bytes()) == "com.github.uiautomator"


def test_what_is_no_apk_is_refused() -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as writing:
        writing.writestr("AndroidManifest.xml", b"\3\0\10\0\20\0\0\0\2\1\10\0")
    for data in (b"text", archive.getvalue()):
        with pytest.raises(ValueError, match=r"no APK|damaged manifest"):
            package_name(data)
