"""The package name of an APK, read from its binary manifest.

The format (ResourceTypes.h of Android's libandroidfw): chunks with a type, a header size and a size; the
first is the document, then come a pool of strings and the elements, whose names and values are numbers of
strings.
"""

import io
import struct
import zipfile

_STRING_POOL, _START_ELEMENT = 0x0001, 0x0102
_UTF8 = 0x100


def package_name(apk: bytes) -> str:
    """Raises ValueError if the bytes are no APK."""
    try:
        with zipfile.ZipFile(io.BytesIO(apk)) as archive:
            manifest = archive.read("AndroidManifest.xml")
    except (zipfile.BadZipFile, KeyError) as error:
        raise ValueError(f"no APK: {error}") from error
    try:
        return _package_of(manifest)
    except (struct.error, IndexError) as error:
        raise ValueError(f"damaged manifest: {error}") from error


def _package_of(manifest: bytes) -> str:
    strings: list[str] = []
    at = 8
    while at < len(manifest):
        kind, _, size = struct.unpack_from("<HHI", manifest, at)
        chunk = manifest[at : at + size]
        if kind == _STRING_POOL:
            strings = _strings(chunk)
        elif kind == _START_ELEMENT:
            return _attribute(chunk, strings, "package")
        at += max(size, 8)
    raise ValueError("the manifest has no element")


def _strings(chunk: bytes) -> list[str]:
    count, _, flags, start, _ = struct.unpack_from("<5I", chunk, 8)
    places = struct.unpack_from(f"<{count}I", chunk, 28)
    read = _utf8 if flags & _UTF8 else _utf16
    return [read(chunk, start + place) for place in places]


def _utf16(chunk: bytes, at: int) -> str:
    (length,) = struct.unpack_from("<H", chunk, at)
    return str(chunk[at + 2 : at + 2 + 2 * length], "utf-16-le", "replace")


def _utf8(chunk: bytes, at: int) -> str:
    at += 2 if chunk[at] & 0x80 else 1  # the length in characters, which nobody needs
    length, start = chunk[at], at + 1
    if length & 0x80:
        length, start = (length & 0x7F) << 8 | chunk[at + 1], at + 2
    return chunk[start : start + length].decode("utf-8", "replace")


def _attribute(chunk: bytes, strings: list[str], wanted: str) -> str:
    first, size, count = struct.unpack_from("<3H", chunk, 24)
    for number in range(count):
        _, name, value = struct.unpack_from("<3I", chunk, 16 + first + number * size)
        if strings[name] == wanted:
            return strings[int(value)]
    raise ValueError(f"the manifest's element has no {wanted!r}")
