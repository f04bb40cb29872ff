"""The flow language: turns a YAML file into typed steps that remember where they stand."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, StringConstraints

from runner.campaign import patterns
from runner.campaign.document import JsonPath
from runner.campaign.quantities import Duration
from runner.campaign.reader import read
from runner.diagnostics import Diagnostic, tidy
from runner.flows.conditions import Shown
from runner.flows.durations import Timeout
from runner.flows.profile import Profile
from runner.flows.reading import FlowModel, FlowReading, Names, legal

ParameterName = Annotated[
    str,
    StringConstraints(pattern=patterns.KEY, max_length=64),
    Field(
        json_schema_extra={
            "patternErrorMessage": "a parameter's name has letters, digits, hyphens and underscores"
        }
    ),
]

CHOSEN = frozenset({"caption", "title", "comment", "nickname", "username", "bio", "file", "files"})
"""What was chosen for the task before its first attempt; see `planning/content.py`."""

VARIABLES = frozenset({"target", "user", "device", "account", "handle"}) | CHOSEN
"""The variables that every flow knows beside its config: see docs/flows.md."""


class Action(FlowModel):
    """What a step does. One class per kind of step, in `steps/`, registered in `steps/__init__.py`."""

    kind: ClassVar[str]
    short: ClassVar[str | None] = None
    """The key for which a value alone stands: `tap: post_button` is `tap: {element: post_button}`."""
    is_input: ClassVar[bool] = False
    """Whether it does something that could change more than what is shown."""

    def title(self) -> str:
        """What it does, in a few words."""
        raise NotImplementedError

    def perform(self, attempt: Any) -> bool | None:
        """Do it, or raise a TaskError. A choice (`when`) returns which of its branches goes on.

        `attempt` is a `flows.flow_run.FlowRun`, which each kind of step names. This file cannot: a FlowRun consists of
        steps, and no two files import each other.
        """
        raise NotImplementedError

    def remembers(self) -> str | None:
        """The variable that a flow knows after this step."""
        return None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a flow; `source` is `path:line`. `then` and `otherwise` are the branches of a choice."""

    action: Action
    source: str
    then: "tuple[Step, ...]" = ()
    otherwise: "tuple[Step, ...]" = ()

    def walk(self) -> "Iterator[Step]":
        """The step and those of its branches."""
        yield self
        for branch in (self.then, self.otherwise):
            for step in branch:
                yield from step.walk()


class Proof(FlowModel):
    """The conditions of a flow's `verify:` section; its steps are read apart."""

    timeout: Timeout = Field(default="90s", description="How long the whole verification may take.")
    settle: Timeout = Field(default="3s", description="How long `not_happened` must hold before it counts.")
    happened: Shown = Field(description="What is shown if the effect happened.")
    not_happened: Shown = Field(description="What is shown if it did not; what is neither is uncertain.")


@dataclass(frozen=True, slots=True)
class Verification:
    """How to find out, from any screen, whether the effect of a flow happened."""

    steps: tuple[Step, ...]
    proof: Proof


class Parameter(FlowModel):
    """A setting of the flow: a key of its config, and `${config.NAME}` in its steps."""

    type: Literal["string", "integer", "number", "boolean", "list"] = Field(
        description="What the value is; a list is one of texts."
    )
    description: str | None = Field(default=None, description="What it means; editors and messages show it.")
    default: str | bool | int | float | list[str] | None = Field(
        default=None, description="The value where a config has none."
    )
    required: bool | None = Field(
        default=None, description="Whether every config must have it; it must, if there is no default."
    )
    choices: list[str | int | float] | None = Field(
        default=None, min_length=1, description="The legal values."
    )
    minimum: int | float | None = Field(default=None, description="The least legal number.")
    maximum: int | float | None = Field(default=None, description="The greatest legal number.")


class Header(FlowModel):
    """The keys of a flow file beside its steps."""

    version: Literal[1] = Field(description="The version of this format.")
    name: Annotated[str, StringConstraints(pattern=patterns.KEY, max_length=64)] = Field(
        description="The script that the flow carries out, and the name of its file.",
        examples=["like_latest"],
        json_schema_extra={
            "patternErrorMessage": "a flow's name has letters, digits, hyphens and underscores"
        },
    )
    app: str = Field(description="The app profile that it uses.", examples=["tiktok"])
    description: str | None = Field(default=None, description="What the flow does, in a sentence.")
    parameters: Mapping[ParameterName, Parameter] = Field(
        default={}, description="The keys of its config, by name; `${config.NAME}` stands for the value."
    )
    target: str | None = Field(
        default=None,
        description="The parameter that lists the targets: one task for each of them and each device.",
        examples=["users"],
    )
    expected: Duration = Field(
        default=Duration.parse("5m"), description="How long one task takes.", examples=["5m"]
    )
    effects: Literal["none"] | Mapping[str, Annotated[int, Field(ge=0, le=1000)]] | None = Field(
        default=None,
        description="The most effects that one task makes, by kind, or `none`; what its commit step says, "
        "if it is not given.",
        examples=["none", {"follow": 1}],
    )


@dataclass(frozen=True, slots=True)
class Flow:
    """A script as steps, for one app."""

    name: str
    app: str
    path: str
    steps: tuple[Step, ...]
    verification: Verification | None
    evidence: tuple[str, ...] = ()
    """The names under which its commit step keeps what it saw before the tap."""
    is_repeatable: bool = True
    """Whether it says what it changes: by a commit step, or by `effects: none`. Else it never begins again after its
    first input."""

    @property
    def length(self) -> int:
        """How many steps it has at most."""
        proof = self.verification.steps if self.verification else ()
        return _length(self.steps) + _length(proof)


def read_flow(
    text: str,
    path: str,
    config: Mapping[str, Mapping[str, Any]],
    actions: Sequence[type[Action]],
    profile: Callable[[str], Profile],
) -> tuple[Flow | None, list[Diagnostic]]:
    """A flow from the text of its file, or its problems.

    `config` has the keys that `${config.KEY}` may name, each with its JSON Schema; `profile` loads an app profile by
    its name.
    """
    reading = FlowReading(read(text, path))
    flow = _Parser(reading, {action.kind: action for action in actions}).flow(config, profile)
    return (None if reading.diagnostics else flow), tidy(reading.diagnostics)


class _Parser:
    """The way from a document to a flow."""

    def __init__(self, reading: FlowReading, actions: dict[str, type[Action]]) -> None:
        self._reading = reading
        self._actions = actions
        self._names = Names()

    def flow(self, config: Mapping[str, Mapping[str, Any]], profile: Callable[[str], Profile]) -> Flow | None:
        data = self._reading.document.data
        if not isinstance(data, dict):
            self._reading.note((), "invalid-value", "a flow is a mapping with version, name, app and steps")
            return None
        parts = {key: data[key] for key in ("steps", "verify") if key in data}
        header = self._reading.build(
            Header, {k: v for k, v in data.items() if k not in parts}, (), self._names
        )
        # Read on with a wrong header: one look at the file should show all of its problems.
        app = header.app if header is not None else data.get("app")
        if not isinstance(app, str):
            return None
        known = profile(app)
        always = VARIABLES | {f"config.{key}" for key in config}
        types = {
            f"config.{key}": rules["type"]
            for key, rules in config.items()
            if isinstance(rules.get("type"), str)
        }
        self._names = Names(known.elements.keys(), known.links.keys(), set(always), types)
        steps = self._steps(parts.get("steps"), ("steps",)) if header is not None or "steps" in parts else ()
        commits = [step for top in steps for step in top.walk() if step.action.kind == "commit"]
        evidence = tuple(name for step in commits for name in getattr(step.action, "evidence", ()))
        # `verify` runs in another attempt too, which remembers nothing of the steps but the evidence in the ledger.
        self._names.variables = set(always) | {f"evidence.{name}" for name in evidence}
        verification = self._verification(parts.get("verify"))
        self._check_commits(commits, "verify" in parts)
        if header is None:
            return None
        is_repeatable = bool(commits) or header.effects == "none"
        path = self._reading.document.path
        return Flow(header.name, header.app, path, steps, verification, evidence, is_repeatable)

    def _check_commits(self, commits: list[Step], has_verify: bool) -> None:
        if len(commits) > 1:
            message = "a flow has one commit step at most: `verify` proves one effect"
            self._reading.note(("steps",), "several-commits", message)
        if commits and not has_verify:
            message = "a flow with a commit step needs a `verify` section, which proves its effect"
            self._reading.note(("steps",), "missing-verify", message)

    def _verification(self, data: Any) -> Verification | None:
        if data is None:
            return None
        if not isinstance(data, dict):
            self._reading.note(
                ("verify",), "invalid-value", "`verify` is a mapping with steps and conditions"
            )
            return None
        steps = self._steps(data.get("steps"), ("verify", "steps"))
        conditions = {key: value for key, value in data.items() if key != "steps"}
        proof = self._reading.build(Proof, conditions, ("verify",), self._names)
        return Verification(steps, proof) if proof is not None else None

    def _steps(self, data: Any, at: JsonPath) -> tuple[Step, ...]:
        if not isinstance(data, list) or not data:
            self._reading.note(at, "invalid-value", "steps are a list of at least one step")
            return ()
        steps = [self._step(item, (*at, index)) for index, item in enumerate(data)]
        return tuple(step for step in steps if step is not None)

    def _step(self, data: Any, at: JsonPath) -> Step | None:
        kind = _kind(data)
        if kind is None:
            self._reading.note(at, "invalid-value", "a step is one key, the kind of step, with what it needs")
            return None
        action_type = self._actions.get(kind)
        if action_type is None:
            hint = legal(kind, self._actions)
            self._reading.note([*at, kind], "unknown-step", f"unknown step {kind!r}", hint, key=True)
            return None
        branches = {key: value for key, value in data.items() if key != kind}
        action = self._reading.build(
            action_type, _arguments(action_type, data[kind]), (*at, kind), self._names
        )
        then, otherwise = self._branches(kind, branches, at)
        if action is None:
            return None
        remembered = action.remembers()
        if remembered is not None:
            self._names.variables.add(remembered)
        line = self._reading.line((*at, kind))
        return Step(action, f"{self._reading.document.path}:{line}", then, otherwise)

    def _branches(
        self, kind: str, branches: dict[str, Any], at: JsonPath
    ) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
        """The branches of a choice. Variables that only some of them remember are unknown after it."""
        keys = ("then", "else") if kind == "when" else ()
        for key in branches:
            if key not in keys:
                message = f"a step is one key; {key!r} does not belong to {kind!r}"
                self._reading.note([*at, key], "unknown-key", message, key=True)
        before = set(self._names.variables)
        after: list[set[str]] = []
        read_branches = []
        for key in ("then", "else"):
            self._names.variables = set(before)
            branch = self._steps(branches[key], (*at, key)) if key in keys and key in branches else ()
            # After a branch that ends the flow nothing follows, so it takes no variable away either.
            if not (branch and branch[-1].action.kind in ENDINGS):
                after.append(self._names.variables)
            read_branches.append(branch)
        self._names.variables = set.intersection(*after) if after else before
        return read_branches[0], read_branches[1]


ENDINGS = ("finish", "fail")
"""The kinds of step after which a flow does not go on."""


def _kind(data: Any) -> str | None:
    """The kind of step of a list item: its first key, since branches come after it."""
    if not isinstance(data, dict) or not data:
        return None
    first = next(iter(data))
    return first if isinstance(first, str) else None


def _arguments(action: type[Action], value: Any) -> Any:
    """A value alone stands for its one key; nothing stands for no arguments."""
    if value is None:
        return {}
    return value if action.short is None or isinstance(value, dict) else {action.short: value}


def _length(steps: Sequence[Step]) -> int:
    return sum(1 + max(_length(step.then), _length(step.otherwise)) for step in steps)
