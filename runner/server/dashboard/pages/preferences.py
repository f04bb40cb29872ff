"""What a reader chooses for himself: the zone of all times, light or dark."""

from functools import lru_cache
from zoneinfo import available_timezones

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from runner.server.dashboard.desk import Desk
from runner.server.dashboard.pages.page import (
    FLEET_ZONE,
    THEMES,
    Form,
    action,
    own_address,
    page,
    render,
    see_other,
)

YEAR_S = 365 * 24 * 3600


def routes(desk: Desk) -> list[BaseRoute]:
    return [
        page("/preferences", _show),
        action("/actions/preferences", _choose, is_for_viewers=True, tells=False),
    ]


def _show(request: Request) -> Response:
    context = {"zones": zones(), "to": own_address(request.query_params.get("to"))}
    return render(request, "preferences.html.j2", context)


def _choose(request: Request, form: Form) -> Response:
    answer = see_other(own_address(form.get("to")))
    zone, theme = form.get("zone"), form.get("theme")
    if zone is not None:
        if zone != FLEET_ZONE and zone not in zones():
            raise HTTPException(400, f"there is no time zone {zone}")
        answer.set_cookie("zone", zone, YEAR_S, samesite="strict")
    if theme is not None:
        if theme not in THEMES:
            raise HTTPException(400, f"there is no theme {theme}")
        answer.set_cookie("theme", theme, YEAR_S, samesite="strict")
    return answer


@lru_cache(maxsize=1)
def zones() -> tuple[str, ...]:
    """The names of IANA zones that a reader may choose."""
    return tuple(sorted(name for name in available_timezones() if _is_place(name)))


def _is_place(name: str) -> bool:
    return name == "UTC" or ("/" in name and not name.startswith(("Etc/", "posix/", "right/", "US/")))
