"""What there is to post, and who has had it: what a plan of posts depends on beside campaigns and clocks."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from runner.planning.rotation import Files, Order, Rotation, with_files
from runner.tasks import SeenFile, Task


@dataclass(frozen=True, slots=True)
class Material:
    """What is known at `at_utc`, which is None where there is no ledger: then a plan begins with nobody having had
    anything.

    `files` are all that entries have to post, with fingerprints in place of hashes, `used` the fingerprints that each
    owner has had, oldest first; `recorded` has the files of the tasks whose rows are made, by task key.
    """

    files: Files = field(default_factory=dict)
    used: Mapping[str, Sequence[str]] = field(default_factory=dict)
    recorded: Mapping[str, tuple[SeenFile, ...]] = field(default_factory=dict)
    at_utc: datetime | None = None

    def rotation(self) -> Rotation:
        """A rotation that knows what the ledger knows."""
        return Rotation(self.used)

    def given(
        self, tasks: Iterable[Task], instant_utc: datetime, rotation: Rotation
    ) -> tuple[list[Task], Collection[str]]:
        """The tasks of an occurrence, each with the files that it has, or would get when its row is made; and the keys
        of those that would get a file again."""
        if not self.files:
            return list(tasks), ()
        is_over = self.at_utc is not None and instant_utc < self.at_utc
        again: set[str] = set()
        return [self._given(task, rotation, again, is_over=is_over) for task in tasks], again

    def is_forecast(self, task: Task) -> bool:
        """Whether the task could still get another file: it depends on what becomes of the tasks before it."""
        return task.options.order == Order.NEXT and task.key not in self.recorded

    def _given(self, task: Task, rotation: Rotation, again: set[str], *, is_over: bool) -> Task:
        if (recorded := self.recorded.get(task.key)) is not None:
            return with_files(task, recorded)
        files = self.files.get((task.campaign, task.entry))
        # What was not recorded in time was missed, and has no file.
        if files is None or is_over:
            return task
        given = rotation.give(task, files)
        if given.again:
            again.add(task.key)
        return with_files(task, given.files)


NO_MATERIAL = Material()
