"""What people do to a campaign: pause it, run an entry of it by hand, rehearse it."""

import os
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from runner.campaign.resolve import ResolvedCampaign
from runner.errors import UsageError
from runner.execution.record_run import hand_over, record_now, record_scheduled
from runner.queries.run_preview import preview_run
from runner.regular_file import open_regular
from runner.server.dashboard.desk import Desk
from runner.server.dashboard.pages.campaigns import read_page
from runner.server.dashboard.pages.page import Form, action, actor, frame_of, page, render, see_other, zone_of
from runner.server.shield import POLICY
from runner.state_dir import new_run_id
from runner.store.actions import ActionKind
from runner.store.request_rows import PauseScope

MOST_REPORT_BYTES = 256 * 1024 * 1024

REPORT_POLICY = (
    "sandbox allow-scripts; default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "img-src data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
"""A report is one file with everything in it. In the sandbox it has an origin of its own: what it holds reaches neither
this server's cookies nor its addresses."""


def routes(desk: Desk) -> list[BaseRoute]:
    return [
        page("/campaigns/{name}/{entry}/run", _preview),
        page("/rehearsals/{number:int}", _rehearsal),
        page("/rehearsals/{number:int}/report", _report),
        action("/actions/campaigns/{name}/pause", _pause),
        action("/actions/campaigns/{name}/resume", _resume),
        action("/actions/campaigns/{name}/rehearse", _rehearse),
        action("/actions/campaigns/{name}/rehearse-ahead", _rehearse_ahead),
        action("/actions/campaigns/{name}/{entry}/run", _run),
        action("/actions/rehearsals/{number:int}/stop", _stop),
    ]


def _to(campaign: str, query: str = "") -> Response:
    return see_other(f"/campaigns/{quote(campaign, safe='')}{query}")


def _done(request: Request, campaign: str, said: str) -> Response:
    """Where to look after a change that the page shows by itself, since it is told of changes."""
    if "hx-request" not in request.headers:
        return _to(campaign)
    return Response(status_code=204, headers={"X-Notice": quote(said)})


def _pause(request: Request, form: Form) -> Response:
    desk, found = frame_of(request).desk, read_page(request)
    if found.pause is None:
        desk.ledger.pauses.begin(PauseScope.CAMPAIGN, found.name, actor(request))
        desk.ledger.actions.note(actor(request), ActionKind.PAUSE, found.name)
        desk.refresh()
    return _done(request, found.name, f"{found.name} is paused; what runs is finished")


def _resume(request: Request, form: Form) -> Response:
    desk, found = frame_of(request).desk, read_page(request)
    if desk.ledger.pauses.end(PauseScope.CAMPAIGN, found.name):
        desk.ledger.actions.note(actor(request), ActionKind.RESUME, found.name)
        desk.refresh()
    return _done(request, found.name, f"{found.name} goes on")


# Running an entry


def _in_force(request: Request) -> ResolvedCampaign:
    """The text in force of the campaign that the address names. Raises HTTPException if there is none."""
    found = read_page(request)
    if found.resolved is None or found.row is None:
        raise HTTPException(409, f"no text of {found.name} is in force, so nothing of it can be run")
    # By the path under which the ledger has this very version: a run of it makes no other one.
    return replace(found.resolved, document=replace(found.resolved.document, path=found.row.path))


def _preview(request: Request) -> Response:
    desk, campaign = frame_of(request).desk, _in_force(request)
    entry, at = request.path_params["entry"], request.query_params.get("at", "")[:80].strip()
    problem, preview = None, None
    try:
        preview = preview_run(desk.ledger, campaign, entry, desk.situation(), desk.zone, at or None)
    except UsageError as error:
        if not any(one.name == entry for one in campaign.entries):
            raise HTTPException(404, f"{error.message}; {error.hint}") from None
        problem = error
    context = {
        "campaign": campaign,
        "entry": entry,
        "at": at,
        "preview": preview,
        "problem": problem,
        "reader_zone": zone_of(request),
    }
    return render(request, "campaign_run.html.j2", context, status=200 if preview else 409)


def _run(request: Request, form: Form) -> Response:
    desk, campaign = frame_of(request).desk, _in_force(request)
    entry, at, by = request.path_params["entry"], form.get("at", "").strip(), actor(request)
    now = desk.clock.now()
    run_id = new_run_id(now)
    if at:
        keys, new = record_scheduled(desk.ledger, campaign, at, run_id, now, entry)
        if not new:
            raise UsageError(
                f"the {len(keys)} tasks of that occurrence have been made before: nothing is done twice",
                hint=f"see why: /why?subject={campaign.name}/{entry}",
            )
        count, when = len(new), f" at {at}"
    else:
        count, when = record_now(desk.ledger, campaign, run_id, now, entry), ""
    hand_over(desk.ledger, by)
    tasks = f"{count} task{'' if count == 1 else 's'}"
    detail = f"{entry}{when}, run {run_id}: {tasks}"
    desk.ledger.actions.note(by, ActionKind.RUN, campaign.name, detail)
    desk.refresh()
    return _to(campaign.name, f"?run={run_id}#run")


# Rehearsals


def _rehearse(request: Request, form: Form) -> Response:
    return _begin_rehearsal(request, ahead=False)


def _rehearse_ahead(request: Request, form: Form) -> Response:
    return _begin_rehearsal(request, ahead=True)


def _begin_rehearsal(request: Request, *, ahead: bool) -> Response:
    desk, found = frame_of(request).desk, read_page(request)
    one = frame_of(request).rehearsals.start(found.name, found.path, actor(request), ahead=ahead)
    desk.ledger.actions.note(actor(request), ActionKind.REHEARSE, found.name, f"rehearsal {one.number}")
    return _done(request, found.name, f"rehearsal {one.number} has begun")


def _stop(request: Request, form: Form) -> Response:
    desk = frame_of(request).desk
    one = frame_of(request).rehearsals.get(request.path_params["number"])
    if one is None:
        raise HTTPException(404, "there is no such rehearsal")
    if one.is_running:
        frame_of(request).rehearsals.stop(one.number)
        desk.ledger.actions.note(actor(request), ActionKind.STOP, one.campaign, f"rehearsal {one.number}")
    return _done(request, one.campaign, f"rehearsal {one.number} stops after its current steps")


def _rehearsal(request: Request) -> Response:
    """What a rehearsal says, and how it ended."""
    one = frame_of(request).rehearsals.get(request.path_params["number"])
    if one is None:
        raise HTTPException(404, "there is no such rehearsal; the daemon forgets them when it ends")
    return render(request, "rehearsal.html.j2", {"rehearsal": one, "lines": one.lines})


def _report(request: Request) -> Response:
    """The report of a rehearsal, as it wrote it."""
    one = frame_of(request).rehearsals.get(request.path_params["number"])
    if one is None or one.report is None:
        raise HTTPException(404, "there is no such report")
    try:
        with open_regular(Path(one.report)) as file:
            if os.fstat(file.fileno()).st_size > MOST_REPORT_BYTES:
                raise HTTPException(409, f"the report is too long to be shown here: {one.report}")
            html = file.read()
    except OSError as error:
        raise HTTPException(404, f"the report cannot be read: {error.strerror}") from error
    return Response(html, 200, {POLICY: REPORT_POLICY}, "text/html; charset=utf-8")
