"""Walls of the daemon's phones: the ledger's part, and what only this process knows."""

import socket
import threading
from collections.abc import Collection

from runner.queries.roster import Roster
from runner.queries.wall import headline, tiles, wall
from runner.queries.wall_tiles import Around, Headline, TaskProgress, Tile, Wall
from runner.server.dashboard.desk import Desk


class Walls:
    """Makes walls. It keeps the roster as long as the campaigns in force stay; any thread may call it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._host = socket.gethostname()
        self._roster = Roster(())
        self._lock = threading.Lock()

    def wall(self, *, steps: bool = False) -> Wall:
        """The whole wall; `steps` says whether to read those of running attempts."""
        desk = self._desk
        return wall(desk.ledger, self._known(), desk.situation(), self._around(), steps=steps)

    def headline(self) -> Headline:
        """What stands above the wall, for less than a wall costs."""
        return headline(self._desk.ledger, self._known(), self._desk.situation(), self._around())

    def tiles(self, lanes: Collection[str], *, steps: bool = False) -> list[Tile]:
        """The tiles of these lanes."""
        desk = self._desk
        return tiles(desk.ledger, self._known(), desk.situation(), self._around(), lanes, steps=steps)

    def _known(self) -> Roster:
        campaigns = self._desk.campaigns()
        with self._lock:
            known = self._roster.campaigns
            is_same = len(known) == len(campaigns) and all(map(lambda a, b: a is b, known, campaigns))
            if not is_same:
                self._roster = Roster(campaigns)
            return self._roster

    def _around(self) -> Around:
        running, around = self._desk.executor_state().running, self._desk.surroundings()
        return Around(
            progress={
                one.key: TaskProgress(one.ordinal, one.total, one.step) for one in running if one.ordinal
            },
            phones=around.devices,
            adb_problem=around.adb_problem,
            host=self._host,
            outdated=around.outdated,
        )
