"""Which files the posts of the days ahead take on each phone: what the checks `file-again` and `files-run-out` go by.

It begins with nobody having had anything: what a ledger remembers, the plan adds.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from runner.checks.outlook import Outlook, PlannedLanes
from runner.checks.prospects import Prospect
from runner.planning.rotation import Order, pick
from runner.tasks import SeenFile

_MOST_COMPARISONS = 1_000_000
"""How many files are looked at in all: campaigns may have thousands of posts of thousands of files."""


class AgainAhead(NamedTuple):
    """The first post of a prospect that takes a file which its lane has had, from the prospect `before`."""

    prospect: Prospect
    before: Prospect
    file: SeenFile
    start_s: float
    lanes: PlannedLanes

    @property
    def has_run_out(self) -> bool:
        """Whether nothing else was left."""
        posts = self.prospect.posts
        return posts is not None and posts.order is Order.NEXT


def files_ahead(outlook: Outlook) -> list[AgainAhead]:
    """One item for each entry that comes to post a file again, about the lane on which it does so first."""
    found: dict[int, AgainAhead] = {}
    left = _MOST_COMPARISONS
    for lanes in outlook.lanes:
        posting = [number for number in lanes.prospects if outlook.prospects[number].posts]
        if not posting:
            continue
        for number, again in _again(outlook.prospects, lanes):
            if number not in found or again.start_s < found[number].start_s:
                found[number] = again
        left -= sum(
            len(posts.files) * len(prospect.ticks)
            for prospect in (outlook.prospects[number] for number in posting)
            if (posts := prospect.posts)
        )
        if left < 0:
            break
    return [found[number] for number in sorted(found)]


def local(again: AgainAhead) -> datetime:
    """When it is posted again, on the clocks of the campaign."""
    return datetime.fromtimestamp(again.start_s, again.prospect.zone)


def _again(prospects: Sequence[Prospect], lanes: PlannedLanes) -> Iterator[tuple[int, AgainAhead]]:
    had: dict[str, int] = {}
    of: dict[str, Prospect] = {}
    for number, stay in enumerate(lanes.stays):
        prospect = prospects[stay.prospect]
        posts = prospect.posts
        if posts is None or posts.order is Order.RANDOM:  # which draws by the keys of tasks
            continue
        # All lanes of a group stand for one: only where its turn begins would differ.
        taken = pick(posts.files, posts.order, posts.several, ordinal=0, key="", had=had)
        for file in taken:
            if file.sha256 in had:
                yield stay.prospect, AgainAhead(prospect, of[file.sha256], file, stay.start_s, lanes)
            had[file.sha256], of[file.sha256] = number, prospect
