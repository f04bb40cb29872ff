"""Why nothing, or what, was at an instant of a lane: every gap of a timeline has an answer, in the words of `why`."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from runner.campaign.resolve import ResolvedCampaign
from runner.clock import utc
from runner.planning.plannable_entry import PlannableEntry
from runner.queries.advice import Advice, EndPause, ReleaseHold
from runner.queries.situation import Situation
from runner.queries.timeline_bands import Band, BandKind, closed_hours, past_bands
from runner.queries.timeline_lanes import By, TimelineLanes
from runner.queries.why_answer import NOWHERE, WhyAnswer, WhyVerdict
from runner.queries.why_entry import explain_entry
from runner.store.instants import EPOCH
from runner.store.ledger import Ledger

MOST_ENTRIES = 6
"""Of how many entries of a lane one click tells."""

_MINUTE = timedelta(minutes=1)
_VERDICTS = {
    BandKind.BEFORE: WhyVerdict.DAEMON_WAS_DOWN,
    BandKind.DOWN: WhyVerdict.DAEMON_WAS_DOWN,
    BandKind.PAUSE: WhyVerdict.PAUSED,
    BandKind.HOLD: WhyVerdict.ON_HOLD,
    BandKind.CLOSED: WhyVerdict.HELD_BACK,
}


def why_at(
    ledger: Ledger,
    campaigns: Mapping[str, ResolvedCampaign],
    by: By,
    lane: str,
    at: datetime,
    situation: Situation,
    entry: tuple[str, str] | None = None,
) -> list[WhyAnswer]:
    """What kept the lane from working at the instant, then what each of its entries has to say about that minute, as
    the command `why` does; with `entry` (campaign, entry) only that one."""
    at = at.replace(second=0, microsecond=0)
    lanes = TimelineLanes(by, campaigns)
    asked = [entry] if entry else _entries_of(lanes, lane, by)
    answers = [
        answer
        for campaign, name in asked[:MOST_ENTRIES]
        for answer in explain_entry(ledger, campaign, name, utc(at), situation)
    ]
    # Those that lead to something go before those that have nothing at this minute.
    answers.sort(key=lambda answer: answer.verdict in NOWHERE)
    return [*_kept_by(ledger, lanes, lane, at, campaigns, situation), *answers]


def _entries_of(lanes: TimelineLanes, lane: str, by: By) -> list[tuple[str, str]]:
    if by is By.CAMPAIGN:
        campaign, _, entry = lane.partition("/")
        return [(campaign, entry)] if entry else []
    named = (one.name for one in lanes.plannables if lane in _names(lanes, one))
    return list(dict.fromkeys(named))


def _names(lanes: TimelineLanes, plannable: PlannableEntry) -> set[str]:
    return {lanes.lines[number].name for number in lanes.names_of(plannable).values()}


def _kept_by(
    ledger: Ledger,
    lanes: TimelineLanes,
    lane: str,
    at: datetime,
    campaigns: Mapping[str, ResolvedCampaign],
    situation: Situation,
) -> Iterator[WhyAnswer]:
    """What lay over the lane at the instant."""
    bands = [
        *past_bands(ledger, lanes, at, at + _MINUTE, situation.now),
        *closed_hours(lanes, campaigns, at - timedelta(days=1), at + timedelta(days=1), situation.zone),
    ]
    for band in bands:
        is_here = band.lanes is None or lane in {lanes.lines[number].name for number in band.lanes}
        if is_here and band.from_utc <= at and (band.until_utc is None or at < band.until_utc):
            yield _answer(band, lane, at, situation)


def _answer(band: Band, lane: str, at: datetime, situation: Situation) -> WhyAnswer:
    since = "" if band.from_utc == EPOCH else f"from {situation.time(band.from_utc)} "
    until = f"until {situation.time(band.until_utc)} " if band.until_utc else ""
    said = f"{since}{until}{band.reason.rstrip('.')}."
    advice: tuple[Advice, ...] = ()
    if band.until_utc is None:
        advice = {
            BandKind.BEFORE: (situation.start,),
            BandKind.DOWN: (situation.start,),
            BandKind.PAUSE: (EndPause(band.subject),),
            BandKind.HOLD: (ReleaseHold(band.subject or lane),),
        }.get(band.kind, ())
    facts = {"from_utc": utc(band.from_utc), "until_utc": utc(band.until_utc)}
    return WhyAnswer(
        _VERDICTS[band.kind],
        f"{lane} at {situation.time(at)}",
        (said[0].upper() + said[1:],),
        facts,
        advice,
    )
