"""Phones: how each is and was, and the live screen of one that is on hold or idle, with a person's hands on it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

from anyio import CapacityLimiter, to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from runner.clock import utc
from runner.errors import PhoneError, PhoneInUse, Unsupported, UsageError
from runner.execution.live_screen import LiveScreens, ScreenFrame, input_of
from runner.queries.phone_page import PhonePage, PhoneSummary, health, summaries
from runner.queries.wall_tiles import Tile
from runner.server.dashboard.changes import topic
from runner.server.dashboard.desk import Desk
from runner.server.dashboard.pages.page import (
    Form,
    action,
    actor,
    own_address,
    page,
    render,
    see_other,
    zone_of,
)
from runner.server.dashboard.walls import Walls
from runner.store.actions import ActionKind
from runner.store.host_rows import HostRow

PICTURES_TOGETHER = 8
"""Phones that are asked for a picture at one time: those that answer nothing keep no page from being made."""

DAYS = (1, 7, 30)
"""How far back the history of a phone's health may reach, in days."""

LOAN = "x-loan"
MOST_REASON = 300


def routes(desk: Desk) -> list[BaseRoute]:
    pages = PhonePages(desk)
    at, act = "/phones/{serial:path}", "/actions/phones/{serial:path}"
    return [
        page("/phones", pages.show_all, name="phones"),
        pages.screen_route(f"{at}/screen"),
        page(f"{at}/health", pages.health),
        page(at, pages.show, name="phone"),
        action(f"{act}/hold", pages.hold),
        action(f"{act}/release", pages.release),
        action(f"{act}/borrow", pages.borrow, tells=False),
        action(f"{act}/return", pages.give_back, tells=False),
        action(f"{act}/input", pages.input, tells=False),
    ]


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list of phones shows; an empty field lets everything through."""

    words: str = ""
    state: str = ""
    tag: str = ""
    campaign: str = ""
    host: str = ""

    @classmethod
    def read(cls, given: Mapping[str, str]) -> "Filter":
        return cls(*(given.get(name, "").strip() for name in ("words", "state", "tag", "campaign", "host")))

    def lets(self, one: PhoneSummary) -> bool:
        tile, facts = one.tile, one.facts
        said = " ".join((one.serial, facts.model, *tile.accounts, *tile.groups, *one.problems)).lower()
        return (
            all(word in said for word in self.words.lower().split())
            and self.state in ("", tile.state.value)
            and (not self.tag or self.tag in tile.groups)
            and (not self.campaign or self.campaign in tile.campaigns)
            and self.host in ("", tile.host)
        )


class PhonePages:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._walls = Walls(desk)

    # Looking

    def show_all(self, request: Request) -> Response:
        every = self._every()
        chosen = Filter.read(request.query_params)
        context = {
            "phones": [one for one in every if chosen.lets(one)],
            "total": len(every),
            "chosen": chosen,
            "query": request.url.query,
            "states": _names((one.tile.state.value,) for one in every),
            "tags": _names(one.tile.groups for one in every),
            "campaigns": _names(one.tile.campaigns for one in every),
            "hosts": _names((one.tile.host,) for one in every if one.tile.host),
        }
        return render(request, "phones.html.j2", context)

    def show(self, request: Request) -> Response:
        desk, serial = self._desk, self._known(request)
        tile = self._walls.tiles([serial])[0]
        context = {
            "phone": PhonePage(desk.ledger, desk.campaigns(), tile, desk.clock.now(), zone_of(request)),
            "serial": serial,
            "days": _days(request),
            "every_days": DAYS,
            "loan": desk.live.lent(serial) if desk.live else None,
            "has_screen": desk.live is not None and not tile.is_elsewhere,
            "host": self._host(tile) if tile.is_elsewhere else None,
        }
        return render(request, "phone.html.j2", context)

    def health(self, request: Request) -> Response:
        """The history of a phone's health as columns of numbers; instants in seconds since 1970."""
        serial, now = self._known(request), self._desk.clock.now()
        told = health(self._desk.ledger, serial, now - timedelta(days=_days(request)), now)
        return JSONResponse(
            {
                "from": told.from_utc.timestamp(),
                "until": told.until_utc.timestamp(),
                "times": [at.timestamp() for at, _ in told.battery],
                "battery": [level for _, level in told.battery],
                "spells": [
                    {
                        "state": one.state,
                        "problem": one.problem,
                        "from": one.from_utc.timestamp(),
                        "until": one.until_utc.timestamp(),
                    }
                    for one in told.spells
                ],
                "read_utc": utc(now),
            }
        )

    def screen_route(self, path: str) -> Route:
        """Pictures are taken in threads of their own: a phone that hangs keeps no page from being made."""
        room = CapacityLimiter(PICTURES_TOGETHER)

        async def endpoint(request: Request) -> Response:
            return await to_thread.run_sync(self._screen, request, limiter=room)

        return Route(path, endpoint)

    def _screen(self, request: Request) -> Response:
        """The screen as a JPEG; or as JSON why there is none now: `{"shows": "task" | "nothing", "says": ...}`."""
        live, serial = self._live(), self._known(request)
        headers = self._loan_headers(live, serial, request)
        try:
            frame = live.frame(serial)
        except PhoneInUse as error:
            return JSONResponse({"shows": "task", "says": error.message}, headers=headers)
        except (PhoneError, Unsupported) as error:
            says = f"{error.message}; {error.hint}" if error.hint else error.message
            return JSONResponse({"shows": "nothing", "says": says}, headers=headers)
        headers |= _frame_headers(frame)
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        return Response(frame.picture.jpeg, headers=headers, media_type="image/jpeg")

    def _loan_headers(self, live: LiveScreens, serial: str, request: Request) -> dict[str, str]:
        """Whether the phone is in the hands of this page, of somebody else, or of nobody."""
        loan = live.lent(serial)
        whose = "none" if loan is None else "own" if loan.id == request.headers.get(LOAN) else "other"
        return {"X-Lent": whose, "Cache-Control": "no-store"}

    # Doing

    def hold(self, request: Request, form: Form) -> Response:
        desk, serial, by = self._desk, self._known(request), actor(request)
        reason = " ".join(form.get("reason", "").split())[:MOST_REASON]
        if any(one.device == serial and not one.ends_by_itself for one in desk.ledger.holds.current()):
            raise UsageError(f"{serial} is on hold already")
        desk.ledger.holds.place(serial, f"{reason} ({by})" if reason else f"put on hold by {by}")
        desk.ledger.actions.note(by, ActionKind.HOLD, serial, reason)
        desk.refresh()
        return self._done(request, form, f"{serial} is on hold: no task begins on it")

    def release(self, request: Request, form: Form) -> Response:
        desk, serial = self._desk, self._known(request)
        if not desk.ledger.holds.release(serial):
            raise UsageError(f"{serial} is not on hold")
        desk.ledger.actions.note(actor(request), ActionKind.RELEASE, serial)
        if desk.live is not None:
            desk.live.give_back(serial)
        desk.refresh()
        return self._done(request, form, f"{serial} may go on")

    def borrow(self, request: Request, form: Form) -> Response:
        serial = self._known(request)
        loan = self._live().borrow(serial, actor(request), form.get("loan"))
        self._desk.changes.tell(topic("phone", serial))
        return JSONResponse({"loan": loan.id})

    def give_back(self, request: Request, form: Form) -> Response:
        serial = self._known(request)
        self._live().give_back(serial, form.get("loan", ""))
        return Response(status_code=204)

    def input(self, request: Request, form: Form) -> Response:
        serial, made = self._known(request), input_of(_said(form))
        self._live().touch(serial, form.get("loan", ""), made)
        self._desk.changes.tell(topic("phone", serial))
        return Response(status_code=204)

    def _done(self, request: Request, form: Form, said: str) -> Response:
        """A page that asked by htmx stays, and hears of the change: what it watches goes on. Others go where their form
        says."""
        if "hx-request" in request.headers and "to" not in form:
            return Response(status_code=204, headers={"X-Notice": quote(said)})
        serial = request.path_params["serial"]
        return see_other(own_address(form.get("to") or f"/phones/{quote(serial, safe='')}"))

    # What there is

    def _every(self) -> list[PhoneSummary]:
        """The phones of the wall, and those that the ledger knows beside them."""
        tiles = list(self._walls.wall().tiles)
        shown = {tile.lane for tile in tiles}
        others = [row.serial for row in self._desk.ledger.phones.all() if row.serial not in shown]
        return summaries(self._desk.ledger, [*tiles, *self._walls.tiles(others)] if others else tiles)

    def _known(self, request: Request) -> str:
        """The phone that an address names. Raises HTTPException for one that nobody knows."""
        serial: str = request.path_params["serial"]
        ledger = self._desk.ledger
        if ledger.phones.get(serial) is None:
            named = {one for campaign in self._desk.campaigns() for one in campaign.phones}
            named |= {hold.device for hold in ledger.holds.current()}
            if serial not in named:
                raise HTTPException(404, f"nobody knows a phone {serial}")
        return serial

    def _host(self, tile: Tile) -> HostRow | None:
        table = self._desk.ledger.hosts_now.table()
        return table.hosts.get(tile.host) if table else None

    def _live(self) -> LiveScreens:
        if self._desk.live is None:
            raise HTTPException(404, "this process drives no phones")
        return self._desk.live


def _names(of_phones: Iterable[Sequence[str]]) -> Sequence[str]:
    return sorted({name for names in of_phones for name in names})


def _days(request: Request) -> int:
    asked = request.query_params.get("days", "")
    return next((days for days in DAYS if asked == str(days)), DAYS[0])


def _frame_headers(frame: ScreenFrame) -> dict[str, str]:
    width, height = frame.picture.size
    return {
        "ETag": f'"{frame.tag}"',
        "X-Shown": frame.picture.shown.value,
        "X-Size": f"{width}x{height}",
    }


def _said(form: Form) -> dict[str, object]:
    """An input as its form says it. Raises UsageError for a place that is no number."""
    said: dict[str, object] = dict(form)
    for name in ("x", "y", "to_x", "to_y", "seconds"):
        if name in form:
            try:
                said[name] = float(form[name])
            except ValueError:
                raise UsageError(f"{name} is no number") from None
    return said
