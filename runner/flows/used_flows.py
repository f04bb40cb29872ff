"""Flows that another flow uses: what it gives them, and how their steps and proofs become part of it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from runner.campaign.structure import breaches
from runner.diagnostics import Diagnostic
from runner.flows.flow import Flow, Step
from runner.flows.reading import legal

MOST_STEPS = 5_000
"""How many steps a flow may have, with those of the flows that it uses."""


@dataclass(frozen=True, slots=True)
class OtherFlow:
    """Another flow as text; `config_rules` is the schema of its config, None if its parameters are wrong."""

    text: str
    path: str
    config_rules: Mapping[str, Any] | None
    problems: Sequence[Diagnostic] = ()

    @property
    def properties(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.config_rules["properties"] if self.config_rules else {}
        return found

    @property
    def defaults(self) -> dict[str, Any]:
        return {key: rules["default"] for key, rules in self.properties.items() if "default" in rules}

    def mistakes(self, given: Mapping[str, Any]) -> Iterator[tuple[str | None, str, str | None]]:
        """What is wrong with what it is given: the key (None for one that is missing), a message, and a hint."""
        for key in (self.config_rules or {}).get("required", ()):
            if key not in given:
                yield None, f"the flow needs {key!r}", self.properties[key].get("description")
        for key, value in given.items():
            rules = self.properties.get(key)
            if rules is None:
                yield key, f"the flow has no parameter {key!r}", legal(key, self.properties)
            elif not _has_variables(value) and any(breaches(dict(rules), value)):
                yield key, f"{value!r} is no legal value of the parameter {key!r}", rules.get("description")


FindOther = Callable[[str, str], OtherFlow | None]
"""Finds another flow by the app and its name; None if there is none."""


def is_too_long(steps: Sequence[Step]) -> bool:
    """Whether there are more steps than a flow may have: flows that use flows, several times each, have many."""
    each = (inner for step in steps for inner in step.walk())
    return next(islice(each, MOST_STEPS, None), None) is not None


def _has_variables(value: Any) -> bool:
    texts = value if isinstance(value, list) else [value]
    return any(isinstance(text, str) and "${" in text for text in texts)


def named_apart(flow: Flow, name: str) -> Flow:
    """A flow that others use under a name: its proofs bear that name too, so that they stand beside others."""
    proofs = {
        f"{name}/{proof}": replace(made, steps=_apart(made.steps, name))
        for proof, made in flow.proofs.items()
    }
    return replace(flow, steps=_apart(flow.steps, name), proofs=proofs)


def _apart(steps: Sequence[Step], name: str) -> tuple[Step, ...]:
    return tuple(
        replace(
            step,
            proof=f"{name}/{step.proof}" if step.action.kind == "commit" else step.proof,
            branches={key: _apart(branch, name) for key, branch in step.branches.items()},
        )
        for step in steps
    )
