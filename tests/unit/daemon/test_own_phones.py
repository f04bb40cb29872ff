"""What a host says of its own phones."""

from types import SimpleNamespace
from typing import cast

from runner.daemon.host_life import HostLife
from runner.daemon.own_phones import OwnPhones
from runner.store.leases import BACKEND


def test_the_lane_of_a_backend_is_no_phone() -> None:
    """A daemon without phones would else say of one that adb does not list it."""
    life = SimpleNamespace(
        held=SimpleNamespace(names={f"{BACKEND}local_api", "A1"}),
        lease=SimpleNamespace(host="north"),
        ledger=SimpleNamespace(lane_leases=SimpleNamespace(all=list)),
    )
    assert OwnPhones(cast(HostLife, life)).read() == {"A1"}
