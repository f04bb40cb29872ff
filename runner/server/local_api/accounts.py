"""The accounts of this desk as the Local API shows them, and those that a request means."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any
from zlib import crc32

from runner.campaign.accounts_file import DeclaredAccount
from runner.campaign.nearest import enumeration
from runner.errors import FlowError
from runner.queries.accounts import AccountState
from runner.server.local_api.envelope import ApiError, Code
from runner.server.local_api.shapes import NewTask
from runner.targets import account

NOBODY_KNOWS = "GET /accounts lists those that campaigns declare"


@cache
def _package_of(app: str) -> str:
    """The package of an app, as far as its profile says."""
    from runner.flows.profile import load_profile

    try:
        return load_profile(app).packages[0]
    except FlowError:  # an app of the user's own
        return ""


def shown_account(state: AccountState, online: Collection[str]) -> dict[str, Any]:
    """The contract's fields; `online` are the phones that can be reached now.

    Whether an account is logged in only its phone knows: declared ones count as logged in until their phone waits for a
    person.
    """
    one = state.declared
    is_online = one.device in online
    waits = "" if state.hold is None else f"its phone waits for a person: {state.hold}"
    away = "" if is_online else "its phone cannot be reached"
    return {
        # No row has a number of its own: the same account keeps the same one as long as it is called so.
        "id": crc32(f"{one.identity} {one.device}".encode()),
        "username": one.handle.removeprefix("@"),
        "email": "",
        "platform": one.app,
        "packagename": _package_of(one.app),
        "device": one.device or "",
        "device_online": is_online,
        "device_name": one.device or "",
        "logined": 0 if waits else 1,
        "logined_text": "no" if waits else "yes",
        "status": 0 if waits or away else 1,
        "status_text": waits or away or "ready",
        "tags": list(state.campaigns),
    }


def filtered(shown: Iterable[Mapping[str, Any]], wanted: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The accounts that have these values; None stands for any. `tag` is one of the tags."""
    given = {key: value for key, value in wanted.items() if value is not None}
    tag = given.pop("tag", None)
    for one in shown:
        if all(one[key] == value for key, value in given.items()) and (tag is None or tag in one["tags"]):
            yield one


def accounts_meant(request: NewTask, declared: Sequence[DeclaredAccount]) -> list[DeclaredAccount] | None:
    """The accounts as which the tasks of a request work; None if it names phones alone, and any account will do.

    Raises ApiError for one that nobody declares.
    """
    here = [one for one in declared if one.device and request.platform in (None, one.app)]
    if request.usernames:
        return [_called(name, here) for name in request.usernames]
    if not request.enable_multi_account:
        return None
    found = []
    for serial in request.serials or ():
        on_phone = [one for one in here if one.device == serial]
        if not on_phone:
            message = f"enable_multi_account: no account is declared on {serial}; {NOBODY_KNOWS}"
            raise ApiError(Code.INVALID, message)
        found += on_phone
    return found


def _called(name: str, here: Sequence[DeclaredAccount]) -> DeclaredAccount:
    found = [one for one in here if one.handle == account(name)]
    if not found:
        raise ApiError(
            Code.INVALID, f"usernames: no account {account(name)} is declared on a phone; {NOBODY_KNOWS}"
        )
    apps = sorted({one.app for one in found})
    if len(apps) > 1:
        message = (
            f"usernames: {account(name)} is declared for {enumeration(apps, 'and')}: say which `platform`"
        )
        raise ApiError(Code.INVALID, message)
    if len(found) > 1:
        phones = enumeration([one.device or "" for one in found], "and")
        message = f"usernames: campaigns declare {account(name)} on {phones}: nobody knows which is right"
        raise ApiError(Code.INVALID, message)
    return found[0]
