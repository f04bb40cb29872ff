"""The answers of a Local API: data as types, codes as errors, words as their meaning. Pure: JSON in, values out.

Little of the answers' shape is documented, so this understands whatever a reasonable server would send: a bare list, a
list under any key beside `total`, numbers as text. The raw answer stays with each value.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, IntEnum, auto
from typing import Any

from runner.errors import ApiRefused

_ILLEGIBLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


class ServerStatus(IntEnum):
    """A task's status on the server."""

    PENDING = 0
    RUNNING = 1
    COMPLETED = 2
    FAILED = 3

    @property
    def is_open(self) -> bool:
        return self in (ServerStatus.PENDING, ServerStatus.RUNNING)


class ServerCode(IntEnum):
    """The codes of the contract except 0; NOT_ADMITTED is what another runner's daemon says to those it keeps out."""

    INVALID = 40001
    NO_SCRIPT = 40002
    NOT_THROUGH_API = 40003
    PLAN = 40301
    NOT_ADMITTED = 40302
    UNKNOWN_TASK = 40401
    INTERNAL = 50001


NOTHING_DONE = frozenset(ServerCode) - {ServerCode.INTERNAL}
"""With these codes the server says that it carried nothing out; any other may mean that it did."""

OF_ONE_CALL = frozenset(
    (ServerCode.INVALID, ServerCode.NO_SCRIPT, ServerCode.NOT_THROUGH_API, ServerCode.UNKNOWN_TASK)
)
"""With these codes the server speaks of one call only: it may answer others differently."""


class FailureKind(Enum):
    """What a server means by a task that failed there. The contract has one status for all of these, so another
    runner's daemon begins the message with the word of its own state."""

    FAILED = auto()
    CANCELLED = auto()
    UNCERTAIN = auto()

    @classmethod
    def of(cls, message: str) -> "FailureKind":
        """The meaning of a message; no other code reads a server's words for their meaning."""
        for kind in (cls.CANCELLED, cls.UNCERTAIN):
            if message.startswith(kind.name.lower()):
                return kind
        return cls.FAILED


class WrongShape(ValueError):
    """The data of an answer is not what the call asked for; the message says what it is."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """`{"code": 0, "message": "success", "data": ...}`, the shape of every answer."""

    code: int
    message: str
    data: Any


@dataclass(frozen=True, slots=True)
class Licence:
    """What the server's plan includes; `device_limit` is None if it names none."""

    plan_name: str
    api_enabled: bool
    device_limit: int | None
    message: str
    raw: Any = field(repr=False)


@dataclass(frozen=True, slots=True)
class ServerCreated:
    """The tasks that a POST made: the ids in the answer, each once, and the count beside them."""

    ids: tuple[int, ...]
    count: int | None
    raw: Any = field(repr=False)


@dataclass(frozen=True, slots=True)
class ServerTask:
    """A task in the server's words; a field that it does not tell is None.

    `created_at` and the like are on the server's own clock, in its own form. `config` is what it keeps of the
    `script_config`.
    """

    id: int
    status: ServerStatus | None
    serial: str | None
    username: str | None
    script: str | None
    source: str | None
    message: str
    created_at: str | None
    started_at: str | None
    finished_at: str | None
    retry_count: int | None
    config: Mapping[str, Any] | None = field(repr=False)
    raw: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ServerTaskPage:
    """One page of the list; `total` counts the tasks of all pages, None if the server does not say."""

    tasks: tuple[ServerTask, ...]
    total: int | None
    raw: Any = field(repr=False)


@dataclass(frozen=True, slots=True)
class Stats:
    """How many tasks the server has, whoever made them."""

    total: int | None
    pending: int | None
    running: int | None
    completed: int | None
    failed: int | None
    raw: Any = field(repr=False)


def legible(value: Any) -> Any:
    """JSON data whose texts can be stored and printed: halves of characters (JSON allows lone surrogates) and control
    characters, which a terminal would obey, become U+FFFD."""
    if isinstance(value, str):
        return _ILLEGIBLE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {legible(key): legible(item) for key, item in value.items()}
    return [legible(item) for item in value] if isinstance(value, list) else value


def envelope(body: Any) -> Envelope | None:
    """A JSON body as an envelope; None if it is none."""
    code = _integer(body.get("code")) if isinstance(body, Mapping) else None
    if code is None:
        return None
    return Envelope(code, _text(body.get("message")) or "", body.get("data"))


def licence(data: Any) -> Licence:
    """Raises WrongShape."""
    if not isinstance(data, Mapping):
        raise WrongShape(f"no licence, but {found(data)}")
    limit = _integer(data.get("device_limit"))
    return Licence(
        plan_name=_text(data.get("plan_name")) or "unknown",
        api_enabled=_flag(data.get("api_enabled", True)),
        device_limit=limit if limit is not None and limit > 0 else None,
        message=_text(data.get("message")) or "",
        raw=data,
    )


def created(data: Any) -> ServerCreated:
    """The ids under `task_ids`, in a bare list, or of the tasks in a list under any key; empty if there are none."""
    ids: tuple[int, ...] = ()
    count = None
    if isinstance(data, Mapping):
        count = _integer(data.get("created_count"))
        single = _integer(data.get("task_id", data.get("id")))
        lists = [data.get("task_ids"), *(value for value in data.values() if isinstance(value, list))]
        ids = next((read for one in lists if (read := _ids(one))), () if single is None else (single,))
    elif isinstance(data, list):
        ids = _ids(data)
    return ServerCreated(ids, count, data)


def page(data: Any) -> ServerTaskPage:
    """A bare list of tasks, or one under any key; items that are no tasks are left out. Raises WrongShape."""
    total = _integer(data.get("total")) if isinstance(data, Mapping) else None
    items = data if isinstance(data, list) else _list_in(data)
    if items is None and not (isinstance(data, Mapping) and total == 0):
        raise WrongShape(f"no list of tasks, but {found(data)}")
    tasks = {one.id: one for one in map(_task, items or ()) if one is not None}
    if items and not tasks:  # an empty list would say that the server has lost all of our tasks
        raise WrongShape(f"no list of tasks, but {found(data)}")
    return ServerTaskPage(tuple(tasks.values()), total, data)


def task(data: Any) -> ServerTask:
    """One task, bare or under the only key that holds a mapping. Raises WrongShape."""
    one = _task(data)
    if one is None:
        raise WrongShape(f"no task, but {found(data)}")
    return one


def _task(data: Any) -> ServerTask | None:
    if isinstance(data, Mapping) and not _has_id(data):
        data = next((value for value in data.values() if isinstance(value, Mapping) and _has_id(value)), data)
    number = _integer(data.get("id", data.get("task_id"))) if isinstance(data, Mapping) else None
    if number is None:
        return None
    return ServerTask(
        id=number,
        status=_status(data.get("status"), data.get("status_text")),
        serial=_text(data.get("serial", data.get("device"))),
        username=_text(data.get("username")),
        script=_text(data.get("script_name", data.get("script"))),
        source=_text(data.get("source")),
        message=_text(data.get("message")) or "",
        created_at=_text(data.get("created_at")),
        started_at=_text(data.get("started_at")),
        finished_at=_text(data.get("finished_at")),
        retry_count=_integer(data.get("retry_count")),
        config=_mapping(data.get("script_config", data.get("config"))),
        raw=data,
    )


def stats(data: Any) -> Stats:
    """Raises WrongShape."""
    if not isinstance(data, Mapping):
        raise WrongShape(f"no statistics, but {found(data)}")
    names = ("total", "pending", "running", "completed", "failed")
    return Stats(**{name: _integer(data.get(name)) for name in names}, raw=data)


def found(data: Any, length: int = 120) -> str:
    """Data that came in place of something else, as text, cut short."""
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False, default=str)
    text = " ".join(text.split())
    return text if len(text) <= length else f"{text[:length]}..."


def _ids(items: Any) -> tuple[int, ...]:
    """The ids in a list of numbers or tasks, each once."""
    return tuple(dict.fromkeys(_each_id(items))) if isinstance(items, list) else ()


def _each_id(items: list[Any]) -> Iterator[int]:
    for item in items:
        number = _integer(item.get("id", item.get("task_id")) if isinstance(item, Mapping) else item)
        if number is not None:
            yield number


def _list_in(data: Any) -> list[Any] | None:
    values = data.values() if isinstance(data, Mapping) else ()
    lists = [value for value in values if isinstance(value, list)]
    of_tasks = (items for items in lists if items and all(isinstance(item, Mapping) for item in items))
    return next(of_tasks, next(iter(lists), None))


def _has_id(data: Mapping[str, Any]) -> bool:
    return "id" in data or "task_id" in data


def _status(value: Any, text: Any) -> ServerStatus | None:
    number = _integer(value)
    if number is not None and 0 <= number <= 3:
        return ServerStatus(number)
    names = (word.upper() for word in (value, text) if isinstance(word, str))
    return next((ServerStatus[name] for name in names if name in ServerStatus.__members__), None)


def _integer(value: Any) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):  # to Python, true is an int
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,18}", value):
        return int(value)
    return None


def _flag(value: Any) -> bool:
    return value.lower() not in ("", "0", "false", "no") if isinstance(value, str) else bool(value)


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        return value or None
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _mapping(value: Any) -> Mapping[str, Any] | None:
    """A mapping, also if it was sent as JSON text."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return None
    return value if isinstance(value, Mapping) else None


def refusal(answer: Envelope, what: str, script: str = "") -> ApiRefused:
    """The error for an answer whose code is not 0. `what` names the call, `script` the one to run, if any."""
    said = f"code {answer.code}: {answer.message}" if answer.message else f"code {answer.code}"
    came_back, hint = _in_words(answer.code, script)
    return ApiRefused(
        f"{what}: {came_back} ({said})",
        hint=hint,
        sent=answer.code not in NOTHING_DONE,
        code=answer.code,
        words=answer.message,
    )


def _in_words(code: int, script: str) -> tuple[str, str | None]:
    match code:
        case ServerCode.INVALID:
            hint = "check the config; `runner plan --format json` shows it" if script else None
            return "the server rejects the parameters" if script else "the server rejects that", hint
        case ServerCode.NO_SCRIPT:
            return "the server misses the script's name", None
        case ServerCode.NOT_THROUGH_API:
            return _not_through_api(script)
        case ServerCode.PLAN:
            return (
                "the server's plan does not include the API",
                "Pro, Team and Business include it, Starter does not: change the plan in the application, "
                "or run the campaign with `backend: device`",
            )
        case ServerCode.NOT_ADMITTED:
            return (
                "the server does not let this runner in",
                "set RUNNER_API_TOKEN to its token, the RUNNER_TOKEN of its daemon; without a token it is "
                "called by a name of its own machine, such as 127.0.0.1",
            )
        case ServerCode.UNKNOWN_TASK:
            return (
                "the server knows no such task",
                "it was deleted there, or RUNNER_API_URL leads to another server",
            )
        case ServerCode.INTERNAL:
            return "the server failed inside", "look at the server's own log"
        case _:
            return (
                "the server refuses with a code that the contract does not know",
                "look at the server's own log",
            )


def _not_through_api(script: str) -> tuple[str, str]:
    update = "update the application on that machine"
    if not script:
        return "this server's version does not take that through its API", update
    return (
        f"this server's version cannot run the script {script!r} through its API",
        f"older versions know post, follow and unfollow only: {update}, or run the campaign with `backend: device` "
        "if the device backend has the script",
    )
