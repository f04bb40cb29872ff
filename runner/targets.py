"""The targets of tasks, accounts and posts, each in one normal form, however they are written.

Two texts mean the same if their normal forms are equal: checks, task keys, limits and answers of servers compare those,
never the texts as written.
"""

import re
from enum import StrEnum
from urllib.parse import urlsplit

TIKTOK, INSTAGRAM = "tiktok", "instagram"
"""The apps whose posts have known addresses, by the names of their profiles."""

DEFAULT_APP = TIKTOK
"""The app of a task whose entry and target name none."""


class Address(StrEnum):
    """What an address leads to, as far as one can tell."""

    POST = "post"
    ACCOUNT = "account"
    UNKNOWN = "unknown"
    """An address of one of the apps, in a form that is not known."""
    OTHER = "other"


def account(name: str) -> str:
    """An account's name in lower case, with its `@`; the apps tell no case apart."""
    return "@" + name.strip().lstrip("@").lower()


def post(address: str) -> str:
    """A post's address without what sharing adds to it; any other text as it is.

    A post of Instagram has one code in all of its addresses. A post of TikTok is named by its account and number, or by
    the code of a short address: only the app knows that both are the same post.
    """
    return _post(*_parts(address)) or address


def whose(target: str) -> str:
    """The handle, without its `@`, of the account that a target is, or whose post it is; empty if the target does not
    tell, as a short address."""
    host, path = _parts(target)
    if not host:
        return target.removeprefix("@")
    found = _TIKTOK_POST.fullmatch(path) if host in _TIKTOK_PAGES else None
    return found["name"].lower() if found else ""


def app_of(target: str | None) -> str | None:
    """The app to which an address belongs; None for anything else, an account's name too."""
    host, _ = _parts(target or "")
    if host in _INSTAGRAM_HOSTS:
        return INSTAGRAM
    return TIKTOK if host.endswith(_TIKTOK_HOSTS) else None


def kind_of_address(text: str) -> Address:
    """What an address leads to."""
    host, path = _parts(text)
    if _post(host, path):
        return Address.POST
    if not host.endswith(_TIKTOK_HOSTS) and host not in _INSTAGRAM_HOSTS:
        return Address.OTHER
    return (
        Address.ACCOUNT
        if (_TIKTOK_ACCOUNT if "tiktok" in host else _NAME).fullmatch(path)
        else Address.UNKNOWN
    )


_TIKTOK_HOSTS = (".tiktok.com",)
_INSTAGRAM_HOSTS = frozenset({"www.instagram.com", "m.instagram.com", "www.instagr.am"})
_TIKTOK_PAGES = ("www.tiktok.com", "m.tiktok.com")
_TIKTOK_SHORT = ("vm.tiktok.com", "vt.tiktok.com")

_NAME = re.compile(r"[A-Za-z0-9._]+")
_TIKTOK_ACCOUNT = re.compile(rf"@{_NAME.pattern}")
_TIKTOK_POST = re.compile(rf"@(?P<name>{_NAME.pattern})/(?:video|photo)/(?P<number>[0-9]+)")
_TIKTOK_MOBILE = re.compile(r"v/(?P<number>[0-9]+)(?:\.html)?")
_TIKTOK_T = re.compile(r"t/(?P<code>[A-Za-z0-9]+)")
_CODE = re.compile(r"[A-Za-z0-9]+")
_INSTAGRAM_POST = re.compile(rf"(?:(?!share/){_NAME.pattern}/)?(?:p|reel|reels|tv)/(?P<code>[A-Za-z0-9_-]+)")
_INSTAGRAM_SHARE = re.compile(r"share/(?:(?:p|reel)/)?[A-Za-z0-9_-]+")


def _parts(address: str) -> tuple[str, str]:
    """The host, with its `www.`, and the path without slashes around it; both empty if it is no address."""
    if ":" not in address:  # a name, as most targets are: to take it apart costs more than all else here
        return "", ""
    try:
        parts = urlsplit(address.strip())
        # Without an @: https://www.tiktok.com@elsewhere.example leads to another host than it seems to.
        is_plain = parts.scheme == "https" and "@" not in parts.netloc and parts.port in (None, 443)
    except ValueError:
        return "", ""
    host = (parts.hostname or "") if is_plain else ""
    if host in ("tiktok.com", "instagram.com", "instagr.am"):
        host = f"www.{host}"
    return host, parts.path.strip("/")


def _post(host: str, path: str) -> str | None:
    """The normal form of a post's address."""
    if host in _INSTAGRAM_HOSTS:
        if found := _INSTAGRAM_POST.fullmatch(path):
            return f"https://www.instagram.com/p/{found['code']}"
        return f"https://www.instagram.com/{path}" if _INSTAGRAM_SHARE.fullmatch(path) else None
    if host in _TIKTOK_SHORT:
        return f"https://{host}/{path}" if _CODE.fullmatch(path) else None
    if host not in _TIKTOK_PAGES:
        return None
    if found := _TIKTOK_POST.fullmatch(path):
        return f"https://www.tiktok.com/@{found['name'].lower()}/video/{found['number']}"
    if found := _TIKTOK_MOBILE.fullmatch(path):
        return f"https://m.tiktok.com/v/{found['number']}.html"
    return f"https://www.tiktok.com/{path}" if _TIKTOK_T.fullmatch(path) else None
