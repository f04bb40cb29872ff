"""Campaigns: each file, how it stands, what it did and what it will do."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import blake2b
from typing import Any

from anyio import CapacityLimiter, to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from runner.planning.content import files, texts
from runner.planning.source import Window
from runner.queries.campaign_days import DayCounts, days_of, states_in
from runner.queries.campaign_list import MOST_LISTED, campaign_list
from runner.queries.campaign_page import CampaignPage, campaign_page, version_of
from runner.queries.campaign_text import NewestText, newest_text, plan_change
from runner.queries.campaign_week import PlannedDay, PlannedTask, day_of, week_of
from runner.reports.plan_changes import MARKS, by_entry, counted
from runner.reports.source import source, sources, text_diff
from runner.server.dashboard.desk import Desk
from runner.server.dashboard.pages.page import frame_of, page, render, zone_of
from runner.server.dashboard.thumbnails import Thumbnails
from runner.tasks import TaskState

READERS_TOGETHER = 2
"""Threads that read and check files: a folder on a disk that does not answer holds up nobody else."""

SUCCESS_DAYS = 30
"""How many days the success of a campaign reaches back on its page."""

BAR_STATES = (TaskState.COMPLETED, TaskState.FAILED, TaskState.UNCERTAIN, TaskState.MISSED)
"""What the small chart of the list tells apart; everything else is of one colour."""

BAR_WIDTH, BAR_HEIGHT = 6, 24


def routes(desk: Desk) -> list[BaseRoute]:
    thumbnails, readers = Thumbnails(desk.campaigns), CapacityLimiter(READERS_TOGETHER)

    def slow(path: str, answer: Callable[[Request], Response]) -> Route:
        async def endpoint(request: Request) -> Response:
            return await to_thread.run_sync(answer, request, limiter=readers)

        return Route(path, endpoint)

    def week(request: Request) -> Response:
        return _week(request, thumbnails)

    def day(request: Request) -> Response:
        return _day(request, thumbnails)

    def thumbnail(request: Request) -> Response:
        made = thumbnails.picture(request.path_params["key"])
        if made is None:
            raise HTTPException(404, "no campaign in force names such a file")
        return Response(made.content, 200, {"Cache-Control": "private, max-age=600"}, made.media_type)

    return [
        page("/campaigns", _list),
        page("/campaigns/{name}", _campaign),
        page("/campaigns/{name}/standing", _standing),
        page("/campaigns/{name}/success", _success),
        page("/campaigns/{name}/versions/{version:int}", _version),
        slow("/campaigns/{name}/file", _file),
        slow("/campaigns/{name}/week", week),
        slow("/campaigns/{name}/days/{day}", day),
        slow("/thumbnails/{key}", thumbnail),
    ]


# The list


def _list(request: Request) -> Response:
    desk = frame_of(request).desk
    wanted = request.query_params.get("q", "")[:100]
    at = _number(request.query_params.get("page"))
    found = campaign_list(
        desk.ledger,
        {one.name: one for one in desk.campaigns()},
        desk.clock.now(),
        zone_of(request),
        wanted=wanted,
        offset=(at - 1) * MOST_LISTED,
    )
    pages = -(-found.total // MOST_LISTED)
    context = {"found": found, "wanted": wanted, "at": at, "pages": pages, "bars": _bars, "told": _told}
    return render(request, "campaigns.html.j2", context)


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and 0 < int(text[:6]) < 100_000 else 1


@dataclass(frozen=True, slots=True)
class DayBar:
    """A part of a day in the small chart of a campaign, in units of its picture."""

    state: str
    x: int
    y: float
    height: float


def _bars(days: Sequence[DayCounts]) -> list[DayBar]:
    """How the tasks of each day ended, as bars that share one scale."""
    most = max((day.total for day in days), default=0)
    made = []
    for number, day in enumerate(days):
        counts = {state: day.counts.get(state, 0) for state in BAR_STATES}
        parts = [*counts.items(), ("other", day.total - sum(counts.values()))]
        bottom = float(BAR_HEIGHT)
        for state, count in parts:
            if count:
                height = max(count / most * BAR_HEIGHT, 1.0)
                bottom -= height
                made.append(
                    DayBar(str(state), number * BAR_WIDTH, round(max(bottom, 0.0), 1), round(height, 1))
                )
    return made


def _told(days: Sequence[DayCounts]) -> str:
    """The same in words: `12 completed, 1 failed`; nothing if there was nothing."""
    totals = {state: sum(day.counts.get(state, 0) for day in days) for state in states_in(days)}
    return ", ".join(f"{count} {state}" for state, count in totals.items())


# One campaign


def read_page(request: Request) -> CampaignPage:
    """The campaign that the address names. Raises HTTPException if there is none."""
    desk, name = frame_of(request).desk, request.path_params["name"]
    found = campaign_page(desk.ledger, desk.campaigns(), name, desk.clock.now())
    if found is None:
        raise HTTPException(404, f"there is no campaign {name}")
    return found


def _campaign(request: Request) -> Response:
    found = read_page(request)
    return render(
        request, "campaign.html.j2", _of_standing(request, found) | _of_success(request, found.name)
    )


def _standing(request: Request) -> Response:
    found = read_page(request)
    return render(request, "campaign_standing.html.j2", _of_standing(request, found))


def _of_standing(request: Request, found: CampaignPage) -> dict[str, Any]:
    desk, run = frame_of(request).desk, request.query_params.get("run", "")[:80]
    return {
        "campaign": found,
        "run": run,
        "run_rows": desk.ledger.tasks.all(run_id=run) if run else [],
        "rehearsals": frame_of(request).rehearsals.of(found.name),
    }


def _success(request: Request) -> Response:
    context = _of_success(request, read_page(request).name)
    if request.query_params.get("seen") == context["digest"]:
        return Response(status_code=204)
    return render(request, "campaign_success.html.j2", context)


def _of_success(request: Request, name: str) -> dict[str, Any]:
    desk = frame_of(request).desk
    days = days_of(desk.ledger, [name], desk.clock.now(), zone_of(request), SUCCESS_DAYS)[name]
    states = states_in(days)
    columns = {
        "days": [str(day.day) for day in days],
        "states": [state.value for state in states],
        "counts": [[day.counts.get(state, 0) for day in days] for state in states],
    }
    return {"name": name, "days": days, "states": states, "columns": columns, "digest": _digest(columns)}


# Its file


def _file(request: Request) -> Response:
    desk, found = frame_of(request).desk, read_page(request)
    newest = newest_text(found.path, desk.clock.now(), desk.zone, desk.paths)
    context = _of_file(found, newest, desk)
    return _unless_seen(
        request,
        "campaign_file.html.j2",
        context,
        (found.text, found.standing, newest.text, newest.diagnostics, found.row and found.row.commit),
    )


def _of_file(found: CampaignPage, newest: NewestText, desk: Desk) -> dict[str, Any]:
    """What there is to say of the file's newest text, and how it differs from the text in force."""
    is_same = newest.text is not None and newest.text == found.text
    differs = newest.text is not None and found.text is not None and not is_same
    change = None
    if differs and newest.campaign is not None and found.resolved is not None:
        now = desk.clock.now()
        change = plan_change(found.resolved, newest.campaign, Window(now, now + timedelta(days=7)))
    return {
        "campaign": found,
        "newest": newest,
        "is_same": is_same,
        "differs": differs,
        "files": sources(newest.diagnostics, newest.report.texts, newest.path)
        if newest.text is not None
        else [],
        "in_force": source(found.row.path, found.text) if found.row and found.text is not None else None,
        "diff": text_diff(found.text or "", newest.text or "") if differs else None,
        "change": change,
        "entries": by_entry(change.before, change.after, change.found) if change else [],
        "counted": counted,
        "marks": MARKS,
    }


def _version(request: Request) -> Response:
    """A text of the past, and how it differs from the one that was read before it."""
    desk, name, wanted = frame_of(request).desk, request.path_params["name"], request.path_params["version"]
    rows = desk.ledger.campaigns.versions(name, 1000)
    ids = [row.id for row in rows]
    version = version_of(desk.ledger, name, wanted) if wanted in ids else None
    if version is None:
        raise HTTPException(404, f"the ledger has no such version of {name}")
    at = ids.index(wanted)
    older = version_of(desk.ledger, name, ids[at + 1]) if at + 1 < len(ids) else None
    context = {
        "name": name,
        "row": rows[at],
        "older": rows[at + 1] if older else None,
        "newer": rows[at - 1] if at else None,
        "diff": text_diff(older.text, version.text) if older else None,
        "source": source(version.path, version.text),
    }
    return render(request, "campaign_version.html.j2", context)


# Its week


def _week(request: Request, thumbnails: Thumbnails) -> Response:
    desk, found = frame_of(request).desk, read_page(request)
    if found.resolved is None:
        return render(request, "campaign_week.html.j2", {"campaign": found, "week": None, "digest": ""})
    now, zone = desk.clock.now(), zone_of(request)
    seen = (found.row and (found.row.version_id, found.row.commit), now.astimezone(zone).date())
    if request.query_params.get("seen") == _digest(seen):
        return Response(status_code=204)
    week = week_of(desk.ledger, found.resolved, now, zone)
    context = {"campaign": found, "week": week, "shown": _shown_by(thumbnails), "digest": _digest(seen)}
    return render(request, "campaign_week.html.j2", context)


def _day(request: Request, thumbnails: Thumbnails) -> Response:
    """All tasks of a day, which the week only begins."""
    desk, found = frame_of(request).desk, read_page(request)
    try:
        asked = date.fromisoformat(request.path_params["day"])
    except ValueError:
        raise HTTPException(404, "that is no day") from None
    planned: PlannedDay | None = None
    if found.resolved is not None:
        planned = day_of(desk.ledger, found.resolved, asked, desk.clock.now(), zone_of(request))
    if planned is None:
        raise HTTPException(404, f"the plan of {found.name} does not reach {asked}")
    return render(
        request,
        "campaign_day.html.j2",
        {"campaign": found, "planned": planned, "shown": _shown_by(thumbnails)},
    )


def _shown_by(thumbnails: Thumbnails) -> Callable[[PlannedTask], dict[str, Any]]:
    """A function that gives the files of a task, each with the address of its picture, and the texts that it writes."""

    def shown(planned: PlannedTask) -> dict[str, Any]:
        task = planned.task
        keys = [(path, thumbnails.key(task.campaign, task.entry, path)) for path in files(task)]
        return {"files": keys, "texts": texts(task)}

    return shown


def _unless_seen(request: Request, template: str, context: dict[str, Any], content: object) -> Response:
    """A fragment; nothing if the page shows this content already, so that it does not flicker."""
    digest = _digest(content)
    if request.query_params.get("seen") == digest:
        return Response(status_code=204)
    return render(request, template, context | {"digest": digest})


def _digest(content: object) -> str:
    return blake2b(repr(content).encode("utf-8", "replace"), digest_size=8).hexdigest()
