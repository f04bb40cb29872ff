"""The calls of the Local API over HTTP: each sent once, its answer checked and typed."""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import httpx

from runner import __version__
from runner.backends.local_api import shapes
from runner.backends.local_api.exchange import Exchange, TooLarge
from runner.backends.local_api.machine import is_this_machine
from runner.backends.local_api.refusals import refusal
from runner.backends.local_api.shapes import Created, Licence, ServerStatus, ServerTask, Stats, TaskPage
from runner.campaign.masking import masked_text
from runner.clock import Clock
from runner.errors import ApiError, ApiInterrupted, ApiUnreachable, NotTheApi, UsageError

PAGE_SIZE = 100
"""The most tasks that the contract lets a page have."""

LEDGER_HEADER = "X-Runner-Ledger"
"""In which a runner's own server names the ledger that it works on."""

_CONNECT_S = 5.0
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)

_ERRNO = re.compile(r"^\[Errno -?\d+\] ")

T = TypeVar("T")


class Client:
    """One server. Any thread may call it. Nothing is ever sent twice, nor over a connection that has been used
    before: a call that fails to connect surely was not carried out. Every call is over within `timeout_s`.

    `ledger_id` names our own ledger: a server that works on it is refused. Raises UsageError if `url` is no
    address. Every call raises ApiError: ApiUnreachable, ApiInterrupted, NotTheApi or ApiRefused.
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
            "Accept-Encoding": "identity",  # what is small on its way may be of any size here
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
            trust_env=False,
            verify=httpx.URL(url).scheme == "https",  # reading the certificates takes as long as ten calls
            limits=httpx.Limits(max_keepalive_connections=0),
        )

    def close(self) -> None:
        self._http.close()

    @property
    def is_here(self) -> bool:
        """Whether the server is this machine, as it was when this was first asked."""
        if self._url_is_here is None:
            self._url_is_here = is_this_machine(self.url)
        return self._url_is_here

    def hide(self, secrets: Iterable[str]) -> None:
        """Take these texts out of whatever the server answers from now on."""
        self._secrets = tuple(dict.fromkeys([*self._secrets, *secrets]))

    def licence(self) -> Licence:
        """GET /license/check."""
        return self._read("license/check", shapes.licence)

    def create(self, body: Mapping[str, Any]) -> Created:
        """POST /task: make tasks."""
        script = str(body.get("script_name", ""))
        return shapes.created(self._call("POST", "task", body=body, script=script))

    def tasks(
        self,
        page: int = 1,
        page_size: int = PAGE_SIZE,
        *,
        status: ServerStatus | None = None,
        serial: str | None = None,
        script: str | None = None,
        source: str | None = None,
    ) -> TaskPage:
        """GET /task: one page of the list; pages count from 1."""
        filters = {
            "status": None if status is None else int(status),
            "serial": serial,
            "script_name": script,
            "source": source,
        }
        given = {name: value for name, value in filters.items() if value is not None}
        return self._read("task", shapes.page, {"page": page, "page_size": page_size, **given})

    def task(self, task_id: int) -> ServerTask:
        """GET /task/{id}."""
        return self._read(f"task/{task_id}", shapes.task)

    def stats(self) -> Stats:
        """GET /task/stats: for people; it counts other people's tasks too."""
        return self._read("task/stats", shapes.stats)

    def stop(self, task_id: int) -> Any:
        """POST /task/{id}/stop; returns the raw data of the answer, as the calls below do."""
        return self._call("POST", f"task/{task_id}/stop")

    def retry(self, task_id: int) -> Any:
        """POST /task/{id}/retry."""
        return self._call("POST", f"task/{task_id}/retry")

    def retry_all(self) -> Any:
        """POST /task/retry-all: for people; it repeats other people's tasks too."""
        return self._call("POST", "task/retry-all")

    def delete(self, task_id: int) -> Any:
        """DELETE /task/{id}."""
        return self._call("DELETE", f"task/{task_id}")

    def delete_batch(self, task_ids: Sequence[int]) -> Any:
        """DELETE /task/batch."""
        return self._call("DELETE", "task/batch", body={"task_ids": list(task_ids)})

    def _read(self, path: str, shape: Callable[[Any], T], params: Mapping[str, Any] | None = None) -> T:
        data = self._call("GET", path, params=params)
        try:
            return shape(data)
        except shapes.WrongShape as error:
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
        """Send one request; the data of its envelope, whatever the HTTP status."""
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
            raise refusal(answer, what, script)
        return answer.data

    def _envelope(self, content: bytes) -> shapes.Envelope | None:
        try:
            return shapes.envelope(shapes.legible(self._without_secrets(json.loads(content))))
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

    def _unreachable(self, error: Exception) -> ApiError:
        words = _ERRNO.sub("", str(error)) or type(error).__name__
        reason = "it took too long" if isinstance(error, httpx.TimeoutException) else words
        return ApiUnreachable(
            f"no connection to the Local API at {self.url}: {reason}",
            hint="start the application that serves it (TikMatrix, or `runner daemon`) and switch its API on, "
            "or set RUNNER_API_URL to where it is",
            sent=False,
        )

    def _interrupted(self, what: str, error: Exception) -> ApiError:
        reason, hint = f"the connection broke ({error or type(error).__name__})", _PORT_HINT
        if isinstance(error, httpx.TimeoutException):
            reason, hint = f"no whole answer within {self.timeout_s:g} s", "RUNNER_API_TIMEOUT is the time"
        return ApiInterrupted(f"{what}: {reason}", hint=f"look at the server's own log; {hint}", sent=True)

    def _own_server(self, what: str) -> ApiError:
        return ApiError(
            f"{what} was answered by a runner that works on this very ledger: its tasks would wait for themselves",
            hint="set RUNNER_API_URL to another server, or give one of the two another ledger with --store",
            sent=False,
        )

    def _no_envelope(self, what: str, response: httpx.Response, content: bytes) -> ApiError:
        kind = response.headers.get("content-type", "no content type").partition(";")[0]
        text = shapes.legible(self._without_secrets(content[:1000].decode(errors="replace")))
        hint = _PORT_HINT
        if response.status_code in (401, 403):
            hint = f"set RUNNER_API_TOKEN if that server asks for a token; {hint}"
        return NotTheApi(
            f"{what} was answered with HTTP {response.status_code} and {kind}, which is no answer of a Local API: "
            f"{shapes.found(masked_text(text)) or 'nothing'}",
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


_PORT_HINT = "check that RUNNER_API_URL leads to a Local API and not to another program"
