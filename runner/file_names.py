"""Names of files that are no UTF-8: Linux allows any bytes in a name, and Python keeps bytes that are no text as lone
surrogates (os.fsdecode), which no database, terminal or JSON takes."""

import re

_LONE = re.compile("[\ud800-\udfff]")


def is_utf8(name: str) -> bool:
    """Whether a name, or a path, can be written down as it is."""
    return name.isascii() or _LONE.search(name) is None


def escaped(text: str) -> str:
    """The text, with everything in it that is no UTF-8 written as the bytes for which it stands: `clip\\xff.mp4`."""
    return text if is_utf8(text) else _LONE.sub(_written, text)


def _written(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else f"\\u{code:04x}"
