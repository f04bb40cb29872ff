"""Why something ran, will run, or did not, as JSON for programs."""

from collections.abc import Sequence
from typing import Any

from runner.queries.why_answer import WhyAnswer


def why_data(answers: Sequence[WhyAnswer]) -> list[dict[str, Any]]:
    """`[{"verdict", "subject", "sentences", "facts", "advice", "tasks": [the same for each task]}]`."""
    return [
        {
            "verdict": one.verdict.value,
            "subject": one.subject,
            "sentences": list(one.sentences),
            "facts": dict(one.facts),
            "advice": list(one.advice),
            "tasks": why_data(one.parts),
        }
        for one in answers
    ]
