"""Values as the ledger's JSON columns keep them."""

import json
from collections.abc import Mapping
from functools import lru_cache


def to_json(value: object) -> str:
    """A value as the ledger keeps it. Half of a character, which UTF-8 cannot hold, becomes `?`."""
    text = _encode(value)
    return text if text.isascii() else text.encode(errors="replace").decode()


@lru_cache(maxsize=256)
def from_json(text: str) -> object:
    """The value of a text. All who read the same text share it, as the tasks of an entry share a config: never change
    it."""
    return json.loads(text)


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} cannot be kept as JSON")


_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, default=_plain).encode
