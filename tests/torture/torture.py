"""The torture: real daemons on virtual phones, killed with SIGKILL over and over; the phones tell the truth.

    python tests/torture/torture.py 40            every point of the code twice, and 40 random moments
    python tests/torture/torture.py 16 --once     every point of the code once, and 16 random moments

It can be interrupted: what was done is in its folder, and the same command goes on with the rest.
"""

import argparse
import json
import os
import random
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import click
from episode import ASKED_TO_END, AT_WORK, Episode, Kill, Result
from stirring import stir

KILLS_PER_EPISODE = 30
"""At most."""

JOBS = 4 * (os.cpu_count() or 1)
"""How many episodes run at once: they wait most of the time, for start times and for phones."""

CRASH = Kill("ledger.attempts.add_step after", 20)
"""A death in the middle of a task."""

UNPROVED = (
    "tap after",
    "ledger.effects.settle before",
    "ledger.effects.settle within",
    "ledger.effects.settle after",
)
"""Points between the tap and its proof: SIGTERM ends the daemon there, too."""

WHILE_IDLE = "ledger.phones."
"""Points that a daemon reaches when its phones have nothing to do, and the torture leaves them no such moment. Nothing
depends on what is written there: people are shown it."""

LATEST_COUNT = 6
"""The second kill at a point comes at its second to sixth time."""


Deaths = tuple[Kill, ...]
"""Deaths that follow one another."""


class Discovery(Episode):
    """One life in peace, then one after a death, with interference; and the points that each reaches, in order."""

    def finish(self) -> None:
        super().finish()
        self.calm = self.points()
        self.add_wave()
        self.die(CRASH)
        self.disturb = stir
        super().finish()
        self.stirred = self.points()

    def points(self) -> list[str]:
        return [point for point in self.reached() if not point.startswith(WHILE_IDLE)]


def first_deaths(calm: Sequence[str], stirred: Sequence[str]) -> Deaths:
    """Deaths at points that are only reached while there is no ledger yet, in the order in which they are reached."""
    asked = calm.index(ASKED_TO_END)
    return tuple(Kill(point) for point in dict.fromkeys(calm[:asked]) if point not in stirred)


def deaths_at_points(
    calm: Sequence[str], stirred: Sequence[str], choice: random.Random
) -> list[tuple[Deaths, Deaths]]:
    """Two deaths at each other point, the second later in a daemon's life, if the point is reached again."""
    asked = calm.index(ASKED_TO_END)
    deaths: list[tuple[Deaths, Deaths]] = []
    for point, count in Counter(calm[:asked]).items():
        again = choice.randint(2, min(count, LATEST_COUNT)) if count > 1 else 1
        deaths += [((Kill(point),), (Kill(point, again),))] if point in stirred else []
    for point in sorted({*calm[asked + 1 :]} - {*calm[:asked]}):
        early, late = (Kill(point, after_s=after_s, at_the_end=True) for after_s in (1.0, 3.0))
        deaths.append(((early,), (late,)))
    deaths += [((Kill(point, 1, by_term=True),), (Kill(point, 3, by_term=True),)) for point in UNPROVED]
    recovery = {*stirred[: stirred.index(AT_WORK)]}
    for point in sorted({*stirred} - {*calm}):
        death = (CRASH, Kill(point)) if point in recovery else (Kill(point, stirred=True),)
        deaths.append((death, death))
    return deaths


def deaths_at_random(number: int, choice: random.Random) -> list[Deaths]:
    """Deaths at random moments; every second one while something is paused."""
    return [(Kill(after_s=choice.uniform(0.3, 5.0), paused=count % 2 == 1),) for count in range(number)]


@dataclass(slots=True)
class Torture:
    """The episodes and the results so far, kept in a file: a long torture may be interrupted."""

    folder: Path
    episodes: list[list[Any]] = field(default_factory=list)
    """For each episode what happens in it: deaths here, faults of several hosts elsewhere."""
    done: dict[int, Any] = field(default_factory=dict)
    happening: ClassVar[type] = Kill
    outcome: ClassVar[type] = Result

    @property
    def file(self) -> Path:
        return self.folder / "state.json"

    @property
    def result(self) -> Any:
        return sum(self.done.values(), self.outcome())

    def episode(self, number: int) -> Episode:
        """One episode with what happens in it, not lived through yet."""
        return Episode(self.folder / f"episode-{number}", self.episodes[number])

    def begin(self, number: int, seed: int, jobs: int, *, once: bool) -> None:
        """Find the points, and decide on all deaths: at each point two, or either of them."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        choice = random.Random(seed)
        discovery = Discovery(self.folder / "episode-0")
        self.done[0] = discovery.run()
        reached = (discovery.calm, discovery.stirred)
        deaths = deaths_at_random(number, choice)
        for early, late in deaths_at_points(*reached, choice):
            deaths += [choice.choice((early, late))] if once else [early, late]
        choice.shuffle(deaths)
        # So many that no job is without an episode while others have their last one.
        number_of_episodes = jobs * -(-sum(map(len, deaths)) // (jobs * KILLS_PER_EPISODE))
        self.episodes = [[]]
        for first in range(number_of_episodes):
            self.episodes.append(
                [kill for together in deaths[first::number_of_episodes] for kill in together]
            )
        for kills in self.episodes[1 : 2 if once else 3]:
            kills[:0] = first_deaths(*reached)
        self.save()

    def go_on(self, jobs: int) -> Any:
        """Carry out the episodes that are left, `jobs` side by side; one that was cut off begins anew."""
        for number in {*range(len(self.episodes))} - {*self.done}:
            shutil.rmtree(self.folder / f"episode-{number}", ignore_errors=True)
        with ThreadPoolExecutor(jobs) as pool:
            running = {
                pool.submit(self.episode(number).run): number
                for number in range(len(self.episodes))
                if number not in self.done
            }
            for future in as_completed(running):
                number = running[future]
                self.done[number] = result = future.result()
                self.save()
                if result.exact:
                    shutil.rmtree(self.folder / f"episode-{number}")
                click.echo(f"episode {number} of {len(self.episodes) - 1}: {result}")
        return self.result + self.outcome(problems=[f"never reached: {point}" for point in self.missed])

    @property
    def missed(self) -> list[str]:
        """The points for which a death was planned, but none came."""
        decided = {kill.point for kills in self.episodes for kill in kills if kill.point}
        return sorted(decided - {*self.result.points})

    def save(self) -> None:
        data = {
            "episodes": [[asdict(kill) for kill in kills] for kills in self.episodes],
            "done": {number: asdict(result) for number, result in self.done.items()},
        }
        partial = self.file.with_suffix(".partial")
        partial.write_text(json.dumps(data), encoding="utf-8")
        partial.replace(self.file)

    def load(self) -> bool:
        """Take up an interrupted torture; False if there is none."""
        if not self.file.exists():
            return False
        data = json.loads(self.file.read_text(encoding="utf-8"))
        self.episodes = [[self.happening(**kill) for kill in kills] for kills in data["episodes"]]
        self.done = {int(number): self.outcome(**result) for number, result in data["done"].items()}
        return len(self.done) < len(self.episodes)


def torture(folder: Path, number: int, seed: int, jobs: int, *, once: bool) -> Result:
    """Kill at every point twice, or once, and at `number` random moments."""
    whole = Torture(folder)
    if not whole.load():
        whole.begin(number, seed, jobs, once=once)
    return whole.go_on(jobs)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("number", type=int, nargs="?", default=40, help="kills at random moments")
    parser.add_argument("--once", action="store_true", help="one kill at each point instead of two")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=JOBS, help="episodes side by side")
    parser.add_argument("--folder", type=Path, default=Path(".torture"))
    options = parser.parse_args()
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # at once, and all processes with it
    started = time.monotonic()
    result = torture(options.folder, options.number, options.seed, options.jobs, once=options.once)
    click.echo("".join(f"{problem}\n" for problem in result.problems), nl=False)
    click.echo(f"{result}, in {time.monotonic() - started:.0f} s")
    sys.exit(not result.exact)


if __name__ == "__main__":
    main()
