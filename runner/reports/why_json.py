"""Why something ran, will run, or did not, as JSON for programs."""

from collections.abc import Sequence
from typing import Any

from runner.queries.why_answer import WhyAnswer
from runner.reports.advice import Options, sentence


def why_data(answers: Sequence[WhyAnswer], options: Options) -> list[dict[str, Any]]:
    """`[{"verdict", "subject", "sentences", "facts", "advice", "tasks": [the same for each task]}]`; `options` lead the
    commands of the advice to the ledger that was asked."""
    return [
        {
            "verdict": one.verdict.value,
            "subject": one.subject,
            "sentences": list(one.sentences),
            "facts": dict(one.facts),
            "advice": [sentence(advice, one.verdict, options) for advice in one.advice],
            "tasks": why_data(one.parts, options),
        }
        for one in answers
    ]
