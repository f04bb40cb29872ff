"""Who looks at the dashboard: log-in, the cookie that keeps it, roles, and the token that each change must show.

A session is a cookie that the server has signed, so it outlives a restart. The key comes from the token that was shown:
whoever changes a token ends all sessions that were begun with it.
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from runner.clock import Clock
from runner.server.local_api.guard import shows

LIFE = timedelta(days=7)
"""How long a session lasts."""

MOST_ENDED = 1000
"""How many sessions that were ended by hand are remembered."""

LONGEST_NAME = 60


class Role(StrEnum):
    """What a visitor may do: everything, or look."""

    WRITER = "writer"
    VIEWER = "viewer"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who looks at a page. `csrf` is what changes must show, None for programs, which make none here; `cookie`
    is the session's value, `session` its name, and `is_new` says that the browser does not have it yet."""

    name: str
    role: Role
    csrf: str | None
    cookie: str | None = None
    session: str | None = None
    is_new: bool = False

    @property
    def may_write(self) -> bool:
        return self.role is Role.WRITER and self.csrf is not None


class Sessions:
    """Without a token everybody who reaches the server is the user of this machine, all in one session: its cookie is
    what a page of another site cannot send. `ended` names the sessions that were ended by hand."""

    def __init__(
        self,
        ledger_id: str,
        token: str | None,
        viewer_token: str | None,
        user: str,
        clock: Clock,
        ended: Iterable[str] = (),
    ) -> None:
        self._tokens = {Role.WRITER: token, Role.VIEWER: viewer_token if token else None}
        self._keys = {role: _key(shown or ledger_id, role) for role, shown in self._tokens.items()}
        self._clock = clock
        self._alone = self._visitor(user, Role.WRITER, _payload(user, 0, "alone"))
        self._ended = dict.fromkeys(ended)
        # Browsers send cookies to all ports of a host: each ledger's are called differently.
        self.cookie_name = f"runner_session_{hashlib.sha256(ledger_id.encode()).hexdigest()[:8]}"

    @property
    def wants_log_in(self) -> bool:
        return self._tokens[Role.WRITER] is not None

    def log_in(self, name: str, shown: str) -> Visitor | None:
        """A session of the role whose token is shown; None if it is nobody's."""
        found = [role for role, token in self._tokens.items() if token and _equal(shown, token)]
        if not found:
            return None
        made = int(self._clock.now().timestamp())
        return self._visitor(name, found[0], _payload(name, made, secrets.token_urlsafe(12)))

    def visitor(self, cookies: Mapping[str, str], authorization: str = "") -> Visitor | None:
        """Who sends a request with these cookies and this `Authorization`; None if he has to log in."""
        for role, token in self._tokens.items():
            if token and shows(authorization, token):
                return Visitor(role.value, role, csrf=None)
        cookie = cookies.get(self.cookie_name, "")
        if self.wants_log_in:
            return self._known(cookie)
        return replace(self._alone, is_new=not _equal(cookie, self._alone.cookie or ""))

    def end(self, visitor: Visitor) -> None:
        """The session's cookie counts no more, wherever it was copied to."""
        if visitor.session:
            self._ended[visitor.session] = None
            while len(self._ended) > MOST_ENDED:
                del self._ended[next(iter(self._ended))]

    def _visitor(self, name: str, role: Role, payload: str) -> Visitor:
        cookie = f"{payload}.{self._sign('session', payload, role)}"
        session = _read_payload(payload)[2]
        return Visitor(name, role, self._sign("csrf", payload, role), cookie, session, is_new=True)

    def _known(self, cookie: str) -> Visitor | None:
        payload, _, signature = cookie.partition(".")
        # Nothing is read of a cookie that this server has not made.
        signed_by = (
            role
            for role, token in self._tokens.items()
            if token and _equal(signature, self._sign("session", payload, role))
        )
        role = next(signed_by, None)
        if role is None:
            return None
        name, made, session = _read_payload(payload)
        if session in self._ended or abs(self._clock.now().timestamp() - made) > LIFE.total_seconds():
            return None
        return replace(self._visitor(name, role, payload), is_new=False)

    def _sign(self, purpose: str, payload: str, role: Role) -> str:
        return hmac.new(self._keys[role], f"{purpose}:{payload}".encode(), hashlib.sha256).hexdigest()


class Patience:
    """Slows down whoever guesses tokens: after a few wrong ones from an address the next has to wait, longer each
    time."""

    FREE = 5
    LONGEST_S = 60.0
    MOST_ADDRESSES = 1000

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wrong: dict[str, tuple[int, float]] = {}

    def wait_s(self, address: str) -> float:
        """How long the address has to wait; 0 if it may try."""
        _, until = self._wrong.get(address, (0, 0.0))
        return max(0.0, until - self._clock.monotonic())

    def note_wrong(self, address: str) -> None:
        count = self._wrong.pop(address, (0, 0.0))[0] + 1
        pause_s = 0.0 if count < self.FREE else min(self.LONGEST_S, 2.0 ** min(count - self.FREE, 10))
        self._wrong[address] = (count, self._clock.monotonic() + pause_s)
        while len(self._wrong) > self.MOST_ADDRESSES:
            del self._wrong[next(iter(self._wrong))]

    def note_right(self, address: str) -> None:
        self._wrong.pop(address, None)


def _payload(name: str, made: int, session: str) -> str:
    content = json.dumps([name, made, session]).encode()
    return base64.urlsafe_b64encode(content).decode()


def _read_payload(payload: str) -> tuple[str, int, str]:
    """Whose session it is, since when, in seconds of Unix time, and its name."""
    name, made, session = json.loads(base64.urlsafe_b64decode(payload))
    return name, made, session


def _key(secret: str, role: Role) -> bytes:
    return hmac.new(secret.encode(), f"dashboard {role}".encode(), hashlib.sha256).digest()


def _equal(shown: str, secret: str) -> bool:
    """Takes as long for a wrong text as for the right one."""
    return hmac.compare_digest(shown.encode("utf-8", "replace"), secret.encode())
