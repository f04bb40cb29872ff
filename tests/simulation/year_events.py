"""What happens in the simulated year: restarts, reloads, sleep, clocks that step."""

import random
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

from year_campaigns import ZONES, cron, daily, dense, ordinary
from year_daemon import START, Alter, Year
from year_oracle import Campaign, Entry

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Event:
    at: datetime
    what: Callable[[Year], None]


def events(rng: random.Random, year: int = 2026) -> list[Event]:
    """What happens in the year, in order."""
    found = [*_long_absences(), *_short_absences(rng), *_clock_changes(), *_steps(rng), *_reloads()]
    return sorted(found, key=lambda event: event.at)


def _at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}:37+00:00")


DENSE = [date(2026, 1, 20) + 42 * number * DAY for number in range(8)]


def _long_absences() -> Iterable[Event]:
    """For each zone, a campaign of every minute comes, is missed for days, and goes."""
    for number, first in enumerate(DENSE):
        start = datetime(first.year, first.month, first.day, 8, 1, 37, tzinfo=UTC)
        yield Event(
            start - 2 * DAY, _reloading(partial(_bring, campaign=dense(number, ZONES[number], first)))
        )
        yield Event(start, _restarting(6 * DAY + 16 * HOUR))
        yield Event(start + 9 * DAY, _reloading(partial(_withdraw, file=f"dense-{number}")))


def _short_absences(rng: random.Random) -> Iterable[Event]:
    lengths = [rng.randrange(2, 90) * SECOND for _ in range(18)]
    lengths += [rng.randrange(2, 50) * MINUTE for _ in range(10)]
    lengths += [rng.randrange(60, 600) * MINUTE for _ in range(10)]
    for length in lengths:
        yield Event(START + rng.randrange(500_000) * MINUTE + 20 * SECOND, _restarting(length))


def _restarting(length: timedelta) -> Callable[[Year], None]:
    return lambda year: year.restart(length)


def _clock_changes() -> Iterable[Event]:
    """Restarts around the instants at which clocks of the zones change."""
    for at in ("03-08T06:31", "03-29T00:31", "04-04T13:31", "09-06T03:31", "10-25T00:31", "11-01T05:31"):
        yield Event(_at(at), _restarting(47 * MINUTE))


def _steps(rng: random.Random) -> Iterable[Event]:
    for number in range(8):
        length = (rng.randrange(3, 3000) * SECOND, rng.randrange(1, 30) * HOUR)[number % 2]
        yield Event(START + rng.randrange(500_000) * MINUTE + 20 * SECOND, _sleeping(length))
    for at, length in (("02-11T10:31", HOUR), ("05-13T21:31", 9 * HOUR), ("08-19T14:31", 25 * MINUTE)):
        yield Event(_at(at), _stepping_back(length))
    yield Event(_at("11-11T09:31"), _there_and_back)


def _sleeping(length: timedelta) -> Callable[[Year], None]:
    def happen(year: Year) -> None:
        year.at_rest()
        year.sleep(length)

    return happen


def _stepping_back(length: timedelta) -> Callable[[Year], None]:
    def happen(year: Year) -> None:
        year.at_rest()
        year.step_back(length)

    return happen


def _there_and_back(year: Year) -> None:
    """The clock is wrong by a month for half an hour, while a start time is added."""
    year.at_rest()
    year.step_back(30 * DAY)
    year.live_until(year.clock.now() + 30 * MINUTE)
    year.at_rest()
    year.sleep(30 * DAY)


def _reloads() -> Iterable[Event]:
    added = Entry("added", (daily("13:20", "19:40"),), "run_all", 5400)
    changes: list[tuple[str, Callable[[Year], None]]] = [
        ("01-14T08:01", lambda year: _add(year, "zone-0", added)),
        ("02-02T08:01", lambda year: _add(year, "zone-1", replace(added, name="added1", overlap="skip"))),
        ("02-20T08:03", lambda year: _remove(year, "zone-2", "rounds2")),
        ("03-10T13:01", lambda year: _alter(year, "zone-3", "daily3", rules=(daily("08:00", "17:00"),))),
        ("03-28T09:03", lambda year: _remove(year, "zone-0", "spread0")),
        ("04-09T12:01", lambda year: _alter(year, "zone-4", "late4", on_missed="skip")),
        ("04-20T12:01", lambda year: _rename(year, "zone-5", "kathmandu")),
        ("05-05T18:01", lambda year: _spoil(year, "zone-6")),
        ("05-25T18:01", lambda year: _alter(year, "zone-6", "daily6", rules=(cron("5 */8 * * *"),))),
        ("06-11T18:01", lambda year: _add(year, "zone-7", replace(added, name="added7"))),
        ("06-24T06:01", lambda year: _alter(year, "zone-7", "added7", rules=(cron("40 13 * * *"),))),
        ("07-07T06:01", lambda year: _rename(year, "zone-4", "santiago")),
        ("07-15T06:01", lambda year: _remove(year, "zone-1", "sundays1")),
        ("08-01T06:01", lambda year: _alter(year, "zone-0", "nights0", on_missed="skip")),
        ("08-12T06:01", lambda year: _spoil(year, "zone-3")),
        ("08-30T06:01", lambda year: _alter(year, "zone-3", "late3", grace_s=600)),
        ("09-21T06:01", lambda year: _rename(year, "zone-2", "lord-howe")),
        ("10-05T06:01", lambda year: _add(year, "zone-0", replace(added, name="added0"))),
        ("11-14T06:01", lambda year: _remove(year, "zone-0", "added0")),
        ("12-10T06:01", lambda year: _alter(year, "zone-1", "often1", overlap="queue")),
    ]
    for at, change in changes:
        yield Event(_at(at), _reloading(change))


def _reloading(change: Callable[[Year], None]) -> Callable[[Year], None]:
    def happen(year: Year) -> None:
        change(year)
        year.reload()

    return happen


def _bring(year: Year, campaign: Campaign) -> None:
    year.write(campaign)


def _add(year: Year, file: str, entry: Entry) -> None:
    campaign = year.campaigns[file]
    year.write(replace(campaign, entries=(*campaign.entries, entry)), file=file)


def _remove(year: Year, file: str, name: str) -> None:
    campaign = year.campaigns[file]
    year.write(replace(campaign, entries=tuple(e for e in campaign.entries if e.name != name)), file=file)


def _alter(year: Year, file: str, name: str, **values: object) -> None:
    campaign = year.campaigns[file]
    entries = (replace(entry, **values) if entry.name == name else entry for entry in campaign.entries)
    year.write(replace(campaign, entries=tuple(entries)), file=file)


def _rename(year: Year, file: str, name: str) -> None:
    campaign = year.campaigns[file]
    year.write(replace(campaign, name=name, formerly=(campaign.name,)), file=file)


def _spoil(year: Year, file: str) -> None:
    (year.files / f"{file}.yaml").write_text(f"version: 1\nname: {file}\nscripts: {{oops\n")


def _withdraw(year: Year, file: str) -> None:
    (year.files / f"{file}.yaml").unlink()
    del year.campaigns[file]


def live_through(folder: Path, seed: int, *, until: datetime, alter: Alter | None = None) -> Year:
    """The year, or its first part."""
    began = time.monotonic()
    year = Year(folder, seed, alter)
    for number, zone in enumerate(ZONES):
        year.write(ordinary(number, zone))
    year.start()
    for event in events(year.random):
        if event.at < until:
            year.live_until(event.at)
            event.what(year)
    year.live_until(until)
    year.at_rest()
    year.stop(orderly=True)
    year.seconds = time.monotonic() - began
    return year
