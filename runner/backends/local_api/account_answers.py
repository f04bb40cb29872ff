"""The accounts that a Local API lists. What is not written anywhere is accepted in any reasonable shape."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from runner.backends.local_api.answers import WrongShape, found
from runner.targets import account


@dataclass(frozen=True, slots=True)
class ServerAccount:
    """An account of a server; `raw` is all that it said about it."""

    username: str
    platform: str = ""
    device: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def handle(self) -> str:
        """Its name in normal form: lower case, with its `@`."""
        return account(self.username)


@dataclass(frozen=True, slots=True)
class ServerAccountPage:
    """A page of a server's accounts; `total` is None if it does not say how many there are."""

    accounts: tuple[ServerAccount, ...]
    total: int | None = None


def page(data: Any) -> ServerAccountPage:
    """The answer to GET /accounts: a bare list, or a list under any key. Raises WrongShape."""
    listed = data if isinstance(data, list) else _list_in(data)
    if listed is None:
        raise WrongShape(f"no list of accounts: {found(data)}")
    accounts = (_account(item) for item in listed)
    total = data.get("total") if isinstance(data, dict) else None
    return ServerAccountPage(tuple(one for one in accounts if one), total if isinstance(total, int) else None)


def _list_in(data: Any) -> list[Any] | None:
    """The list in an answer that is no list itself: the one with accounts, else any that is empty."""
    lists = [value for value in data.values() if isinstance(value, list)] if isinstance(data, dict) else []
    with_names = [items for items in lists if any(map(_account, items))]
    return next(iter([*with_names, *(items for items in lists if not items)]), None)


def _account(item: Any) -> ServerAccount | None:
    """None for an entry without a name: nobody could mean it."""
    if not isinstance(item, dict) or not (name := str(item.get("username") or "").strip()):
        return None
    platform, device = (str(item.get(key) or "") for key in ("platform", "device"))
    return ServerAccount(name, platform, device, item)
