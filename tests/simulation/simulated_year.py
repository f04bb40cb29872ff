"""A year of the daemon on a clock that is moved: restarts, reloads, sleep and clocks that step, compared with an oracle
that works out for itself what ought to happen. Run it: `python tests/simulation/simulated_year.py [SEED]`."""

import sys
import tempfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from year_events import live_through
from year_findings import summary, wrong


def main(seed: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        with closing(live_through(Path(folder), seed, until=datetime(2027, 1, 1, tzinfo=UTC))) as year:
            problems = wrong(year)
            lines = [summary(year, problems), *problems[:20]]
        sys.stdout.write("\n".join(lines) + "\n")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if sys.argv[1:] else 1))
