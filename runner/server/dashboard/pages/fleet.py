"""The fleet, for the wall of an office: large enough for five metres, and nothing to press."""

import math
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from runner import __version__
from runner.reports.shown import shortened
from runner.server.dashboard.desk import Desk
from runner.server.dashboard.pages.now import digest, pictures_of
from runner.server.dashboard.pages.page import frame_of, page, render
from runner.server.dashboard.pages.wall_view import slug
from runner.server.dashboard.walls import Walls

SPACE = 1.9
"""How much wider than high the place for the screens is on a screen of 1920 x 1080."""

SHAPE = 0.5
"""How much wider than high a phone with its name is: less than 1."""

NAMES, LEAST_NAME = 160, 5
"""How many letters of names fit beside each other, and how many each has at least."""


def routes(desk: Desk) -> list[BaseRoute]:
    walls = Walls(desk)

    def show(request: Request) -> Response:
        return render(request, "fleet.html.j2", _context(request))

    def live(request: Request) -> Response:
        return render(request, "fleet.html.j2", _context(request), block="live")

    def _context(request: Request) -> dict[str, Any]:
        wall = walls.wall()
        across = columns(len(wall.tiles))
        return {
            "headline": wall.headline,
            "totals": wall.headline.totals,
            "tiles": wall.tiles,
            "pictures": pictures_of(desk, wall.tiles),
            "columns": across,
            "names": shortened([tile.lane for tile in wall.tiles], max(NAMES // across, LEAST_NAME)),
            "life": digest((__version__, frame_of(request).assets.version)),
            "slug": slug,
        }

    return [page("/fleet", show), page("/fleet/live", live)]


def columns(tiles: int) -> int:
    """In how many columns so many phones are largest, so that all of them fit; fleet.js measures more exactly."""
    if tiles < 1:
        return 1

    def size(across: int) -> float:
        down = math.ceil(tiles / across)
        return min(SPACE / across / SHAPE, 1 / down)

    return max(range(1, tiles + 1), key=lambda across: (size(across), -across))
