"""The calls of the Local API over HTTP: each is sent once and over in time, and its answer is checked and typed."""

import json
import re
import socket
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx

from runner import __version__
from runner.backends.local_api import account_answers, answers
from runner.backends.local_api.account_answers import ServerAccount
from runner.backends.local_api.answers import (
    Licence,
    ServerCreated,
    ServerStatus,
    ServerTask,
    ServerTaskPage,
    Stats,
)
from runner.campaign.masking import masked_text
from runner.clock import Clock
from runner.errors import ApiInterrupted, ApiUnreachable, NotTheApi, ServerApiError, UsageError

MOST_PAGES = 100
"""The most pages of accounts that are read: a server that always says there is more must not be asked for ever."""

PAGE_SIZE = 100
"""The most tasks that the contract allows on a page."""

LEDGER_HEADER = "X-Runner-Ledger"
"""The header in which a runner's own server names the ledger that it works on."""

LARGEST_ANSWER = 16 * 1024 * 1024

_CONNECT_S = 5.0
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)

_CONNECTING = ("connection.connect_tcp.started", "connection.start_tls.started")
_CONNECTED = ("connection.connect_tcp.complete", "connection.start_tls.complete")
"""The events of a request that httpx tells through its extension `trace`: names of httpcore, which it does not promise
to keep."""

_PORT_HINT = "check that RUNNER_API_URL leads to a Local API and not to another program"

_ERRNO = re.compile(r"^\[Errno -?\d+\] ")

T = TypeVar("T")


class Client:
    """One server. Any thread may call it. It never sends anything twice, nor over a connection that has been used
    before, so that a call that fails to connect was surely not carried out. Every call is over within `timeout_s`.

    `ledger_id` names our own ledger: the client refuses a server that works on it. Raises UsageError if `url` is no
    address. Every call raises ServerApiError: ApiUnreachable, ApiInterrupted, NotTheApi or ApiRefused.
    """

    def __init__(
        self,
        url: str,
        clock: Clock,
        *,
        token: str | None = None,
        timeout_s: float = 30.0,
        ledger_id: str | None = None,
    ) -> None:
        _check_address(url)
        headers = {
            "Accept": "application/json",
            "Accept-Encoding": "identity",  # a small compressed answer may be of any size here
            "User-Agent": f"campaign-runner/{__version__}",
        }
        if token:
            headers["Authorization"] = f"Bearer {token}"
        self.url = url
        self._url_is_here: bool | None = None
        self._clock = clock
        self.timeout_s = timeout_s
        self._ledger_id = ledger_id
        self._secrets: tuple[str, ...] = (token,) if token else ()
        self._http = httpx.Client(
            base_url=url,
            headers=headers,
            timeout=httpx.Timeout(timeout_s, connect=min(timeout_s, _CONNECT_S)),
            trust_env=False,  # no proxy of the environment between us and the server
            verify=httpx.URL(url).scheme == "https",  # reading the certificates takes as long as ten calls
            # A new connection for each call: only that tells whether anything was sent.
            limits=httpx.Limits(max_keepalive_connections=0),
        )

    def close(self) -> None:
        self._http.close()

    @property
    def is_here(self) -> bool:
        """Whether the server is this machine; asked once, then remembered."""
        if self._url_is_here is None:
            self._url_is_here = is_this_machine(self.url)
        return self._url_is_here

    def hide(self, secrets: Iterable[str]) -> None:
        """Take these texts out of all answers from now on: a server may repeat what it was sent."""
        self._secrets = tuple(dict.fromkeys([*self._secrets, *secrets]))

    def licence(self) -> Licence:
        """GET /license/check."""
        return self._read("license/check", answers.licence)

    def create(self, body: Mapping[str, Any]) -> ServerCreated:
        """POST /task: make tasks."""
        script = str(body.get("script_name", ""))
        return answers.created(self._call("POST", "task", body=body, script=script))

    def tasks(
        self,
        page: int = 1,
        page_size: int = PAGE_SIZE,
        *,
        status: ServerStatus | None = None,
        serial: str | None = None,
        script: str | None = None,
        source: str | None = None,
    ) -> ServerTaskPage:
        """GET /task: one page of the list; pages count from 1."""
        filters = {
            "status": None if status is None else int(status),
            "serial": serial,
            "script_name": script,
            "source": source,
        }
        given = {name: value for name, value in filters.items() if value is not None}
        return self._read("task", answers.page, {"page": page, "page_size": page_size, **given})

    def accounts(self) -> list[ServerAccount]:
        """GET /accounts, page by page. Older servers do not have it: then this raises an error of theirs."""
        found: list[ServerAccount] = []
        for number in range(1, MOST_PAGES + 1):
            answer = self._read("accounts", account_answers.page, {"page": number, "page_size": PAGE_SIZE})
            found += answer.accounts
            # A server that knows no pages says everything at once, each time it is asked.
            if not answer.accounts or answer.total is None or len(found) >= answer.total:
                break
        return found

    def task(self, task_id: int) -> ServerTask:
        """GET /task/{id}."""
        return self._read(f"task/{task_id}", answers.task)

    def stats(self) -> Stats:
        """GET /task/stats: for people, since it counts other people's tasks too."""
        return self._read("task/stats", answers.stats)

    def stop(self, task_id: int) -> Any:
        """POST /task/{id}/stop; returns the raw data of the answer, as the calls below do."""
        return self._call("POST", f"task/{task_id}/stop")

    def retry(self, task_id: int) -> Any:
        """POST /task/{id}/retry."""
        return self._call("POST", f"task/{task_id}/retry")

    def retry_all(self) -> Any:
        """POST /task/retry-all: for people, since it repeats other people's tasks too."""
        return self._call("POST", "task/retry-all")

    def delete(self, task_id: int) -> Any:
        """DELETE /task/{id}."""
        return self._call("DELETE", f"task/{task_id}")

    def _read(self, path: str, shape: Callable[[Any], T], params: Mapping[str, Any] | None = None) -> T:
        data = self._call("GET", path, params=params)
        try:
            return shape(data)
        except answers.WrongShape as error:
            raise NotTheApi(
                f"GET {self.url}{path} answered with {error}",
                hint="check that RUNNER_API_URL leads to a Local API of a version that the runner knows",
                sent=True,
            ) from None

    def _call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        script: str = "",
    ) -> Any:
        """Send one request; returns the data of the answer's envelope, whatever the HTTP status."""
        what = f"{method} {self.url}{path}"
        exchange = Exchange(self._http, self._http.build_request(method, path, params=params, json=body))
        try:
            response, content = exchange.answer(self._clock, self.timeout_s)
        except TooLarge:
            raise NotTheApi(f"{what} answered with more than 16 MB", hint=_PORT_HINT, sent=True) from None
        except _NOT_SENT as error:
            raise self._unreachable(error) from None
        except (httpx.RequestError, httpx.StreamError) as error:
            raise self._interrupted(what, error) from None
        if self._ledger_id is not None and response.headers.get(LEDGER_HEADER) == self._ledger_id:
            raise self._own_server(what)
        answer = self._envelope(content)
        if answer is None:
            raise self._no_envelope(what, response, content)
        if answer.code != 0:
            raise answers.refusal(answer, what, script)
        return answer.data

    def _envelope(self, content: bytes) -> answers.Envelope | None:
        try:
            return answers.envelope(answers.legible(self._without_secrets(json.loads(content))))
        except (ValueError, RecursionError):
            return None

    def _without_secrets(self, value: Any) -> Any:
        if not self._secrets:
            return value
        if isinstance(value, str):
            for secret in self._secrets:
                value = value.replace(secret, "***")
            return value
        if isinstance(value, dict):
            return {key: self._without_secrets(item) for key, item in value.items()}
        return [self._without_secrets(item) for item in value] if isinstance(value, list) else value

    def _unreachable(self, error: Exception) -> ServerApiError:
        words = _ERRNO.sub("", str(error)) or type(error).__name__
        reason = "it took too long" if isinstance(error, httpx.TimeoutException) else words
        return ApiUnreachable(
            f"no connection to the Local API at {self.url}: {reason}",
            hint="start the application that serves it (TikMatrix, or `runner daemon`) and switch its API on, "
            "or set RUNNER_API_URL to where it is",
            sent=False,
        )

    def _interrupted(self, what: str, error: Exception) -> ServerApiError:
        reason, hint = f"the connection broke ({error or type(error).__name__})", _PORT_HINT
        if isinstance(error, httpx.TimeoutException):
            reason, hint = f"no whole answer within {self.timeout_s:g} s", "RUNNER_API_TIMEOUT is the time"
        return ApiInterrupted(f"{what}: {reason}", hint=f"look at the server's own log; {hint}", sent=True)

    def _own_server(self, what: str) -> ServerApiError:
        return ServerApiError(
            f"{what} was answered by a runner that works on this very ledger: its tasks would wait for themselves",
            hint="set RUNNER_API_URL to another server, or give one of the two another ledger with --store",
            sent=False,
        )

    def _no_envelope(self, what: str, response: httpx.Response, content: bytes) -> ServerApiError:
        kind = response.headers.get("content-type", "no content type").partition(";")[0]
        text = answers.legible(self._without_secrets(content[:1000].decode(errors="replace")))
        hint = _PORT_HINT
        if response.status_code in (401, 403):
            hint = f"set RUNNER_API_TOKEN if that server asks for a token; {hint}"
        return NotTheApi(
            f"{what} was answered with HTTP {response.status_code} and {kind}, which is no answer of a Local API: "
            f"{answers.found(masked_text(text)) or 'nothing'}",
            hint=hint,
            sent=True,
        )


def _check_address(url: str) -> None:
    """Raises UsageError if the name of its host cannot be one."""
    try:
        httpx.URL(url).host.encode("idna")
    except (httpx.InvalidURL, UnicodeError) as error:
        raise UsageError(
            f"the Local API cannot be at {url!r}: {error}",
            hint="set RUNNER_API_URL to an address such as http://127.0.0.1:50809/api/v1/",
        ) from None


class TooLarge(Exception):
    """The body of the answer has more than LARGEST_ANSWER bytes."""


class Exchange:
    """A request in a thread of its own, which can be given up at any point: httpx bounds each read of an answer, but a
    server that sends one byte at a time would keep us for ever.

    Its connection is a new one. A request that is given up before it has a connection is not sent any more.
    """

    def __init__(self, client: httpx.Client, request: httpx.Request) -> None:
        self._client, self._request = client, request
        request.extensions["trace"] = self._note
        self._lock, self._over = threading.Lock(), threading.Event()
        self._answer: tuple[httpx.Response, bytes] | None = None
        self._error: BaseException | None = None
        self._is_connecting, self._is_given_up = True, False
        self._connection: Any = None

    def answer(self, clock: Clock, within_s: float) -> tuple[httpx.Response, bytes]:
        """Send it once. Raises errors of httpx and TooLarge; ConnectTimeout if surely nothing was sent."""
        threading.Thread(target=self._run, name="local api call", daemon=True).start()
        if not clock.wait(self._over, within_s):
            raise self._give_up()
        if self._error is not None:
            raise self._error
        assert self._answer is not None
        return self._answer

    def _run(self) -> None:
        try:
            self._answer = self._send()
        except BaseException as error:  # noqa: BLE001 - raised in the thread that waits
            self._error = error
        self._over.set()

    def _send(self) -> tuple[httpx.Response, bytes]:
        response = self._client.send(self._request, stream=True)
        try:
            content = bytearray()
            for chunk in response.iter_raw():
                content += chunk
                if len(content) > LARGEST_ANSWER:
                    raise TooLarge
            return response, bytes(content)
        finally:
            response.close()

    def _note(self, event: str, info: dict[str, Any]) -> None:
        """Take note of an event; httpx calls it. Raises httpx.ConnectTimeout if the request was given up by then."""
        # The lock decides between this and `_give_up`: what was told as not sent is never sent afterwards.
        with self._lock:
            if event in _CONNECTED:
                self._connection = info["return_value"]
            if event in _CONNECTED and self._is_given_up:
                self._connection.close()
                raise httpx.ConnectTimeout("given up")
            self._is_connecting = event in _CONNECTING

    def _give_up(self) -> httpx.TimeoutException:
        with self._lock:
            self._is_given_up = True
            if self._is_connecting:
                return httpx.ConnectTimeout("no connection in time")
            if self._connection is not None:
                # Shut down, since the other thread still reads, and below TLS, whose own shutdown is not made for two
                # threads.
                with suppress(OSError):
                    socket.socket.shutdown(self._connection.get_extra_info("socket"), socket.SHUT_RDWR)
            return httpx.ReadTimeout("no whole answer in time")


def is_this_machine(url: str) -> bool:
    """Whether the host of an address is this machine: a socket can be bound to one of its addresses.

    A name without an address is another machine's. Nothing is sent, except to look the name up.
    """
    try:
        found = socket.getaddrinfo(urlsplit(url).hostname, None, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError):
        return False
    return any(_can_bind(family, address) for family, _, _, _, address in found)


def _can_bind(family: socket.AddressFamily, address: tuple[object, ...]) -> bool:
    with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.bind((address[0], 0, *address[2:]))
        return True
    return False
