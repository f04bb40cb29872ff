"""A small part of the torture of several hosts, which `make torture-hosts` is the whole of."""

from pathlib import Path

import pytest
from faults import Fault
from hosts_episode import HostsEpisode
from small_disk import may_mount

pytestmark = [pytest.mark.phones, pytest.mark.xdist_group("hosts"), pytest.mark.timeout(600)]

FAULTS = [
    Fault("kill", "tap after", 1),
    Fault("freeze_and_move", "ledger.effects.begin after", 2),
    Fault("hold_answers", "ledger.effects.begin before", 3),
    Fault("move", "tap before", 4),
    Fault("plug_in_twice", None, 5),
    Fault("crash_database", "ledger.effects.settle within", 6),
    Fault("hold", None, 7),
]


def test_nothing_is_lost_or_done_twice_whatever_befalls_the_hosts(tmp_path: Path) -> None:
    faults = FAULTS + ([Fault("fill_disk", None, 8)] if may_mount() else [])
    episode = HostsEpisode(tmp_path / "episode", faults)
    result = episode.run()
    assert result.exact, "\n".join([str(result), *result.problems])
    # On a busy machine a host may have nothing to do when its point is chosen, and come by too late.
    assert len(result.kinds) > len(faults) / 2, result.passed_by
    assert result.deeds >= 18
