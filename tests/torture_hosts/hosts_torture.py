"""The torture of several hosts: everything that can befall them, at every point of their code and at random moments.

    python tests/torture_hosts/hosts_torture.py 40 --most 100       100 faults at points, and 40 at random moments

It can be interrupted: what was done is in its folder, and the same command goes on with the rest. To repeat one
episode: `--only NUMBER`.
"""

import argparse
import random
import shutil
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import click
from episode import ASKED_TO_END
from faults import KINDS, Fault
from hosts_episode import HostsEpisode, HostsResult
from small_disk import may_mount
from torture import JOBS, WHILE_IDLE, Torture

FAULTS_PER_EPISODE = 12
"""At most. With few of them in all, half as many come in each of more episodes, which run side by side."""

BEGINNING_S = 4.0
"""For how long a host begins."""


class PeacefulLife(HostsEpisode):
    """No fault comes; what its hosts reach are the points of all others."""

    def run(self) -> HostsResult:
        super().run()
        self.points = {
            point: when for point, when in sorted(self._whens()) if not point.startswith(WHILE_IDLE)
        }
        return self.result

    def _whens(self) -> Iterator[tuple[str, str]]:
        """When each point is reached: at work rather than at the end, and at the end rather than at the beginning."""
        found: dict[str, set[str]] = {}
        for host in self.hosts:
            is_asked = False
            for line in host.trace.read_text().splitlines():
                at, _, point = line.split("\t")
                is_asked = is_asked or point == ASKED_TO_END
                when = "end" if is_asked else "begin" if float(at) < BEGINNING_S else "work"
                found.setdefault(point, set()).add(when)
        found.pop(ASKED_TO_END, None)
        yield from ((point, max(whens, key=("begin", "end", "work").index)) for point, whens in found.items())


@dataclass(slots=True)
class HostsTorture(Torture):
    happening: ClassVar[type] = Fault
    outcome: ClassVar[type] = HostsResult

    def episode(self, number: int) -> HostsEpisode:
        return HostsEpisode(self.folder / f"episode-{number}", self.episodes[number])

    def decide(self, number: int, most: int | None, seed: int, jobs: int) -> None:
        """Find the points, and decide on all faults: `number` at random moments, and at most `most` at points."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        peaceful = PeacefulLife(self.folder / "episode-0")
        self.done[0] = peaceful.run()
        faults = self._at_points(peaceful.points, most, seed) + self._at_random(number, seed)
        random.Random(seed).shuffle(faults)
        episodes = max(
            -(-len(faults) // FAULTS_PER_EPISODE), min(jobs, 2 * len(faults) // FAULTS_PER_EPISODE), 1
        )
        self.episodes = [[], *(faults[first::episodes] for first in range(episodes))]
        self.save()

    def _at_points(self, points: Mapping[str, str], most: int | None, seed: int) -> list[Fault]:
        """Each kind at each point. Of the most, none comes twice before each has come once."""
        choice = random.Random(seed)
        chosen = list(points)
        choice.shuffle(chosen)
        kinds = _kinds()
        turns = [
            Fault(kinds[(turn + place) % len(kinds)], point, choice.getrandbits(32), points[point])
            for turn in range(len(kinds))
            for place, point in enumerate(chosen)
        ]
        return turns[:most]

    def _at_random(self, number: int, seed: int) -> list[Fault]:
        choice, kinds = random.Random(seed + 1), _kinds()
        return [Fault(kinds[one % len(kinds)], None, choice.getrandbits(32)) for one in range(number)]

    @property
    def missed(self) -> list[str]:
        """None: hosts take turns, and not every one of them comes by every point again."""
        return []


def _kinds() -> list[str]:
    """The kinds of faults that this process may cause."""
    return [kind for kind in KINDS if kind != "fill_disk" or may_mount()]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("number", type=int, nargs="?", default=40, help="faults at random moments")
    parser.add_argument(
        "--most", type=int, help="so many faults at points, at most (default: each at every point)"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=JOBS, help="episodes side by side")
    parser.add_argument("--folder", type=Path, default=Path(".torture-hosts"))
    parser.add_argument("--only", type=int, metavar="NUMBER", help="repeat this episode")
    options = parser.parse_args()
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # at once, and all processes with it
    started = time.monotonic()
    whole = HostsTorture(options.folder)
    went_on = whole.load()
    if options.only is not None:
        shutil.rmtree(options.folder / f"episode-{options.only}", ignore_errors=True)
        result = whole.episode(options.only).run()
    else:
        if not went_on:
            whole.decide(options.number, options.most, options.seed, options.jobs)
        result = whole.go_on(options.jobs)
    click.echo("".join(f"{problem}\n" for problem in result.problems), nl=False)
    click.echo("".join(f"nobody came by: {fault}\n" for fault in result.passed_by), nl=False)
    click.echo(f"{result}, seed {options.seed}, in {time.monotonic() - started:.0f} s")
    sys.exit(not result.exact)


if __name__ == "__main__":
    main()
