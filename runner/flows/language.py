"""The flow language: turns a YAML file into typed steps that remember where they stand."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from runner.campaign.document import JsonPath
from runner.campaign.reader import read
from runner.diagnostics import Diagnostic, tidy
from runner.errors import FlowError
from runner.flows.flow import SECTION, USED, Action, Flow, Header, Proof, Step, Verification
from runner.flows.profile import Profile
from runner.flows.reading import FlowReading, Names, legal
from runner.flows.used_flows import MOST_STEPS, FindOther, OtherFlow, is_too_long, named_apart
from runner.flows.variables import VARIABLES

PARTS = ("steps", "verify", "proofs")
"""The keys of a flow file whose steps are read apart."""

ENDINGS = ("finish", "fail", "needs_person")
"""The kinds of step after which a flow does not go on."""


def read_flow(
    text: str,
    path: str,
    config: Mapping[str, Mapping[str, Any]],
    actions: Sequence[type[Action]],
    profile: Callable[[str], Profile],
    other: FindOther = lambda app, name: None,
) -> tuple[Flow | None, list[Diagnostic]]:
    """A flow from the text of its file, or its problems.

    `config` has the keys that `${config.KEY}` may name, each with its JSON Schema; `profile` loads an app profile by
    its name, `other` another flow by the app and its name.
    """
    reading = FlowReading(read(text, path))
    parser = _Parser(reading, {action.kind: action for action in actions}, profile, other)
    flow = parser.flow(config)
    return (None if reading.diagnostics else flow), tidy(reading.diagnostics)


@dataclass(slots=True)
class _Proof:
    """A proof as written, and the names of the evidence that all commit steps which use it keep."""

    data: Any
    at: JsonPath
    evidence: set[str] | None = None
    uses: int = 0

    def used(self, evidence: Iterable[str]) -> None:
        self.uses += 1
        self.evidence = set(evidence) if self.evidence is None else self.evidence.intersection(evidence)


class _Parser:
    """The way from a document to a flow."""

    def __init__(
        self,
        reading: FlowReading,
        actions: dict[str, type[Action]],
        profile: Callable[[str], Profile],
        other: FindOther,
        users: tuple[str, ...] = (),
        read_before: dict[str, Flow | None] | None = None,
    ) -> None:
        self._reading = reading
        self._actions = actions
        self._load_profile = profile
        self._other = other
        self._users = users
        self._read_before = {} if read_before is None else read_before
        self._name = self._app = ""
        self._used: dict[str, Verification] = {}
        self._names = Names()
        self._proofs: dict[str, _Proof] = {}

    def flow(self, config: Mapping[str, Mapping[str, Any]]) -> Flow | None:
        data = self._reading.document.data
        if not isinstance(data, dict):
            self._reading.note((), "invalid-value", "a flow is a mapping with version, name, app and steps")
            return None
        head = {key: value for key, value in data.items() if key not in PARTS}
        header = self._reading.build(Header, head, (), self._names)
        # Read on with a wrong header: one look at the file should show all of its problems.
        self._name, self._app = str(data.get("name")), data.get("app", "")
        known = self._profile(self._app) if isinstance(self._app, str) else None
        if known is None:
            return None
        always = VARIABLES | {f"config.{key}" for key in config}
        types = {
            f"config.{key}": rules["type"]
            for key, rules in config.items()
            if isinstance(rules.get("type"), str)
        }
        self._names = Names(known.elements.keys(), known.links.keys(), set(always), types)
        self._declare_proofs(data)
        steps = self._steps(data.get("steps"), ("steps",)) if header is not None or "steps" in data else ()
        # A proof runs in another attempt too, which remembers nothing of the steps but the evidence in the ledger.
        proofs = {name: made for name in self._proofs if (made := self._proof(name, always)) is not None}
        proofs |= self._used
        self._check_used(steps, header)
        if header is None:
            return None
        commits = [step for top in steps for step in top.walk() if step.action.kind == "commit"]
        loops = (step for top in steps for step in top.walk() if step.action.is_loop)
        repeated = any(inner.action.kind == "commit" for loop in loops for inner in loop.walk())
        proved = [step for proof in proofs.values() for step in proof.steps]
        return Flow(
            header.name,
            header.app,
            self._reading.document.path,
            steps,
            proofs,
            is_repeatable=bool(commits) or header.effects == "none",
            reads_toasts=any(step.action.kind == "toast" for top in (*steps, *proved) for step in top.walk()),
            makes_several=len(commits) > 1 or repeated,
        )

    def _profile(self, app: str) -> Profile | None:
        try:
            return self._load_profile(app)
        except FlowError as error:
            self._reading.note(("app",), "unknown-app", error.message, error.hint)
            return None

    # proofs

    def _declare_proofs(self, data: Mapping[str, Any]) -> None:
        if "verify" in data:
            self._proofs[SECTION] = _Proof(data["verify"], ("verify",))
        named = data.get("proofs", {})
        if not isinstance(named, dict):
            self._reading.note(("proofs",), "invalid-value", "`proofs` is a mapping of proofs by name")
            return
        self._proofs |= {str(name): _Proof(proof, ("proofs", name)) for name, proof in named.items()}

    def _proof_of_commit(self, data: Any, at: JsonPath) -> tuple[Any, str]:
        """The arguments of a commit step with its proof by name, and that name."""
        proof = data.get("proof") if isinstance(data, dict) else None
        if proof is None:
            name = SECTION
            if SECTION not in self._proofs:
                message = "a flow with a commit step needs a `verify` section, which proves its effect"
                hint = "or give the step a `proof` of its own"
                self._reading.note(at, "missing-verify", message, hint, key=True)
        elif isinstance(proof, str):
            name = proof
            if name not in self._proofs:
                hint = legal(name, [known for known in self._proofs if known != SECTION])
                self._reading.note([*at, "proof"], "unknown-proof", f"there is no proof {name!r}", hint)
        else:
            # By kind and number, not by line: the ledger keeps the name, and a comment more must not change it.
            number = sum(1 for known in self._proofs if known.startswith(f"{data.get('effect')} ")) + 1
            name = f"{data.get('effect')} {number}"
            self._proofs[name] = _Proof(proof, (*at, "proof"))
            data = {**data, "proof": name}
        if name == SECTION in self._proofs and self._proofs[SECTION].uses:
            message = "one commit step at most is proved by the section `verify`"
            hint = "give each of several commit steps a `proof`, which may be one of the section `proofs`"
            self._reading.note(at, "several-commits", message, hint, key=True)
        evidence = data.get("evidence") if isinstance(data, dict) else None
        if name in self._proofs:
            self._proofs[name].used(evidence if isinstance(evidence, dict) else ())
        return data, name

    def _proof(self, name: str, always: Iterable[str]) -> Verification | None:
        proof = self._proofs[name]
        at = proof.at
        if not proof.uses and name != SECTION:
            self._reading.note(at, "unused-proof", f"no commit step uses the proof {name!r}", key=True)
        if not isinstance(proof.data, dict):
            what = "`verify`" if name == SECTION else "a proof"
            self._reading.note(at, "invalid-value", f"{what} is a mapping with steps and conditions")
            return None
        evidence = tuple(sorted(proof.evidence or ()))
        self._names.variables = set(always) | {f"evidence.{name}" for name in evidence}
        has_steps = name == SECTION or "steps" in proof.data
        steps = self._steps(proof.data.get("steps"), (*at, "steps")) if has_steps else ()
        conditions = {key: value for key, value in proof.data.items() if key != "steps"}
        made = self._reading.build(Proof, conditions, at, self._names)
        return Verification(steps, made, evidence) if made is not None else None

    # steps

    def _steps(self, data: Any, at: JsonPath) -> tuple[Step, ...]:
        if not isinstance(data, list) or not data:
            self._reading.note(at, "invalid-value", "steps are a list of at least one step")
            return ()
        steps = [self._step(item, (*at, index)) for index, item in enumerate(data)]
        return _proved(step for step in steps if step is not None)

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
        arguments, proof = data[kind], SECTION
        if kind == "commit":
            arguments, proof = self._proof_of_commit(arguments, (*at, kind))
        arguments = _arguments(action_type, arguments)
        action = self._reading.build(action_type, arguments, (*at, kind), self._names)
        read = self._branches(action_type, action, branches, at)
        if action is None:
            return None
        defaults: Mapping[str, Any] = {}
        if kind == "use":
            read[USED], defaults = self._use(action, (*at, kind))
        remembered = action.remembers()
        if remembered is not None:
            self._names.variables.add(remembered)
        line = self._reading.line((*at, kind))
        source = f"{self._reading.document.path}:{line}"
        return Step(action, source, read, proof, defaults=defaults)

    # flows that it uses

    def _use(self, action: Any, at: JsonPath) -> tuple[tuple[Step, ...], Mapping[str, Any]]:
        """The steps of the flow that a `use` step names, and the values of parameters that it does not give."""
        name, chain = action.flow, (*self._users, self._name)
        if name in chain:
            message = f"the flow {name!r} uses itself: {' -> '.join((*chain, name))}"
            self._reading.note(at, "flow-cycle", message)
            return (), {}
        other = self._other(self._app, name)
        if other is None:
            message = f"there is no flow {name!r} beside this one, and none comes with the runner"
            self._reading.note(at, "unknown-flow", message, f"it would be {name}.yaml in the same folder")
            return (), {}
        for key, message, hint in other.mistakes(action.given):
            self._reading.note([*at, "with", key] if key else at, "bad-parameter", message, hint)
        if name not in self._read_before:  # each is read once, however many steps use it
            self._read_before[name] = self._read_used(name, other, at, chain)
        flow = self._read_before[name]
        if flow is None:
            return (), {}
        self._used |= flow.proofs
        return flow.steps, other.defaults

    def _read_used(self, name: str, other: OtherFlow, at: JsonPath, chain: tuple[str, ...]) -> Flow | None:
        """Another flow, its proofs named apart from those of others; None if it cannot be used, which is noted."""
        reading = FlowReading(read(other.text, other.path))
        parser = _Parser(reading, self._actions, self._load_profile, self._other, chain, self._read_before)
        flow = parser.flow(other.properties)
        wrong = next(iter([*other.problems, *reading.diagnostics]), None)
        if wrong is not None:
            message = f"the flow {chain[-1]!r} cannot use it: {wrong.path}:{wrong.span.line}: {wrong.message}"
            self._reading.note(at, "bad-flow", message, wrong.hint)
            return None
        if flow is not None and flow.app != self._app:
            message = f"{flow.name!r} is a flow for the app {flow.app!r}, and this one is for {self._app!r}"
            self._reading.note(at, "wrong-app", message)
            return None
        return named_apart(flow, name) if flow is not None else None

    def _check_used(self, steps: Sequence[Step], header: Header | None) -> None:
        if is_too_long(steps):
            message = f"with the flows that it uses it has more than {MOST_STEPS} steps"
            self._reading.note(("steps",), "too-many-steps", message)
            return
        used = [step for top in steps for step in top.walk() if step.action.kind == "use"]
        makes_effects = any(inner.action.kind == "commit" for step in used for inner in step.walk())
        if makes_effects and header is not None and header.effects is None:
            message = "a flow that it uses makes effects, and `effects` does not say how many one task makes"
            self._reading.note(("steps",), "missing-effects", message, "limits and plans count them")

    def _branches(
        self, kind: type[Action], action: Action | None, written: Mapping[str, Any], at: JsonPath
    ) -> dict[str, tuple[Step, ...]]:
        """The lists of steps beside a step. What only some of them remember, or a loop, is unknown afterwards."""
        for key in written:
            if key not in kind.branches:
                message = f"a step is one key; {key!r} does not belong to {kind.kind!r}"
                self._reading.note([*at, key], "unknown-key", message, key=True)
        for key in kind.needed:
            if key not in written:
                self._reading.note(at, "missing-key", f"beside {kind.kind!r} the key {key!r} is missing")
        before = set(self._names.variables)
        given = action.gives() if action is not None else None
        after: list[set[str]] = [before] if kind.is_loop else []
        read = {}
        for key in kind.branches:
            self._names.variables = before | ({given} if given else set())
            read[key] = branch = self._steps(written[key], (*at, key)) if key in written else ()
            # After a branch that ends the flow nothing follows, so it takes no variable away either.
            if not (branch and branch[-1].action.kind in ENDINGS):
                after.append(self._names.variables)
        self._names.variables = set.intersection(*after) if after else before
        return {key: branch for key, branch in read.items() if branch}


def _proved(steps: Iterable[Step]) -> tuple[Step, ...]:
    """The steps, with a mark at those commits whose own proof is made at once: no `verify` step of this list follows
    before the next commit."""
    found: list[Step] = []
    is_verified = False
    for step in reversed(list(steps)):
        if step.action.kind == "commit":
            step = replace(step, proves_itself=step.proof != SECTION and not is_verified)  # noqa: PLW2901
            is_verified = False
        is_verified |= step.action.kind == "verify"
        found.insert(0, step)
    return tuple(found)


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
    if action.short is None or isinstance(value, dict):
        return value
    is_expression = "expr" in action.model_fields and isinstance(value, str) and "${" in value
    return {"expr" if is_expression else action.short: value}
