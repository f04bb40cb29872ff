"""The timeline: past and future in one picture, with a table beside it."""

import gzip
import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from runner.campaign.resolve import ResolvedCampaign
from runner.clock import utc
from runner.errors import UsageError
from runner.planning.source import Window
from runner.queries.timeline import LONGEST, STATES, Timeline, timeline
from runner.queries.timeline_lanes import By
from runner.queries.timeline_table import TimelineFilter, timeline_table
from runner.queries.timeline_why import why_at
from runner.queries.why import explain_tasks
from runner.queries.why_answer import WhyAnswer
from runner.reports.advice import sentence
from runner.reports.timeline_json import timeline_data
from runner.server.dashboard.desk import Desk
from runner.server.dashboard.pages.page import page, render
from runner.store.task_times import micros

AROUND_NOW = timedelta(hours=6)
"""How much of past and future is seen if the address does not say."""

ZIPPED_FROM = 2000


def routes(desk: Desk) -> list[BaseRoute]:
    def show(request: Request) -> Response:
        return _show(desk, request)

    def data(request: Request) -> Response:
        return _data(desk, request)

    def why(request: Request) -> Response:
        return _why(desk, request)

    return [page("/timeline", show), page("/timeline/data", data), page("/timeline/why", why)]


def _show(desk: Desk, request: Request) -> Response:
    """The page: the picture's frame, and the table of the same window."""
    asked, now = request.query_params, desk.clock.now()
    usual = Window(now - AROUND_NOW, now + AROUND_NOW)
    window, by = _window(asked, usual), _by(asked)
    states = frozenset(filter(None, asked.get("state", "").split(",")))
    chosen = TimelineFilter(states, asked.get("campaign", ""), asked.get("q", ""))
    view = _timeline(desk, window, by, now)
    same = {name: value for name, value in asked.items() if name not in ("page", "block", "table")}
    context = {
        "window": window,
        "by": by,
        "groupings": list(By),
        "states": STATES,
        "chosen": chosen,
        "campaign_names": [campaign.name for campaign in desk.campaigns()],
        "notes": view.notes,
        "table": timeline_table(view, chosen, _number(asked.get("page", "1"))),
        "table_url": f"/timeline?{urlencode(same | {'table': '1'})}&page=",
        "is_table": asked.get("table") == "1",
    }
    return render(request, "timeline.html.j2", context)


def _data(desk: Desk, request: Request) -> Response:
    """The columns that the picture is drawn from. The header X-Now has the ledger's present, in milliseconds: it is not
    in the text, so that this stays the same until something changes."""
    asked, now = request.query_params, desk.clock.now()
    since = _instant(asked, "since") if "since" in asked else None
    view = _timeline(desk, _window(asked), _by(asked), now, since)
    text = json.dumps(timeline_data(view), ensure_ascii=False, separators=(",", ":")).encode()
    tag = f'W/"{hashlib.blake2b(text, digest_size=12).hexdigest()}"'
    headers = {
        "ETag": tag,
        "Cache-Control": "private, no-cache",
        "Vary": "Accept-Encoding, Cookie",
        "X-Now": str(micros(now) // 1000),
    }
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    if len(text) >= ZIPPED_FROM and "gzip" in request.headers.get("accept-encoding", ""):
        text, headers["Content-Encoding"] = gzip.compress(text, 1, mtime=0), "gzip"
    return Response(text, headers=headers, media_type="application/json")


def _why(desk: Desk, request: Request) -> Response:
    """Why a task is as it is, or what kept a lane from working at an instant, in the words of `runner why`."""
    asked, situation = request.query_params, desk.situation()
    if "task" in asked:
        task = _number(asked["task"])
        row = desk.ledger.tasks.get(task)
        answers = explain_tasks(desk.ledger, [row.task.key], situation) if row else []
        context: dict[str, object] = {"answers": answers, "task_id": task if row else None, "at": None}
    else:
        at = _instant(asked, "at")
        campaign, _, entry = asked.get("entry", "").rpartition("/")
        one = (campaign, entry) if entry else None
        lane = asked.get("lane", "")
        answers = why_at(desk.ledger, _campaigns(desk), _by(asked), lane, at, situation, one)
        context = {"answers": answers, "task_id": None, "at": at}

    def advice(answer: WhyAnswer) -> list[str]:
        given = [*answer.advice, *(one for part in answer.parts for one in part.advice)]
        return list(dict.fromkeys(sentence(one, answer.verdict, desk.options) for one in given))

    return render(request, "timeline_why.html.j2", context | {"advice_of": advice}, block="why")


def _timeline(
    desk: Desk, window: Window, by: By, now: datetime, since_utc: datetime | None = None
) -> Timeline:
    try:
        return timeline(desk.ledger, _campaigns(desk), window, by, now, desk.zone, since_utc)
    except UsageError as error:
        raise HTTPException(HTTPStatus.BAD_REQUEST, error.message) from error


def _campaigns(desk: Desk) -> Mapping[str, ResolvedCampaign]:
    return {campaign.name: campaign for campaign in desk.campaigns()}


def _by(asked: QueryParams) -> By:
    try:
        return By(asked.get("by", By.PHONE))
    except ValueError:
        raise HTTPException(HTTPStatus.BAD_REQUEST, f"by is one of {', '.join(By)}") from None


def _window(asked: QueryParams, usual: Window | None = None) -> Window:
    if usual is not None and not ("from" in asked and "until" in asked):
        return usual
    window = Window(_instant(asked, "from"), _instant(asked, "until"))
    if usual is not None and window.length > LONGEST:
        return Window(window.from_utc, window.from_utc + LONGEST)
    return window


def _instant(asked: QueryParams, name: str) -> datetime:
    """An instant as ISO 8601 with its offset. Raises HTTPException."""
    try:
        instant = datetime.fromisoformat(asked.get(name, ""))
        if instant.tzinfo is None or not 1970 < instant.year < 9000:
            raise ValueError
        return instant.astimezone(UTC)
    except (ValueError, OverflowError):
        raise HTTPException(
            HTTPStatus.BAD_REQUEST,
            f"{name} is an instant such as {utc(datetime(2026, 11, 21, 8, tzinfo=UTC))}",
        ) from None


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
