"""Whether many effects fit into the limits together: then none of them need be looked at by itself. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, tzinfo

from runner.planning.limits import EffectiveLimits, next_working_instant
from runner.store.rows import UsageTable
from runner.tasks import Task

Wish = tuple[Task, tuple[tuple[str, str | None], ...]]
"""A task, and the effects that it wants to make: kind and account."""

Made = Mapping[str, Sequence[datetime]]


def fitting(
    limits: EffectiveLimits, wishes: Iterable[Wish], usage: UsageTable, now: datetime, fleet_zone: tzinfo
) -> Iterator[str]:
    """The keys of tasks whose devices and accounts have room for everything that is wished for at once.

    What is not among them may still be allowed, one after the other.
    """
    if next_working_instant(limits.working_hours, now, limits.zone or fleet_zone) != now:
        return
    given = list(wishes)
    devices: Counter[tuple[str | None, str]] = Counter()
    accounts: Counter[tuple[str | None, str]] = Counter()
    tasks: Counter[str | None] = Counter()
    alike = Counter((task.device, effects) for task, effects in given)
    for (device, effects), number in alike.items():
        tasks[device] += number
        for kind, account in effects:
            devices[device, kind] += number
            accounts[account, kind] += number
    full_devices = set(_full(limits, "device", devices, usage.devices))
    full_accounts = set(_full(limits, "account", accounts, usage.accounts))
    if limits.min_gap:
        full_devices |= {
            device for device in tasks if device and (tasks[device] > 1 or device in usage.devices)
        }
    too_much = {
        (device, effects)
        for device, effects in alike
        if device in full_devices or any(account in full_accounts for _, account in effects)
    }
    for task, effects in given:
        if not too_much or (task.device, effects) not in too_much:
            yield task.key


def _full(
    limits: EffectiveLimits,
    scope: str,
    wanted: Mapping[tuple[str | None, str], int],
    made: Mapping[str, Made],
) -> Iterator[str]:
    for (name, kind), number in wanted.items():
        if name is None:
            continue
        total = number + len(made.get(name, {}).get(kind, ()))
        if any(total > cap.at_most for cap in limits.caps.get(kind, ()) if cap.scope == scope):
            yield name
