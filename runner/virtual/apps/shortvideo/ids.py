"""Resource-ids as a shrinking compiler leaves them: a few readable, and short ones that change by release."""

import hashlib
from functools import lru_cache

PACKAGE = "com.zhiliaoapp.musically"
ANDROID_TEXT1 = "android:id/text1"
CONTENT = "android:id/content"

_KEPT = frozenset(
    {
        "title",
        "desc",
        "cover",
        "player_view",
        "long_press_layout",
        "video_header_layout",
        "video_add_extra_buttons_container",
        "user_avatar",
        "tvProgress",
        "tv_like_count",
        "tv_top",
    }
)
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_SIGNS = _LETTERS + "0123456789_"


class Ids:
    """Gives the resource-id of a part of a screen; another seed is another release of the app."""

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed

    def __call__(self, part: str) -> str:
        return f"{PACKAGE}:id/{part if part in _KEPT else _shrunk(self.seed, part)}"

    def unresolved(self, part: str) -> str:
        """The description of a control whose words the app failed to look up: a number, another in each release."""
        digest = hashlib.sha256(f"{self.seed}/words/{part}".encode()).digest()
        return f"@{2_131_880_000 + int.from_bytes(digest[:4]) % 9_999}"


@lru_cache(1024)  # a screen asks for all of its ids each time that it is made
def _shrunk(seed: int, part: str) -> str:
    digest = hashlib.sha256(f"{seed}/{part}".encode()).digest()
    return _LETTERS[digest[0] % len(_LETTERS)] + "".join(_SIGNS[byte % len(_SIGNS)] for byte in digest[1:3])
