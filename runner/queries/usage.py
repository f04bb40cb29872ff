"""The effects that limits count already, for plans and forecasts."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from runner.planning.limits import Usage
from runner.planning.plannable_entry import PlannedLane
from runner.store.ledger import Ledger
from runner.targets import account

_Made = Mapping[str, Sequence[datetime]]


def usage_until(ledger: Ledger, lanes: Iterable[PlannedLane], now: datetime) -> dict[str, Usage]:
    """The effects that the ledger has until `now`: those of the device, or of the account, that a lane is, by its name;
    and those of each declared account, by what stands for it in task keys. Those without any are left out."""
    lanes = set(lanes)
    accounts = {account(lane.username) for lane in lanes if lane.username and not lane.device}
    table = ledger.effects.usage_of({lane.device for lane in lanes if lane.device}, accounts, now)
    usages = {
        lane.name: table.of(lane.device, None if lane.device else account(lane.username or ""))
        for lane in lanes
    }
    for one in {lane.declared for lane in lanes if lane.declared}:
        of_account = ledger.effects.usage(device=None, account=one.handle, app=one.app, now=now)
        usages[one.identity] = Usage({}, of_account.account)
    # `now` may be a past instant (--now): what was made since then does not count.
    until_now = {name: Usage(_until(it.device, now), _until(it.account, now)) for name, it in usages.items()}
    return {name: usage for name, usage in until_now.items() if usage.device or usage.account}


def _until(made: _Made, now: datetime) -> _Made:
    found = {kind: [at for at in instants if at <= now] for kind, instants in made.items()}
    return {kind: instants for kind, instants in found.items() if instants}
