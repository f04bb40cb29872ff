"""Files that come to an account again: what a plan says of posts that people have seen already."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from runner.planning.plan import Plan
from runner.planning.plannable_entry import PlannableEntry
from runner.planning.rotation import Order
from runner.targets import account
from runner.tasks import Task


@dataclass(slots=True)
class Repeats:
    """The tasks of an entry that get a file which their account, or device, has had: the first, how many there are, and
    where: on which accounts, or devices."""

    plannable: PlannableEntry
    first: Task
    count: int = 0
    places: dict[str, None] = field(default_factory=dict)

    @property
    def run_out(self) -> bool:
        """Whether there was nothing else left to post."""
        return self.plannable.order is Order.NEXT

    def add(self, task: Task) -> None:
        self.count += 1
        self.places[account(task.username) if task.username else task.place] = None
        if task.due_utc < self.first.due_utc:
            self.first = task


def repeats(plan: Plan) -> list[Repeats]:
    """One item for each entry with such tasks in the window, save those that say `order: same`."""
    found: dict[tuple[str, str], Repeats] = {}
    for plannable, task in _again(plan):
        found.setdefault(plannable.name, Repeats(plannable, task)).add(task)
    return list(found.values())


def _again(plan: Plan) -> Iterator[tuple[PlannableEntry, Task]]:
    window = plan.window
    for one in plan.made():
        plannable = one.coming.plannable
        if one.again and plannable.entry.order != Order.SAME:
            for task in one.tasks:
                if task.key in one.again and window.from_utc <= task.due_utc < window.until_utc:
                    yield plannable, task
