"""What would become of an occurrence that lies ahead if everything went as planned: the plan answers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from runner.campaign.resolve import ResolvedCampaign
from runner.planning import notes
from runner.planning.attention import forecast
from runner.planning.coming import Coming
from runner.planning.conflicts import conflicts
from runner.planning.limits import LOOK_BACK
from runner.planning.notes import Held, Note
from runner.planning.plan import Plan, plan
from runner.planning.source import Window
from runner.queries.entry_history import EntryHistory
from runner.queries.situation import Situation
from runner.queries.usage import usage_until
from runner.queries.why_answer import WhyVerdict
from runner.store.asked.file import whole

_MOMENT = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Forecast:
    """What limits, and earlier tasks on its phones, would do to an occurrence.

    `until_utc` has the tasks that would not start when they are due, by key, with when they could (None: they would be
    missed). `sentences` say why, and what else they would meet.
    """

    tasks: int
    until_utc: Mapping[str, datetime | None]
    sentences: tuple[str, ...]

    @property
    def missed(self) -> int:
        return sum(until is None for until in self.until_utc.values())

    @property
    def verdict(self) -> WhyVerdict:
        if not self.until_utc:
            return WhyVerdict.WILL_RUN
        return WhyVerdict.WILL_BE_MISSED if self.missed == self.tasks else WhyVerdict.WILL_WAIT

    def opening(self, when: str, what: str) -> str:
        """The first sentence of the answer, which words the verdict; `what` are its tasks."""
        if not self.until_utc:
            return f"It will run at {when}: {what}."
        if self.missed == self.tasks:
            return f"It comes at {when}, and would be missed: {what}."
        if len(self.until_utc) == self.tasks:
            return f"It comes at {when}, and would wait: {what}."
        return f"It will run at {when}, save for {len(self.until_utc)} of its tasks: {what}."


def foresee(history: EntryHistory, one: Coming, situation: Situation) -> Forecast:
    """Plan everything that uses its phones, from now on, or from as far before it as limits look back."""
    instant, lanes = one.occurrence.instant_utc, {lane.name for lane in one.plannable.lanes}
    near = [campaign for campaign in history.campaigns.values() if lanes & _lanes_of(campaign)]
    # A moment longer, since a window ends before its last instant, and tasks may be due right there.
    window = Window(max(situation.now, instant - LOOK_BACK), instant + one.plannable.reach + _MOMENT)
    made, usage = plan(near, window), usage_until(whole(history.ledger), one.plannable.lanes, situation.now)
    held = forecast(made, one, situation.zone, usage)
    until = {key: at for some in held if not some.first.is_interrupted for key, at in some.until_utc.items()}
    said = [
        note.message[0].upper() + note.message[1:] + "." for note in _notes(made, one, held, situation.zone)
    ]
    return Forecast(len(one.tasks()), until, tuple(said))


def _notes(made: Plan, one: Coming, held: list[Held], zone: tzinfo) -> Iterator[Note]:
    """The plan's own notes on the occurrence, on the clocks of the answer."""
    occurrence = one.occurrence
    place = (occurrence.campaign, occurrence.entry, occurrence.nominal)
    for conflict in conflicts(made.campaigns, made.window):
        second = conflict.second
        if (second.campaign, second.entry, second.nominal) == place:
            yield notes.on_conflict(conflict, zone)
    for some in held:
        yield notes.on_delays(some, one.plannable.entry.grace, zone)


def _lanes_of(campaign: ResolvedCampaign) -> set[str]:
    return {name for entry in campaign.entries for name in entry.lanes}
