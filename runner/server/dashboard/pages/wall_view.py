"""How a reader wants to see the wall: the size of its tiles, their groups, and which of them; all in the address."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from hashlib import blake2b
from typing import Any, NamedTuple, Self
from urllib.parse import urlencode

from runner.queries.wall_tiles import Tile, TileState

SIZES = {"s": "Small", "m": "Medium", "l": "Large"}
GROUPINGS = {
    "none": "No groups",
    "tag": "By tag",
    "campaign": "By campaign",
    "host": "By host",
    "state": "By state",
}

MOST_TEXT = 100
"""How much of a text is searched for."""


class Section(NamedTuple):
    """Tiles under one heading; "" for none."""

    name: str
    tiles: list[Tile]


@dataclass(frozen=True, slots=True)
class WallView:
    """Which tiles a wall shows, and how; an empty text lets all through. `tag` is the name of a device group."""

    size: str = "m"
    group: str = "none"
    tag: str = ""
    campaign: str = ""
    host: str = ""
    state: str = ""
    q: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Self:
        """The view that an address asks for; what means nothing is left out."""
        size, group, state = (query.get(name, "") for name in ("size", "group", "state"))
        return cls(
            size=size if size in SIZES else "m",
            group=group if group in GROUPINGS else "none",
            tag=query.get("tag", ""),
            campaign=query.get("campaign", ""),
            host=query.get("host", ""),
            state=state if state in list(TileState) else "",
            q=query.get("q", "").strip()[:MOST_TEXT],
        )

    @property
    def moves(self) -> bool:
        """Whether a tile's state decides where it stands, or whether it is shown at all."""
        return self.group == "state" or bool(self.state)

    @property
    def chooses(self) -> bool:
        """Whether it leaves tiles out."""
        return any((self.tag, self.campaign, self.host, self.state, self.q))

    def query(self, **changes: Any) -> str:
        """The query string of this view, or of one that differs from it; without what is usual."""
        usual, wanted = asdict(WallView()), asdict(replace(self, **changes))
        return urlencode({name: value for name, value in wanted.items() if value != usual[name]})

    def url(self, **changes: Any) -> str:
        query = self.query(**changes)
        return f"/?{query}" if query else "/"

    def shows(self, tile: Tile) -> bool:
        return (
            (not self.tag or self.tag in tile.groups)
            and (not self.campaign or self.campaign in tile.campaigns)
            and (not self.host or self.host == tile.host)
            and (not self.state or self.state == tile.state)
            and (not self.q or self.q.casefold() in _searched(tile))
        )

    def sections(self, tiles: Iterable[Tile]) -> list[Section]:
        """The tiles that it shows, by the headings under which they stand: a tile stands under the first of its tags
        or campaigns, and states come in the order in which they want to be seen."""
        found: dict[str, list[Tile]] = {}
        for tile in filter(self.shows, tiles):
            found.setdefault(self._heading(tile), []).append(tile)
        names = [state for state in TileState if state in found] if self.group == "state" else list(found)
        return [Section(name, found[name]) for name in names]

    def _heading(self, tile: Tile) -> str:
        match self.group:
            case "tag":
                return next(iter(tile.groups), "without a tag")
            case "campaign":
                return next(iter(tile.campaigns), "without a campaign")
            case "host":
                return tile.host or "without a host"
            case "state":
                return tile.state
        return ""


class Choices(NamedTuple):
    """What there is to filter by."""

    tags: list[str]
    campaigns: list[str]
    hosts: list[str]

    @classmethod
    def of(cls, tiles: Iterable[Tile]) -> Self:
        every = list(tiles)
        return cls(
            sorted({name for tile in every for name in tile.groups}),
            sorted({name for tile in every for name in tile.campaigns}),
            sorted({tile.host for tile in every if tile.host}),
        )


def slug(lane: str) -> str:
    """The id of a lane's tile in the page: letters and digits, whatever the lane is called."""
    return blake2b(lane.encode(errors="replace"), digest_size=6).hexdigest()


def _searched(tile: Tile) -> str:
    return "\n".join(_words(tile)).casefold()


def _words(tile: Tile) -> Iterator[str]:
    yield tile.lane
    yield from (*tile.accounts, *tile.groups, *tile.campaigns)
    if tile.running is not None:
        yield tile.running.row.task.title
    if tile.following is not None:
        yield tile.following.title
