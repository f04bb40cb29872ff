"""Why something ran, will run, or did not: the words of `runner why`, for other pages as a fragment too."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from runner.errors import UsageError
from runner.queries.advice import Advice, EndPause, MendFile, ReleaseHold, Resolve, RetryTask, RunOccurrence
from runner.queries.why import answers_to
from runner.queries.why_answer import NOWHERE, WhyAnswer, WhyVerdict
from runner.reports.advice import sentence
from runner.reports.remedies import hint_of
from runner.server.dashboard.desk import Desk
from runner.server.dashboard.pages.page import frame_of, page, render, zone_of

LONGEST = 1000
MOST_PARTS = 200
"""How many tasks of an occurrence are told."""

LOOKS = {
    WhyVerdict.RAN: "completed",
    WhyVerdict.RUNNING: "running",
    WhyVerdict.FAILED: "failed",
    WhyVerdict.UNCERTAIN: "uncertain",
    WhyVerdict.MISSED: "missed",
    WhyVerdict.DAEMON_WAS_DOWN: "missed",
    WhyVerdict.CLOCK_STEPPED: "missed",
    WhyVerdict.SKIPPED: "skipped",
    WhyVerdict.CANCELLED: "cancelled",
    WhyVerdict.WILL_RUN: "planned",
    WhyVerdict.FILE_INVALID: "failed",
    WhyVerdict.ON_HOLD: "uncertain",
    WhyVerdict.IN_DOUBT: "uncertain",
    WhyVerdict.WILL_BE_MISSED: "missed",
}
"""How verdicts look: as the state that they are nearest to; every other one as what waits."""


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """An answer for a page: `advice` are sentences, each with the address where one can do it, if there is one."""

    subject: str
    verdict: str
    look: str
    sentences: tuple[str, ...]
    advice: tuple[tuple[str, str | None], ...]
    lane: str
    target: str
    task_id: int | None
    parts: tuple["ShownAnswer", ...]
    more: int


def routes(desk: Desk) -> list[BaseRoute]:
    return [page("/why", _why)]


def _why(request: Request) -> Response:
    desk = frame_of(request).desk
    subject = request.query_params.get("subject", "")[:LONGEST].strip()
    at = request.query_params.get("at", "")[:LONGEST].strip()
    answers: Sequence[WhyAnswer] = ()
    problem: UsageError | None = None
    if subject:
        situation = replace(desk.situation(), zone=zone_of(request))
        try:
            answers = answers_to(desk.ledger, subject, at or None, situation)
        except UsageError as error:
            problem = error
    is_nowhere = problem is not None or (answers and all(one.verdict in NOWHERE for one in answers))
    context = {
        "subject": subject,
        "at": at,
        "answers": [_shown(one, desk) for one in answers],
        "problem": problem,
        "hint": hint_of(problem) if problem else None,
    }
    # htmx shows nothing of an answer that failed.
    is_page = "hx-request" not in request.headers
    return render(request, "why.html.j2", context, status=404 if is_nowhere and is_page else 200)


def _shown(one: WhyAnswer, desk: Desk, *, is_part: bool = False) -> ShownAnswer:
    advised = [one, *one.parts[:MOST_PARTS]] if not is_part else [one]
    advice = dict.fromkeys(told for answer in advised for told in _advice(answer, desk))
    parts = one.parts[:MOST_PARTS] if len(one.parts) > 1 else ()
    return ShownAnswer(
        one.subject,
        one.verdict.value,
        LOOKS.get(one.verdict, "pending"),
        one.sentences,
        tuple(advice) if not is_part else (),
        str(one.facts.get("lane") or ""),
        str(one.facts.get("target") or ""),
        _task_id(one.parts[0] if len(one.parts) == 1 else one),
        tuple(_shown(part, desk, is_part=True) for part in parts),
        max(len(one.parts) - MOST_PARTS, 0),
    )


def _task_id(one: WhyAnswer) -> int | None:
    found = one.facts.get("id")
    return found if isinstance(found, int) else None


def _advice(one: WhyAnswer, desk: Desk) -> Iterator[tuple[str, str | None]]:
    for advice in one.advice:
        yield sentence(advice, one.verdict, desk.options), _place(advice, one)


def _place(advice: Advice, one: WhyAnswer) -> str | None:
    """The page where one can do what is advised."""
    match advice:
        case EndPause(str(subject)):
            return f"/campaigns/{quote(subject, safe='')}" if one.subject.startswith(f"{subject}/") else "/"
        case EndPause():
            return "/"
        case ReleaseHold(device):
            return f"/phones/{quote(device, safe='')}"
        case Resolve(task_id) | RetryTask(task_id):
            return f"/tasks/{task_id}"
        case RunOccurrence(at=at):
            campaign, entry = one.facts.get("campaign"), one.facts.get("entry")
            if isinstance(campaign, str) and isinstance(entry, str):
                query = urlencode({"at": at})
                return f"/campaigns/{quote(campaign, safe='')}/{quote(entry, safe='')}/run?{query}"
        case MendFile():
            campaign = one.facts.get("campaign")
            return f"/campaigns/{quote(campaign, safe='')}" if isinstance(campaign, str) else "/campaigns"
    return None
