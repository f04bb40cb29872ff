"""Which files the posts of the days ahead take on each account: what the checks `file-again` and `files-run-out` go by.

It begins with nobody having had anything: what a ledger remembers, the plan adds.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from runner.checks.outlook import Outlook, Stay
from runner.checks.prospects import Prospect
from runner.planning.rotation import Order, pick
from runner.tasks import SeenFile

_MOST_COMPARISONS = 1_000_000
"""How many files are looked at in all: campaigns may have thousands of posts of thousands of files."""

_Visits = tuple[tuple[int, float], ...]
"""The prospects that post on an account, by their numbers, and how many seconds later than others it starts."""


class AgainAhead(NamedTuple):
    """The first post of a prospect that takes a file which its account has had, from the prospect `before`. `where` are
    the accounts, or the devices where none is known."""

    prospect: Prospect
    before: Prospect
    file: SeenFile
    start_s: float
    where: str

    @property
    def has_run_out(self) -> bool:
        """Whether nothing else was left."""
        posts = self.prospect.posts
        return posts is not None and posts.order is Order.NEXT


def files_ahead(outlook: Outlook) -> list[AgainAhead]:
    """One item for each entry that comes to post a file again, about where it does so first; none for those that say
    so themselves."""
    found: dict[int, AgainAhead] = {}
    left = _MOST_COMPARISONS
    for visits, owners in _alike(outlook.prospects).items():
        if not any(_matters(outlook.prospects[number]) for number, _ in visits):
            continue
        where = owners[0] if len(owners) == 1 else f"{owners[0]} and {len(owners) - 1} more"
        for number, again in _again(outlook.prospects, outlook.stays(visits), where):
            if number not in found or again.start_s < found[number].start_s:
                found[number] = again
        left -= sum(_effort(outlook.prospects[number]) for number, _ in visits)
        if left < 0:
            break
    return [found[number] for number in sorted(found)]


def local(again: AgainAhead) -> datetime:
    """When it is posted again, on the clocks of the campaign."""
    return datetime.fromtimestamp(again.start_s, again.prospect.zone)


def _alike(prospects: Sequence[Prospect]) -> dict[_Visits, list[str]]:
    """The accounts on which the same prospects post at the same times: fleets have hundreds of them."""
    visits: dict[str, list[tuple[int, float]]] = {}
    for number, prospect in enumerate(prospects):
        owners = prospect.posts.owners if prospect.posts else ()
        for owner, lane in zip(owners, prospect.lanes, strict=False):
            visits.setdefault(owner, []).append((number, lane.share.total_seconds()))
    alike: dict[_Visits, list[str]] = {}
    for owner, visited in visits.items():
        alike.setdefault(tuple(visited), []).append(owner.partition(":")[2])
    return alike


def _again(
    prospects: Sequence[Prospect], stays: Sequence[Stay], where: str
) -> Iterator[tuple[int, AgainAhead]]:
    """Where each prospect of an account first posts a file again, in the order of time."""
    had: dict[str, int] = {}
    of: dict[str, Prospect] = {}
    left = {number for number in {stay.prospect for stay in stays} if _matters(prospects[number])}
    for number, stay in enumerate(stays):
        prospect = prospects[stay.prospect]
        posts = prospect.posts
        if posts is None or posts.order is Order.RANDOM:  # which draws by the keys of tasks
            continue
        # All accounts of a group stand for one: only where its turn begins would differ.
        taken = pick(posts.files, posts.order, posts.several, ordinal=0, key="", had=had)
        for file in taken:
            if file.sha256 in had and stay.prospect in left:
                left.discard(stay.prospect)
                yield stay.prospect, AgainAhead(prospect, of[file.sha256], file, stay.start_s, where)
            had[file.sha256], of[file.sha256] = number, prospect
        if not left:  # what comes later tells nothing new
            return


def _matters(prospect: Prospect) -> bool:
    """Whether it is news that it posts a file again, or that its files run out."""
    posts = prospect.posts
    return posts is not None and (posts.order is Order.NEXT or not posts.is_written)


def _effort(prospect: Prospect) -> int:
    return len(prospect.posts.files) * len(prospect.ticks) if prospect.posts else 0
