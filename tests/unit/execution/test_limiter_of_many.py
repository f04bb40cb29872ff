"""What fits into the limits together is what the limits allow one after the other."""

from datetime import UTC, timedelta

from desk import NOON, make_task
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.clock import ManualClock
from runner.execution.limiter import Limiter, tasks_that_fit
from runner.planning.limits import effective_limits
from runner.store.usage_table import UsageTable

DEVICES, ACCOUNTS, KINDS = ("A", "B"), ("@x", "@y", None), ("follow", "like")
CAPS = st.integers(0, 4)


class Counted:
    """A ledger of which only the usage is asked."""

    def __init__(self, table: UsageTable) -> None:
        self.table = table

    def usage_of(self, devices, accounts, now):
        return self.table


@st.composite
def wishes(draw):
    number = draw(st.integers(1, 6))
    return [
        (
            make_task(draw(st.sampled_from(DEVICES)), f"@{index}", index),
            tuple(
                (draw(st.sampled_from(KINDS)), draw(st.sampled_from(ACCOUNTS)))
                for _ in range(draw(st.integers(1, 2)))
            ),
        )
        for index in range(number)
    ]


@given(
    wishes(),
    CAPS,
    CAPS,
    st.sampled_from(["0s", "90s"]),
    st.lists(st.tuples(st.sampled_from(DEVICES), st.sampled_from(KINDS), st.integers(0, 4000)), max_size=4),
)
@settings(max_examples=200, deadline=None)
def test_what_fits_together_is_allowed_one_after_the_other(wished, per_device, per_account, gap, made):
    limits = effective_limits(
        {
            "min_gap": gap,
            "per_device": {"per_hour": {"follow": per_device}},
            "per_account": {"per_day": {"like": per_account}},
        }
    )
    devices: dict[str, dict[str, list]] = {}
    for device, kind, ago_s in made:
        instants = devices.setdefault(device, {}).setdefault(kind, [])
        instants.append(NOON - timedelta(seconds=ago_s))
        instants.sort()
    usage = UsageTable(devices)
    fits = set(tasks_that_fit(limits, wished, usage, NOON, UTC))
    limiter = Limiter(Counted(usage), lambda name: limits, UTC, ManualClock(NOON))
    with limiter.claim_all(
        [(_renamed(task, n), effects) for n, (task, effects) in enumerate(wished)]
    ) as plain:
        assert not fits & set(plain)


def _renamed(task, number):
    """Of two campaigns, so that every wish is judged by itself."""
    object.__setattr__(task, "campaign", f"c{number % 2}")
    return task
