"""Texts that may hold a URL with a password in it: people see them without."""

import re

_PASSWORD = re.compile(r"(://[^/?@:\s]*):[^@\s]*@")
_PARAMETER = re.compile(r"([?&](?:ssl)?password=)[^&\s'\"]+")


def without_password(text: str) -> str:
    """The text, with `***` for the password of each URL."""
    return _PARAMETER.sub(r"\1***", _PASSWORD.sub(r"\1:***@", text))
