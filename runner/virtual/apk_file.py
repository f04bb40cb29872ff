"""Writes an APK that holds nothing but a manifest: the base file of an app that came with a virtual phone.

The manifest is binary XML, as `commands/apk.py` reads it (ResourceTypes.h of Android's libandroidfw).
"""

import io
import struct
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from runner.virtual.files import Body, share
from runner.virtual.package import Package

_DOCUMENT, _POOL, _RESOURCES = 0x0003, 0x0001, 0x0180
_START_NAMESPACE, _END_NAMESPACE, _START, _END = 0x0100, 0x0101, 0x0102, 0x0103
_UTF8 = 1 << 8
_NOTHING = 0xFFFFFFFF
_STRING, _NUMBER = 0x03, 0x10
_PREFIX, _ANDROID = "android", "http://schemas.android.com/apk/res/android"
_IDS = {"name": 0x01010003, "versionCode": 0x0101021B, "versionName": 0x0101021C}
"""Android's numbers of the attributes in its namespace; their names come first among the strings."""


@dataclass(frozen=True, slots=True)
class _Element:
    tag: str
    attributes: Mapping[str, str | int] = field(default_factory=dict)
    children: tuple["_Element", ...] = ()


def make_apk(package: Package) -> Body:
    """A zip with the manifest of a package. Equal packages have one body."""
    return _make(
        package.package,
        package.version_name,
        package.version_code,
        package.activities,
        package.permissions,
        package.launcher,
    )


@lru_cache(maxsize=256)  # every phone of a process has the same ones
def _make(
    name: str,
    version_name: str,
    version_code: int,
    activities: tuple[str, ...],
    permissions: tuple[str, ...],
    launcher: str | None,
) -> Body:
    asked = [_Element("uses-permission", {"name": permission}) for permission in permissions]
    shown = [_activity(activity, is_launcher=activity == launcher) for activity in activities]
    about: dict[str, str | int] = {"package": name, "versionCode": version_code, "versionName": version_name}
    manifest = _Element("manifest", about, (*asked, _Element("application", {}, tuple(shown))))
    apk = io.BytesIO()
    with zipfile.ZipFile(apk, "w") as archive:
        # Without a date of its own the file would differ from one start to the next.
        archive.writestr(zipfile.ZipInfo("AndroidManifest.xml"), _binary(manifest))
    return share(apk.getvalue())


def _activity(name: str, *, is_launcher: bool) -> _Element:
    main = _Element("action", {"name": "android.intent.action.MAIN"})
    icon = _Element("category", {"name": "android.intent.category.LAUNCHER"})
    filters = (_Element("intent-filter", {}, (main, icon)),) if is_launcher else ()
    return _Element("activity", {"name": name}, filters)


def _binary(root: _Element) -> bytes:
    strings = [*_IDS, _PREFIX, _ANDROID]
    body = bytearray()
    names = struct.pack("<II", strings.index(_PREFIX), strings.index(_ANDROID))
    body += _node(_START_NAMESPACE, names)
    _write(root, strings, body)
    body += _node(_END_NAMESPACE, names)
    ids = struct.pack(f"<{len(_IDS)}I", *_IDS.values())
    return _chunk(_DOCUMENT, b"", _pool(strings) + _chunk(_RESOURCES, b"", ids) + bytes(body))


def _write(element: _Element, strings: list[str], body: bytearray) -> None:
    tag = struct.pack("<II", _NOTHING, _number(strings, element.tag))
    attributes = [_attribute(name, value, strings) for name, value in element.attributes.items()]
    counts = struct.pack("<6H", 20, 20, len(attributes), 0, 0, 0)
    body += _node(_START, tag + counts + b"".join(attributes))
    for child in element.children:
        _write(child, strings, body)
    body += _node(_END, tag)


def _attribute(name: str, value: str | int, strings: list[str]) -> bytes:
    space = strings.index(_ANDROID) if name in _IDS else _NOTHING
    if isinstance(value, int):
        raw, kind, data = _NOTHING, _NUMBER, value
    else:
        raw = data = _number(strings, value)
        kind = _STRING
    return struct.pack("<3IHBBI", space, _number(strings, name), raw, 8, 0, kind, data)


def _number(strings: list[str], text: str) -> int:
    if text not in strings:
        strings.append(text)
    return strings.index(text)


def _node(kind: int, content: bytes) -> bytes:
    """A chunk with the line and the comment that every node has."""
    return _chunk(kind, struct.pack("<II", 1, _NOTHING), content)


def _chunk(kind: int, header: bytes, content: bytes) -> bytes:
    size = 8 + len(header)
    return struct.pack("<HHI", kind, size, size + len(content)) + header + content


def _pool(strings: list[str]) -> bytes:
    """Names and values, each with its length in characters and in bytes."""
    places, data = [], bytearray()
    for text in strings:
        encoded = text.encode()
        places.append(len(data))
        data += _length(len(text)) + _length(len(encoded)) + encoded + b"\0"
    data += bytes(-len(data) % 4)
    start = 28 + 4 * len(strings)
    header = struct.pack("<5I", len(strings), 0, _UTF8, start, 0)
    return _chunk(_POOL, header, struct.pack(f"<{len(strings)}I", *places) + bytes(data))


def _length(number: int) -> bytes:
    return bytes([number]) if number < 0x80 else bytes([number >> 8 | 0x80, number & 0xFF])
