"""What a flow consists of: its head, its steps, and the proofs of its effects."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, StringConstraints

from runner.campaign import patterns
from runner.campaign.quantities import Duration
from runner.flows.conditions import Shown
from runner.flows.durations import Timeout
from runner.flows.reading import FlowModel

ParameterName = Annotated[
    str,
    StringConstraints(pattern=patterns.KEY, max_length=64),
    Field(
        json_schema_extra={
            "patternErrorMessage": "a parameter's name has letters, digits, hyphens and underscores"
        }
    ),
]


class Action(FlowModel):
    """What a step does. One class per kind of step, in `steps/`, registered in `steps/__init__.py`."""

    kind: ClassVar[str]
    short: ClassVar[str | None] = None
    """The key for which a value alone stands: `tap: post_button` is `tap: {element: post_button}`."""
    branches: ClassVar[tuple[str, ...]] = ()
    """The keys of lists of steps that may stand beside it."""
    needed: ClassVar[tuple[str, ...]] = ()
    """Those of them that must."""
    is_loop: ClassVar[bool] = False
    """Whether it may carry out its steps more than once."""
    is_input: ClassVar[bool] = False
    """Whether it does something that could change more than what is shown."""
    is_seen: ClassVar[bool] = True
    """Whether it has to do with the screen: then a picture of it is kept."""

    def title(self) -> str:
        """What it does, in a few words."""
        raise NotImplementedError

    def perform(self, attempt: Any) -> bool | None:
        """Do it, or raise a TaskError. A choice returns whether it goes on with `then` or with `else`; a loop carries
        out its own steps.

        `attempt` is a `flows.flow_run.FlowRun`, which each kind of step names. This file cannot: a FlowRun consists of
        steps, and no two files import each other.
        """
        raise NotImplementedError

    def remembers(self) -> str | None:
        """The variable that a flow knows after this step."""
        return None

    def gives(self) -> str | None:
        """The variable that only the steps beside it know."""
        return None


SECTION = ""
"""The name under which a flow keeps the proof of its section `verify`."""

USED = "(used)"
"""The key under which a `use` step has the steps of the other flow."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a flow; `source` is `path:line`. `branches` are the lists of steps beside it, by their keys: `then`
    and `else` of a choice, `do` of a loop.

    For a commit step, `proof` names the proof of its effect; if it `proves_itself`, that proof follows the tap at once,
    else a later `verify` step, or the end of the flow, makes it.
    """

    action: Action
    source: str
    branches: "Mapping[str, tuple[Step, ...]]" = field(default_factory=dict)
    proof: str = SECTION
    proves_itself: bool = False
    defaults: Mapping[str, Any] = field(default_factory=dict)
    """The parameters of a flow that is used, where they are not given."""

    def walk(self) -> "Iterator[Step]":
        """The step and those of its branches."""
        yield self
        for branch in self.branches.values():
            for step in branch:
                yield from step.walk()


class Proof(FlowModel):
    """The conditions of a proof; its steps are read apart."""

    timeout: Timeout = Field(default="90s", description="How long the whole verification may take.")
    settle: Timeout = Field(default="3s", description="How long `not_happened` must hold before it counts.")
    happened: Shown = Field(description="What is shown if the effect happened.")
    not_happened: Shown = Field(description="What is shown if it did not; what is neither is uncertain.")


@dataclass(frozen=True, slots=True)
class Verification:
    """How to find out whether an effect happened: from any screen, or, without steps, only from the one that the tap
    left. `evidence` are the names under which the commit steps keep what they saw before the tap."""

    steps: tuple[Step, ...]
    proof: Proof
    evidence: tuple[str, ...] = ()


class Parameter(FlowModel):
    """A setting of the flow: a key of its config, and `${config.NAME}` in its steps."""

    type: Literal["string", "integer", "number", "boolean", "list", "file", "files"] = Field(
        description="What the value is; a list is one of texts, a file a path relative to the campaign file, files "
        "a list of such paths."
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
    proofs: Mapping[str, Verification] = field(default_factory=dict)
    """How its effects are proved, by name; the section `verify` is `SECTION`."""
    is_repeatable: bool = True
    """Whether it says what it changes: by a commit step, or by `effects: none`. Else it never begins again after its
    first input."""
    reads_toasts: bool = False
    """Whether a step asks for toasts: then those from before each input are forgotten."""
    makes_several: bool = False
    """Whether one task may make several effects. Then an attempt goes on behind those that earlier ones have made."""

    @property
    def verification(self) -> Verification | None:
        """The proof of its section `verify`."""
        return self.proofs.get(SECTION)

    @property
    def length(self) -> int:
        """How many steps it has at most."""
        return _length(self.steps) + sum(_length(proof.steps) for proof in self.proofs.values())


def _length(steps: Sequence[Step]) -> int:
    return sum(1 + max(map(_length, step.branches.values()), default=0) for step in steps)
