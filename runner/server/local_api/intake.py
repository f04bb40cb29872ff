"""From a request to its tasks.

A request is read as a campaign of one entry: the same checks judge it, the same planning makes its tasks, and the
ledger keeps its text like a campaign's.
"""

import json
import re
import secrets
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta, tzinfo
from pathlib import Path
from typing import Any

from runner.campaign.accounts_file import DeclaredAccount
from runner.campaign.loader import Loaded, load_text
from runner.campaign.resolve import resolve_campaign
from runner.checks import check_campaigns, missing_file, unreadable_media
from runner.diagnostics import Diagnostic, Severity
from runner.planning.plannable_entry import PlannableEntry
from runner.planning.timing import jitter
from runner.planning.walltime import Fit, resolve
from runner.server.local_api.accounts import accounts_meant
from runner.server.local_api.envelope import ApiError, Code
from runner.server.local_api.requested_files import RequestedFiles
from runner.server.local_api.shapes import NewTask
from runner.server.local_api.view import configs_alone
from runner.tasks import Occurrence, Task, TaskSource

CAMPAIGN, ENTRY, PHONES = "api-requests", "request", "serials"
"""The names under which the ledger has the tasks of the Local API."""

MAX_TASKS = 10_000
"""Tasks of one request."""

MAX_CONFIG_BYTES = 16 * 1024 * 1024
"""The configs of all tasks of one request, each of which has its own: while the ledger writes them, it writes nothing
else."""

OF_FILES = (missing_file.CODE, unreadable_media.CODE)
"""Checks of files, which are for the author of a campaign: `RequestedFiles` looks at those of requests, and tells the
caller less."""

MAX_TOLD = 3
"""The most problems in one answer: the rest shows once these are corrected."""

NOT_IN_YAML = re.compile("[\x7f-\x9f\u2028\u2029\ufffe\uffff]")
"""Characters that JSON may hold as they are, but YAML only escaped: it refuses them, or reads them as line ends."""


@dataclass(frozen=True, slots=True)
class Intake:
    """A request that has been judged: its text as a campaign, its occurrence, its tasks in order."""

    text: str
    path: str
    occurrence: Occurrence
    tasks: tuple[Task, ...]


def take_in(
    request: NewTask,
    now: datetime,
    zone: tzinfo,
    files: RequestedFiles,
    declared: Sequence[DeclaredAccount] = (),
) -> Intake:
    """The tasks of a request, with the files that they post as they are now. The first tasks are due at its start time
    in the fleet's zone, or now. `declared` are the accounts that there are.

    Raises ApiError with what is wrong.
    """
    loaded = _judged(request, now, declared)
    campaign = resolve_campaign(loaded)
    work = PlannableEntry.of(campaign, campaign.entries[0])
    starts = _next(time.fromisoformat(request.start_time), now, zone) if request.start_time else now
    occurrence = work.occurrence(f"api:{new_request_id(now)}", "api", starts)
    tasks = tuple(_apart(work.tasks(occurrence), request.min_interval, request.max_interval))
    if len(tasks) > MAX_TASKS:
        raise ApiError(Code.INVALID, f"{len(tasks)} tasks in one call; at most {MAX_TASKS}: send several")
    seen = files.seen(tasks)
    alone = configs_alone(seen)
    tasks = tuple(replace(task, config=config) for task, config in zip(seen, alone, strict=True))
    if sum(len(json.dumps(task.config)) for task in tasks) > MAX_CONFIG_BYTES:
        raise ApiError(
            Code.INVALID,
            f"the configs of these {len(tasks)} tasks are longer than {MAX_CONFIG_BYTES} bytes in all: "
            "name fewer devices in one call, or send less for each",
        )
    return Intake(loaded.document.text, loaded.document.path, occurrence, tasks)


def new_request_id(now: datetime) -> str:
    """An id that sorts by time. Each call gets a new one, so the same call twice makes its tasks twice."""
    return f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(6)}"


def _judged(request: NewTask, now: datetime, declared: Sequence[DeclaredAccount]) -> Loaded:
    if not request.serials and not request.usernames:
        raise ApiError(Code.INVALID, "serials: name the devices, or accounts in usernames")
    if request.max_interval and request.max_interval < request.min_interval:
        raise ApiError(Code.INVALID, "max_interval is smaller than min_interval")
    text = _as_campaign(request, accounts_meant(request, declared))
    loaded = load_text(text, str(Path.cwd() / CAMPAIGN), {})
    found = check_campaigns([loaded], now).diagnostics
    problems = [p for p in found if p.severity is Severity.ERROR and p.code not in OF_FILES]
    if problems:
        raise ApiError(Code.INVALID, "; ".join(map(_told, problems[:MAX_TOLD])))
    return loaded


def _as_campaign(request: NewTask, accounts: Sequence[DeclaredAccount] | None) -> str:
    """The request as JSON, which is YAML too, with the accounts that it means (None: it names phones alone). Raises
    ApiError for text that no file could hold."""
    config = dict(request.script_config)
    if "target_username" in config and "target_user" not in config:  # the vendor's own samples call it so
        config["target_user"] = config.pop("target_username")
    entry = {"script": request.script_name, "devices": PHONES, "config": config}
    campaign: dict[str, Any] = {
        "version": 1,
        "name": CAMPAIGN,
        "devices": {PHONES: request.serials},
        "scripts": {ENTRY: entry | ({"app": request.platform} if request.platform else {})},
    }
    if accounts is not None:
        named = {f"account_{number}": one for number, one in enumerate(accounts, 1)}
        campaign["accounts"] = {
            name: {"app": one.app, "device": one.device, "username": one.username}
            | ({"language": one.language} if one.language else {})
            for name, one in named.items()
        }
        campaign["devices"] = {PHONES: {"accounts": list(named)}}
    try:
        text = json.dumps(campaign, ensure_ascii=False, allow_nan=False)
        text.encode()
    except (ValueError, RecursionError):
        raise ApiError(
            Code.INVALID, "the request holds a number or a character that JSON does not have"
        ) from None
    return NOT_IN_YAML.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _told(problem: Diagnostic) -> str:
    """A problem in a request, which has no file to name."""
    return f"{problem.message} ({problem.hint})" if problem.hint else problem.message


def _next(at: time, now: datetime, zone: tzinfo) -> datetime:
    """The next instant at which the clocks of the zone show this time; now if they show it now."""
    today = now.astimezone(zone).date()
    this_minute = now.replace(second=0, microsecond=0)
    for days in range(3):
        for instant in _instants(datetime.combine(today + timedelta(days=days), at), zone):
            if instant >= this_minute:
                return max(instant, now)
    raise AssertionError(f"{at} does not come within three days")


def _instants(wall: datetime, zone: tzinfo) -> Iterator[datetime]:
    """The instants at which the clocks show `wall`: two on the day on which they go back. A rule takes only the first;
    a request that comes between the two means the second."""
    first = resolve(wall, zone)
    yield first.instant_utc
    if first.fit is Fit.REPEATED:
        yield wall.replace(tzinfo=zone, fold=1).astimezone(UTC)


def _apart(tasks: list[Task], min_minutes: int, max_minutes: int) -> Iterator[Task]:
    """The tasks as tasks of the API; on each device each is due some minutes after the one before."""
    waits: defaultdict[str, timedelta] = defaultdict(timedelta)
    for task in tasks:
        yield replace(task, due_utc=task.due_utc + waits[task.lane], source=TaskSource.API)
        spare_s = max(max_minutes - min_minutes, 0) * 60
        waits[task.lane] += timedelta(minutes=min_minutes) + jitter(task.key, spare_s)
