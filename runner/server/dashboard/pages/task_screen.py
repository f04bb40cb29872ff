"""The screen that a failed step has kept: its elements on its picture, and a selector for each of them."""

from functools import lru_cache

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from runner.flows.profile import Profiles
from runner.phone.screen import parse
from runner.queries.kept_screen import KeptScreen, profile_for
from runner.reports.shown import json_shown, visible
from runner.server.dashboard.desk import Desk
from runner.server.dashboard.pages.page import page, render
from runner.store.asked.tasks import is_id
from runner.store.rows import StepRow, TaskRow

KEPT = 8
"""How many screens are kept in memory for the next question about one of their elements."""


def routes(desk: Desk) -> list[BaseRoute]:
    @lru_cache(maxsize=KEPT)
    def read(hierarchy: str, screenshot: str | None, app: str, profiles: Profiles) -> KeptScreen:
        """A screen by the paths under which it was kept. Raises HTTPException if it is not to be had now."""
        xml = desk.artifacts.read(hierarchy)
        if xml is None:
            raise HTTPException(404, f"there is no screen to show: {desk.artifacts.absence(hierarchy)}")
        picture = desk.artifacts.read(screenshot) if screenshot else None
        text = xml.decode("utf-8", "replace")
        return KeptScreen(text, picture, profile_for(app, parse(text).packages, profiles))

    def found(request: Request) -> tuple[TaskRow, StepRow, KeptScreen]:
        """The screen that an address names. Raises HTTPException."""
        asked = [request.path_params[name] for name in ("id", "attempt", "step")]
        if not all(map(is_id, asked)):
            raise HTTPException(404, "there is no such step")
        task_id, attempt, ordinal = map(int, asked)
        row, step = desk.ledger.tasks.get(task_id), desk.ledger.task_pages.step(task_id, attempt, ordinal)
        if row is None or step is None:
            raise HTTPException(404, "there is no such step")
        profiles = Profiles.over(desk.registry.profiles(row.task.campaign))
        if step.hierarchy is None:
            raise HTTPException(404, "no screen was kept with this step")
        return row, step, read(step.hierarchy, step.screenshot, row.task.options.app, profiles)

    def show(request: Request) -> Response:
        row, step, screen = found(request)
        asked = request.query_params.get("element", "")
        context = {
            "row": row,
            "attempt": request.path_params["attempt"],
            "step": step,
            "screen": screen,
            "part": screen.part(int(asked)) if is_id(asked) else None,
            "written": json_shown,
        }
        return render(request, "task_screen.html.j2", context)

    def elements(request: Request) -> Response:
        _, _, screen = found(request)
        data = screen.as_data()
        for one in data["elements"]:
            one |= {name: visible(one[name]) for name in ("class", "words", "id")}
        return JSONResponse(data)

    def element(request: Request) -> Response:
        _, _, screen = found(request)
        number = request.path_params["number"]
        part = screen.part(int(number)) if is_id(number) else None
        if part is None:
            raise HTTPException(404, "the screen has no such element")
        # As YAML reads it, too: what steers is escaped, and means the same.
        context = {"part": part, "screen": screen, "written": json_shown}
        return render(request, "task_screen.html.j2", context, block="element")

    place = "/tasks/{id}/screen/{attempt}/{step}"
    return [
        page(place, show),
        page(f"{place}/elements", elements),
        page(f"{place}/elements/{{number}}", element),
    ]
