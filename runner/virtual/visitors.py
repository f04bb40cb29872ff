"""Who may use the control interface: programs on this machine, and no page of the web in its browser.

Such a page can send requests to this machine, under its own origin or under a name that it leads here; the browser
tells the truth in `Origin`, `Sec-Fetch-Site` and `Host`, and sends JSON nowhere without asking first.
"""

import re
from collections.abc import Mapping
from ipaddress import ip_address

_HOST = re.compile(
    r"(?P<name>[a-z0-9._-]+|\[(?P<ipv6>[0-9a-f:.]+)\])(?::[0-9]{1,5})?", re.ASCII | re.IGNORECASE
)
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data", "text/plain")


def refusal(headers: Mapping[str, str], *, has_body: bool) -> str | None:
    """Why a request with these headers (their names in small letters) is refused; None if it is not."""
    host, origin = headers.get("host", ""), headers.get("origin")
    if not _is_this_machine(host):
        return f"the control interface is not called {host!r}; call it as 127.0.0.1"
    if origin is not None and origin.lower() != f"http://{host.lower()}":
        return f"a page of {origin!r} may not use the control interface"
    if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        return "a page of another site may not use the control interface"
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if has_body and kind in _FORMS:
        return f"the body is {kind}; send JSON with `Content-Type: application/json`"
    return None


def _is_this_machine(host: str) -> bool:
    found = _HOST.fullmatch(host)
    if found is None:
        return False
    try:
        return found["name"].lower() == "localhost" or ip_address(found["ipv6"] or found["name"]).is_loopback
    except ValueError:
        return False
