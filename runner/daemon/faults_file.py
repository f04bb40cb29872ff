"""Files of faults for rehearsals: what goes wrong, with its times as instants of a rehearsal."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from pathlib import Path
from typing import Any

from runner.campaign.beside import FilesBeside
from runner.campaign.document import Document
from runner.campaign.nearest import legal_names
from runner.campaign.quantities import Duration
from runner.campaign.structure import check_faults
from runner.campaign.weekdays import DAYS
from runner.diagnostics import Diagnostic, Severity, tidy
from runner.planning.walltime import resolve
from runner.targets import DEFAULT_APP

CODE = "bad-fault"
_DAY = timedelta(days=1)
_NUMBERED = re.compile(r"day ([0-9]+)")


class FaultKind(StrEnum):
    PHONE_AWAY = "phone-away"
    LOGIN_SCREEN = "login-screen"
    SLOW_UPLOADS = "slow-uploads"
    NO_SPACE = "no-space"
    MACHINE_DOWN = "machine-down"


@dataclass(frozen=True, slots=True)
class ScriptedFault:
    """One fault with its instants. `phone` is empty for the machine, `upload_s` 0 for all but slow uploads."""

    kind: FaultKind
    from_utc: datetime
    until_utc: datetime
    phone: str = ""
    app: str = DEFAULT_APP
    upload_s: float = 0.0


@dataclass(frozen=True, slots=True)
class FaultsRead:
    """A file of faults as read, with its problems; `faults` are empty if it has any."""

    document: Document
    faults: tuple[ScriptedFault, ...]
    diagnostics: tuple[Diagnostic, ...]


def read_faults(path: Path, start_utc: datetime, zone: tzinfo, phones: Collection[str]) -> FaultsRead:
    """The faults of a file, for a rehearsal on these phones that begins at an instant, on the clocks of a zone."""
    document = _FILES.load(path)
    problems = list(document.diagnostics)
    if document.data is not None or not problems:
        problems += check_faults(document)
    faults: list[ScriptedFault] = []
    if not problems:
        for number, written in enumerate(document.data["faults"]):
            reader = _Fault(document, number, written, start_utc, zone, phones)
            problems += reader.problems()
            if not problems:
                faults.append(reader.scripted())
    return FaultsRead(document, () if problems else tuple(faults), tuple(tidy(problems)))


_FILES = FilesBeside(lambda document: document)


@dataclass(frozen=True, slots=True)
class _Fault:
    """One item of the file, which fits the schema."""

    document: Document
    number: int
    written: Mapping[str, Any]
    start_utc: datetime
    zone: tzinfo
    phones: Collection[str]

    def scripted(self) -> ScriptedFault:
        from_utc, until_utc = self._times()
        upload = self.written.get("upload_time")
        return ScriptedFault(
            self._kind,
            from_utc,
            until_utc,
            self.written.get("phone") or "",
            self.written.get("app") or DEFAULT_APP,
            Duration.parse(upload).delta.total_seconds() if upload else 0.0,
        )

    @property
    def _kind(self) -> FaultKind:
        return FaultKind(self.written["fault"])

    def problems(self) -> Iterator[Diagnostic]:
        needed = {key for key, kinds in _NEEDED.items() if self._kind in kinds}
        for key in needed - set(self.written):
            yield self._problem(None, f"`{self._kind}` needs `{key}`", f"add `{key}: {_EXAMPLES[key]}`")
        for key in _LEGAL:
            if key in self.written and self._kind not in _LEGAL[key]:
                kinds = " and ".join(f"`{kind}`" for kind in _LEGAL[key])
                yield self._problem(key, f"`{key}` says nothing of `{self._kind}`", f"it is for {kinds}")
        phone = self.written.get("phone")
        if phone is not None and self._kind in _OF_PHONES and phone not in self.phones:
            message = f"no campaign of this rehearsal works on the phone {phone}"
            yield self._problem("phone", message, legal_names(phone, self.phones))
        try:
            from_utc, until_utc = self._times()
        except ValueError as error:
            yield self._problem("from", f"there is no such day: {error}")
            return
        if until_utc <= from_utc:
            yield self._problem("until", "this fault is over before it begins", "name a later time")
        if until_utc <= self.start_utc:
            hint = "name a later time, or begin the rehearsal before it with --from"
            yield self._problem("until", "this fault is over before the rehearsal begins", hint)

    def _problem(self, key: str | None, message: str, hint: str | None = None) -> Diagnostic:
        place = ("faults", self.number) if key is None else ("faults", self.number, key)
        return Diagnostic(self.document.path, self.document.span(place), Severity.ERROR, CODE, message, hint)

    def _times(self) -> tuple[datetime, datetime]:
        from_utc = self._instant(self.written["from"], self.start_utc)
        return from_utc, self._instant(self.written["until"], from_utc + timedelta.resolution)

    def _instant(self, written: str, not_before: datetime) -> datetime:
        """The instant of a time; of one that comes again and again the first that is not before another."""
        words, _, clock = written.rpartition(" ")
        at = time.fromisoformat(clock)
        if numbered := _NUMBERED.fullmatch(words):
            first = self.start_utc.astimezone(self.zone).date()
            return self._at(first + (int(numbered[1]) - 1) * _DAY, at)
        if words and words not in DAYS:
            return self._at(date.fromisoformat(words), at)
        day = not_before.astimezone(self.zone).date()
        while (words and DAYS[day.weekday()] != words) or self._at(day, at) < not_before:
            day += _DAY
        return self._at(day, at)

    def _at(self, day: date, at: time) -> datetime:
        return resolve(datetime.combine(day, at), self.zone).instant_utc


_OF_PHONES = tuple(kind for kind in FaultKind if kind is not FaultKind.MACHINE_DOWN)
_LEGAL: Mapping[str, tuple[FaultKind, ...]] = {
    "phone": _OF_PHONES,
    "app": (FaultKind.LOGIN_SCREEN,),
    "upload_time": (FaultKind.SLOW_UPLOADS,),
}
_NEEDED = {"phone": _OF_PHONES, "upload_time": (FaultKind.SLOW_UPLOADS,)}
_EXAMPLES = {"phone": "R58M123ABC", "upload_time": "2m"}
