"""What the manifest of an APK says of its app."""

import io
import re
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

from runner.virtual.package import DEFAULT_VERSION, DEFAULT_VERSION_CODE, Package

_ANDROID = "{http://schemas.android.com/apk/res/android}"
_LAUNCHER = "android.intent.category.LAUNCHER"
_PACKAGE = re.compile(r"\w+(\.\w+)*")


def package_of(apk: bytes) -> Package:
    """The package that an APK installs. Raises ValueError if the bytes are no APK."""
    try:
        with zipfile.ZipFile(io.BytesIO(apk)) as archive:
            binary = archive.read("AndroidManifest.xml")
    except (zipfile.BadZipFile, KeyError) as error:
        raise ValueError(f"no APK: {error}") from error
    manifest = _decoded(binary)
    name = manifest.get("package", "")
    if not _PACKAGE.fullmatch(name):
        raise ValueError("damaged manifest: it names no package")
    code, version = manifest.get(f"{_ANDROID}versionCode", ""), manifest.get(f"{_ANDROID}versionName", "")
    activities = [
        (_full(name, element.get(f"{_ANDROID}name", "")), element) for element in _activities(manifest)
    ]
    return Package(
        name,
        # A version may be a reference into the app's resources, which nobody reads here.
        version if version and not version.startswith("@") else DEFAULT_VERSION,
        int(code) if code.isdigit() else DEFAULT_VERSION_CODE,
        activities=tuple(activity for activity, _ in activities),
        permissions=tuple(
            dict.fromkeys(one.get(f"{_ANDROID}name", "") for one in manifest.iter("uses-permission"))
        ),
        launcher=next((activity for activity, element in activities if _is_launcher(element)), None),
    )


def _decoded(binary: bytes) -> ElementTree.Element:
    from apkInspector.axml import get_manifest  # only who installs an APK waits for it

    try:
        return ElementTree.fromstring(get_manifest(io.BytesIO(binary)))
    except Exception as error:  # of a file that is damaged the library tells in many ways
        raise ValueError(f"damaged manifest: {error}") from error


def _activities(manifest: ElementTree.Element) -> Iterator[ElementTree.Element]:
    for kind in ("activity", "activity-alias"):
        yield from manifest.iterfind(f"application/{kind}")


def _is_launcher(activity: ElementTree.Element) -> bool:
    categories = activity.iterfind("intent-filter/category")
    return any(category.get(f"{_ANDROID}name") == _LAUNCHER for category in categories)


def _full(package: str, name: str) -> str:
    """The full class name: a manifest may leave out what is the package's name."""
    if name.startswith("."):
        return package + name
    return name if "." in name else f"{package}.{name}"
