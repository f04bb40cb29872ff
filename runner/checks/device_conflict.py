"""Check `device-conflict`: two entries want one phone at the same time."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from math import inf

from runner.checks.calendar import shown
from runner.checks.compact_campaign import CompactCampaign
from runner.checks.outlook import Outlook, PlannedLanes, Stay
from runner.checks.prospects import Prospect
from runner.diagnostics import Diagnostic

CODE = "device-conflict"

_HINT = "move one of them; otherwise the second waits until the first is done"


def check(outlook: Outlook) -> Iterator[tuple[CompactCampaign, Diagnostic]]:
    """One diagnostic for two entries, about the first time at which they meet."""
    meetings: dict[tuple[int, int], tuple[Stay, Stay, PlannedLanes]] = {}
    for phones in outlook.lanes:
        for first, second in _overlaps(phones.stays) if phones.scope == "device" else ():
            one, other = sorted((first.prospect, second.prospect))
            known = meetings.get((one, other))
            if known is None or second.start_s < known[1].start_s:
                meetings[one, other] = first, second, phones
    for (one, other), (first, second, phones) in meetings.items():
        busy = outlook.prospects[first.prospect].name
        campaign = outlook.prospects[other].campaign
        found = _warning(outlook.prospects[one], outlook.prospects[other], busy, (first, second), phones)
        yield campaign, found


def _overlaps(stays: Sequence[Stay]) -> Iterator[tuple[Stay, Stay]]:
    """Each stay that starts before another entry's stay has ended, as a pair: the other, and it."""
    # Only the stay that ends last is remembered, so that one pass is enough.
    longest, busy_until_s, its = None, -inf, -1
    for stay in stays:
        start_s, prospect, end_s = stay
        if start_s < busy_until_s and prospect != its and longest:
            yield longest, stay
        if end_s > busy_until_s:
            longest, busy_until_s, its = stay, end_s, prospect


def _warning(
    one: Prospect, other: Prospect, busy: str, meeting: tuple[Stay, Stay], phones: PlannedLanes
) -> Diagnostic:
    """The warning, at the later of the two entries in the files; `busy` names the one whose stay comes first."""
    campaign, names = other.campaign.view, f"`{other.name}` and `{one.name}`"
    instants = (datetime.fromtimestamp(at_s, UTC) for at_s in (meeting[1].start_s, meeting[0].end_s))
    start, end = map(campaign.calendar.local, instants)
    message = (
        f"{names} both want {phones.shown} at {shown(start)}: "
        f"`{busy}` is expected to need it until {end:%H:%M:%S}"
    )
    home = one.campaign.view
    related = home.related(home.head(one.path), f"the entry `{one.name}`")
    return campaign.warning(CODE, campaign.head(other.path), message, _HINT, related=(related,))
