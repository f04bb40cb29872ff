"""What is asked about effects."""

from collections.abc import Collection

from runner.store.asked.decoding import effect
from runner.store.asked.questions import AskedPart
from runner.store.conditions import IN_DOUBT, LISTED, OPEN
from runner.tasks import Effect

EFFECTS = "SELECT effects.*, tasks.key FROM effects JOIN tasks ON tasks.id = effects.task_id"
IN_THEIR_ORDER = "ORDER BY effects.task_id, effects.ordinal"
"""Those of each task in the order in which they were begun."""


class AskedEffects(AskedPart):
    def of(self, key: str) -> list[Effect]:
        """The effects of all the task's attempts, in the order in which they were begun."""
        question = f"{EFFECTS} WHERE tasks.key = :wanted {IN_THEIR_ORDER}"
        return list(map(effect, self._ask(f"read the effects of the task {key}", question, wanted=key)))

    def doubts(self, without: Collection[str] = ()) -> dict[str, list[Effect]]:
        """By task key, the effects that an attempt has begun and nobody has settled, of all tasks that are not over,
        except those of the backends in `without`."""
        others = {f"without_{place}": backend for place, backend in enumerate(without)}
        where = [f"effects.{IN_DOUBT}", f"tasks.{LISTED}", f"tasks.{OPEN}"]
        where += [f"tasks.backend <> :{name}" for name in others]
        question = f"{EFFECTS} WHERE {' AND '.join(where)} {IN_THEIR_ORDER}"
        found: dict[str, list[Effect]] = {}
        for row in self._ask("read what is in doubt", question, **others):
            found.setdefault(row.key, []).append(effect(row))
        return found
