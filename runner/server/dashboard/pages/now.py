"""Now: what needs a person, what each phone does, and what comes next."""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from runner.queries.wall_tiles import Headline, Tile
from runner.server.dashboard.desk import Desk
from runner.server.dashboard.pages.page import page, render
from runner.server.dashboard.pages.wall_view import GROUPINGS, SIZES, Choices, WallView, slug
from runner.server.dashboard.walls import Walls
from runner.store.lanes_now import NewestScreenshot

TEMPLATE = "now.html.j2"

MOST_TILES = 300
"""The most tiles that are asked for at once; a page that wants more loads the whole wall."""


def routes(desk: Desk) -> list[BaseRoute]:
    walls = Walls(desk)

    def show(request: Request) -> Response:
        view = WallView.read(request.query_params)
        wall = walls.wall(steps=view.size == "l")
        sections = view.sections(wall.tiles)
        shown = [tile for section in sections for tile in section.tiles]
        context = {
            **_above(view, wall.headline),
            **_drawing(desk, view, shown),
            "sections": sections,
            "shown": shown,
            "choices": Choices.of(wall.tiles),
        }
        answer = render(request, TEMPLATE, context)
        if request.headers.get("hx-trigger") == "wall-tools":
            answer.headers["HX-Push-Url"] = view.url()
        return answer

    def above(request: Request) -> Response:
        """What stands above the wall; nothing if the page has it already."""
        view = WallView.read(request.query_params)
        context = _above(view, walls.headline())
        if request.query_params.get("tag_of_page") == context["tag_of_page"]:
            return Response(status_code=204)
        return render(request, TEMPLATE, context, block="above")

    def tiles(request: Request) -> Response:
        """The changeable parts of some tiles."""
        view = WallView.read(request.query_params)
        lanes = request.query_params.getlist("lane")[:MOST_TILES]
        shown = walls.tiles(lanes, steps=view.size == "l")
        return render(
            request, "tiles.html.j2", {**_drawing(desk, view, shown), "shown": shown}, block="tiles"
        )

    return [page("/", show), page("/now/above", above), page("/now/tiles", tiles)]


def _above(view: WallView, headline: Headline) -> dict[str, Any]:
    situation = headline.situation
    parts = (
        headline.totals,
        headline.needs,
        headline.adb_problem,
        headline.lanes,
        situation.pauses,
        situation.now.astimezone(situation.zone).date(),
    )
    return {
        "view": view,
        "headline": headline,
        "totals": headline.totals,
        "roster": digest(headline.lanes),
        "tag_of_page": digest(parts),
    }


def _drawing(desk: Desk, view: WallView, shown: Sequence[Tile]) -> dict[str, Any]:
    return {
        "view": view,
        "pictures": pictures_of(desk, shown) if view.size != "s" else {},
        "slug": slug,
        "sizes": SIZES,
        "groupings": GROUPINGS,
    }


def pictures_of(desk: Desk, shown: Sequence[Tile]) -> Mapping[str, NewestScreenshot]:
    """The newest screens of the phones of these tiles."""
    return desk.screens.newest([tile.device for tile in shown if tile.device])


def digest(value: object) -> str:
    """Tells values apart: what is drawn from an equal one looks equal."""
    return blake2b(repr(value).encode(errors="replace"), digest_size=8).hexdigest()
