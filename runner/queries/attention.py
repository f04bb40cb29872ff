"""What needs a person, the most pressing first, each with what can be done about it."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import islice

from runner.queries.advice import AcceptRestore, Action, EndPause, MendFile, ReleaseHold, Resolve
from runner.queries.hosts import troubles
from runner.queries.phones import PhoneLine
from runner.queries.situation import Situation
from runner.queries.why_task import explain_task
from runner.store.campaign_rows import InvalidFile
from runner.store.ledger import Ledger
from runner.store.phone_rows import Hold
from runner.store.request_rows import PauseRow, PauseScope
from runner.store.rows import TaskFilter, TaskRecord, TaskRow
from runner.tasks import Effect, TaskState

MOST = 10
"""How many of each kind are named."""


class NeedKind(StrEnum):
    """Why a person is needed. `host`: one is gone with its phones, or no daemon leads."""

    OUTDATED = "outdated"
    HOST = "host"
    HOLD = "hold"
    UNCERTAIN = "uncertain"
    IN_DOUBT = "in doubt"
    INVALID_FILE = "invalid file"
    AWAY = "away"
    PAUSE = "pause"


@dataclass(frozen=True, slots=True)
class Attention:
    """Something that a person should look at. `subject` is the phone, file or campaign, `said` what is known of it,
    `action` what can be done; None where nobody but the person can do it. `row` is the task that it is
    about, `campaign` the one of a file, `scope` that of a pause."""

    kind: NeedKind
    subject: str
    said: str
    action: Action | None
    since_utc: datetime | None = None
    row: TaskRow | None = None
    campaign: str | None = None
    scope: PauseScope | None = None


@dataclass(frozen=True, slots=True)
class Needs:
    """`left_out` counts, by kind, those that are not named. Pauses stand among them and do not count: somebody wants
    them."""

    named: tuple[Attention, ...]
    left_out: Mapping[NeedKind, int]

    @property
    def count(self) -> int:
        named = sum(one.kind is not NeedKind.PAUSE for one in self.named)
        return named + sum(count for kind, count in self.left_out.items() if kind is not NeedKind.PAUSE)


def needs(
    ledger: Ledger,
    situation: Situation,
    doubts: Mapping[str, Sequence[Effect]],
    running: Collection[str],
    away: Sequence[PhoneLine],
    outdated: str | None,
) -> Needs:
    """What needs a person now. `doubts` are the effects in doubt by task, `running` the keys of tasks that run, whose
    doubts their attempts are about to settle; `away` are the phones that cannot be used, `outdated` says why nothing is
    done with the ledger, if so."""
    found: list[Attention] = [] if outdated is None else [_outdated(outdated)]
    stopping = tuple(_of_hosts(situation))
    left_out: dict[NeedKind, int] = {}
    uncertain_count, uncertain = ledger.tasks.page(TaskFilter(states={TaskState.UNCERTAIN}), 0, MOST)
    in_doubt = [key for key in doubts if key not in running]
    invalid = ledger.campaigns.invalid_files()
    groups: list[tuple[NeedKind, int, Iterable[Attention]]] = [
        (NeedKind.HOST, len(stopping), stopping),
        (NeedKind.HOLD, len(situation.holds), map(_hold, situation.holds.values())),
        (NeedKind.UNCERTAIN, uncertain_count, map(_uncertain, uncertain)),
        (NeedKind.IN_DOUBT, len(in_doubt), _in_doubt(ledger, situation, in_doubt, doubts)),
        (NeedKind.INVALID_FILE, len(invalid), map(_invalid, invalid)),
        (NeedKind.AWAY, len(away), map(_away, away)),
        (NeedKind.PAUSE, len(situation.pauses), map(_pause, situation.pauses)),
    ]
    for kind, count, some in groups:
        found += islice(some, MOST)
        if count > MOST:
            left_out[kind] = count - MOST
    return Needs(tuple(found), left_out)


def _outdated(problem: str) -> Attention:
    return Attention(NeedKind.OUTDATED, "ledger", problem, AcceptRestore(problem))


def _of_hosts(situation: Situation) -> Iterator[Attention]:
    """What is wrong between hosts, as far as tasks wait for it."""
    if situation.hosts is not None:
        for one in troubles(situation.hosts, situation.time):
            if one.kind.stops_tasks:
                yield Attention(NeedKind.HOST, one.subject, one.said, one.advice)


def _hold(hold: Hold) -> Attention:
    return Attention(NeedKind.HOLD, hold.device, hold.reason, ReleaseHold(hold.device), hold.placed_utc)


def _uncertain(row: TaskRow) -> Attention:
    return Attention(
        NeedKind.UNCERTAIN, row.task.lane, row.reason, Resolve(row.id, row.task.lane), row.finished_utc, row
    )


def _in_doubt(
    ledger: Ledger, situation: Situation, keys: Sequence[str], doubts: Mapping[str, Sequence[Effect]]
) -> Iterator[Attention]:
    for key in keys[:MOST]:
        row = ledger.tasks.get(key)
        if row is not None:
            said = explain_task(TaskRecord(row, (), tuple(doubts[key])), situation).sentences[0]
            yield Attention(
                NeedKind.IN_DOUBT, row.task.lane, said, Resolve(row.id, row.task.lane), row.started_utc, row
            )


def _invalid(file: InvalidFile) -> Attention:
    return Attention(
        NeedKind.INVALID_FILE,
        file.path,
        file.problem,
        MendFile(file.path),
        file.since_utc,
        campaign=file.campaign,
    )


def _away(phone: PhoneLine) -> Attention:
    return Attention(NeedKind.AWAY, phone.serial, phone.state, None)


def _pause(pause: PauseRow) -> Attention:
    action = EndPause(pause.subject)
    return Attention(
        NeedKind.PAUSE, pause.subject or "", pause.by, action, pause.since_utc, scope=pause.scope
    )
