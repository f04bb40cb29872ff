"""Compares what the ledger says of tasks with what the server really did."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from api_rounds import SOMEONE_ELSES, Kill, Round
from fault_memory import ACCOUNTS

from runner.tasks import Task, TaskState

NAMES = ("made", "doubled", "lost", "uncertain", "provable")


@dataclass
class Count:
    """What became of all tasks, counted for each of their accounts. `provable` are the uncertain ones that the server
    shows."""

    made: int = 0
    doubled: int = 0
    lost: int = 0
    uncertain: int = 0
    provable: int = 0
    deaths: list[Kill] = field(default_factory=list)
    odd: list[str] = field(default_factory=list)

    @property
    def points(self) -> set[str]:
        """The points at which a process has died."""
        return {death.point for death in self.deaths if death.point and not death.after_s}

    def line(self) -> str:
        counts = ", ".join(f"{name} {getattr(self, name)}" for name in NAMES)
        return f"{counts} ({len(self.deaths)} kills, {len(self.points)} points of the code)"

    def judge(self, done: Round) -> None:
        """Compare tasks of the same content with what the server did for them: it cannot tell which task is whose."""
        self.deaths += done.deaths
        case = done.case
        accounts: Sequence[str | None] = ACCOUNTS if case.options.multi_account else (None,)
        alike: dict[tuple[str | None, ...], list[Task]] = {}
        for task in case.tasks:
            for account in accounts:
                alike.setdefault((task.device, account, _plain(task.target)), []).append(task)
        for (device, account, target), same in alike.items():
            own = [
                made
                for made in done.truth
                if (made["serial"], made["username"], _plain(made["target"])) == (device, account, target)
                and made["config"].get("captions") != SOMEONE_ELSES
                and (made["runs"] or not made["stopped"])
            ]
            runs = sum(made["runs"] for made in own)
            states = [done.told[task.key][0] for task in same]
            completed, uncertain = states.count(TaskState.COMPLETED), states.count(TaskState.UNCERTAIN)
            shown = sum(not made["stopped"] for made in own)
            tells_whose = "details" not in case.shape or target is None
            self.made += runs
            self.uncertain += uncertain
            found = {
                "doubled": max(len(own), runs) - len(same),
                "lost": max(completed - runs, runs - completed - uncertain, states.count(TaskState.PENDING)),
                "provable": min(uncertain, shown - completed) if tells_whose else 0,
            }
            for name, number in found.items():
                if number > 0:
                    setattr(self, name, getattr(self, name) + number)
                    told = [done.told[task.key] for task in same]
                    self.odd.append(f"{name}: {told}; the server has {own}; {case}, {done.deaths}")


def _plain(target: str | None) -> str | None:
    return target and target.lstrip("@")
