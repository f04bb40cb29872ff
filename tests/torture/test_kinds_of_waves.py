"""A few deaths for each kind of wave, which the waves of other episodes take in turns."""

from itertools import count
from pathlib import Path

import pytest
from episode import Episode, Kill
from waves import KINDS

pytestmark = [pytest.mark.phones, pytest.mark.xdist_group("waves"), pytest.mark.timeout(600)]

EACH_KIND = [
    Kill("ledger.effects.begin within"),
    Kill("tap before", 2),
    Kill("tap after"),
    Kill("ledger.effects.settle before", 2),
    Kill("tap after", 3, by_term=True),
]


@pytest.mark.parametrize("kind", range(1, len(KINDS)))
def test_each_kind_of_wave_wherever_the_daemon_is_killed(tmp_path: Path, kind: int) -> None:
    episode = Episode(tmp_path / "episode", EACH_KIND)
    episode.numbers = count(kind, len(KINDS))  # all of its waves are of this kind
    result = episode.run()
    assert result.exact, "\n".join([str(result), *result.problems])
    assert result.kills == len(EACH_KIND)
    assert result.deeds >= 18
