"""What a look at the app finds about an effect that may have been made."""

from dataclasses import dataclass
from enum import StrEnum

from runner.errors import TaskError


class ProofResult(StrEnum):
    """The conclusion of a proof.

    `undecided`: the proof reached the page, which shows neither; only a person can tell. `not looked`: the proof did
    not reach the page (the phone is away, another account is shown, a person is needed), so nothing is known yet: the
    effect stays as it is, and a later look may tell.
    """

    HAPPENED = "happened"
    NOT_HAPPENED = "not happened"
    UNDECIDED = "undecided"
    NOT_LOOKED = "not looked"


@dataclass(frozen=True, slots=True)
class Finding:
    """A conclusion; `obstacle` kept the proof from its page, and is set if and only if it has not looked."""

    verdict: ProofResult
    obstacle: TaskError | None = None


HAPPENED = Finding(ProofResult.HAPPENED)
NOT_HAPPENED = Finding(ProofResult.NOT_HAPPENED)
UNDECIDED = Finding(ProofResult.UNDECIDED)


def not_looked(obstacle: TaskError) -> Finding:
    return Finding(ProofResult.NOT_LOOKED, obstacle)
