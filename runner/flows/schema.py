"""The JSON Schemas of flow files and app profiles, written from the models."""

from typing import Any

from runner.campaign.schema_shape import Schema, complete, tidy
from runner.flows.conditions import Condition
from runner.flows.elements import SELECTOR_KEYS, AboutElement
from runner.flows.flow import Action, Header, Proof
from runner.flows.profile import Profile, apps
from runner.flows.reading import FlowModel
from runner.flows.selectors import Selector
from runner.flows.steps import ACTIONS

_REF = "#/$defs/{model}"


def flow_schema() -> Schema:
    """The schema of a flow file. It does not check names of elements and variables; the reading of the flow does."""
    schema = Header.model_json_schema(ref_template=_REF)
    definitions = schema.setdefault("$defs", {})
    proof = _defined(Proof.model_json_schema(ref_template=_REF), definitions)
    reach = "How to reach a screen that proves it; without steps it is proved on the screen that the tap has left."
    proof["properties"] = {"steps": _steps(reach), **proof["properties"]}
    proof["description"] = "How to find out whether an effect happened, from any screen."
    definitions["Proof"] = proof
    definitions["Step"] = _step(definitions)
    _with_selector_keys(definitions["Condition"], Condition)
    definitions["Selector"] = _with_single_selectors(definitions["Selector"])
    definitions["Condition"] |= {"type": ["string", "object"], "minLength": 1}
    schema["properties"]["app"]["examples"] = [*apps(), "org.example.notes"]
    schema["properties"]["steps"] = _steps("What is done, one step after the other.")
    schema["properties"]["verify"] = {
        "description": "How to prove the effect of the one commit step that has no proof of its own, from any screen.",
        "$ref": _REF.format(model="Proof"),
        "required": ["steps"],
    }
    schema["properties"]["proofs"] = {
        "description": "Proofs by name, for commit steps.",
        "type": "object",
        "additionalProperties": {"$ref": _REF.format(model="Proof")},
    }
    schema["required"].append("steps")
    schema |= {"title": "Flow", "description": "A script as steps for an app, on the backend `device`."}
    flow = tidy(schema, choose=_never)
    region = flow["$defs"]["Selector"]["properties"]["region"]
    del region["minItems"], region["maxItems"]  # the reading says how many there are
    return complete("flow", flow)


def profile_schema() -> Schema:
    """The schema of an app profile: names of elements and of links are free.

    A profile that lies over one that comes with the runner has only what differs, so that little is required here.
    """
    schema = Profile.model_json_schema(ref_template=_REF)
    schema["required"] = ["version", "app"]
    schema = tidy(_with_single_selectors(schema), choose=_never)
    for place in (schema, schema["$defs"]["Labels"]):
        _let_names_be_null(place["properties"])
    return complete("app-profile", schema)


def _let_names_be_null(properties: Schema) -> None:
    """What lies over another profile takes an element, a link or a dialog away with `null`."""
    for key in ("elements", "links", "dismiss"):
        values = properties[key]["additionalProperties"] if key in properties else {}
        if "$ref" in values:
            values |= {"if": {"type": "object"}, "then": {"$ref": values.pop("$ref")}, "type": "object"}
        if values:
            types = values["type"] if isinstance(values["type"], list) else [values["type"]]
            values["type"] = [*types, "null"]


def _steps(description: str) -> Schema:
    step = {"$ref": _REF.format(model="Step")}
    return {"title": "Steps", "description": description, "type": "array", "minItems": 1, "items": step}


def _step(definitions: dict[str, Any]) -> Schema:
    """A step has one key, its kind; beside choices and loops stand lists of steps."""
    kinds = {action.kind: _kind(action, definitions) for action in ACTIONS}
    branches = {
        "then": _steps("What is done if it is true (of `when` and `chance`)."),
        "else": _steps("What is done if it is not true (of `when` and `chance`)."),
        "do": _steps("What is done in each round (of `repeat` and `for_each`)."),
    }
    has_steps = [{"required": [action.kind]} for action in ACTIONS if action.branches]
    return {
        "title": "Step",
        "description": "One step: its kind, with what it needs.",
        "type": "object",
        "minProperties": 1,
        "properties": {**kinds, **branches},
        "additionalProperties": False,
        "if": {"anyOf": has_steps},
        "else": {"maxProperties": 1},
    }


def _kind(action: type[Action], definitions: dict[str, Any]) -> Schema:
    """The schema of a kind of step; a value alone stands for its one key, nothing for no keys at all."""
    node = _defined(action.model_json_schema(ref_template=_REF), definitions)
    types = ["object"]
    if action.kind == "commit":
        inline = {"if": {"type": "object"}, "then": {"$ref": _REF.format(model="Proof")}}
        node["properties"]["proof"] = node["properties"]["proof"] | {"type": ["string", "object"], **inline}
        node["properties"]["proof"].pop("anyOf")
    _with_selector_keys(node, action)
    if action.short is not None:
        value = node["properties"][action.short]
        rules = next((rule for rule in value.get("anyOf", ()) if rule != {"type": "null"}), value)
        value_alone = ("enum", "examples", "if", "then") if action.short != "element" else ()
        node |= {key: rules[key] for key in value_alone if key in rules}
        of_value = rules.get("type", "string")
        types = [*(of_value if isinstance(of_value, list) else [of_value]), *types]
        types = list(dict.fromkeys(types))
        node |= {key: rules[key] for key in ("items", "pattern", "patternErrorMessage") if key in rules}
    if "enum" in node:
        choices = node.pop("enum")
        node |= {"examples": choices, "if": {"type": "string"}, "then": {"enum": choices}}
    if not node.get("required") and action.short is None:
        types.append("null")
    return {**node, "type": types if len(types) > 1 else types[0]}


def _with_selector_keys(node: Schema, model: type[FlowModel]) -> None:
    """Let the keys of a selector stand beside those of what is about an element; the reading says if there is none."""
    if not issubclass(model, AboutElement):
        return
    keys = [key for key in SELECTOR_KEYS if key not in node["properties"]]
    node["properties"] |= {key: _of_selector(key) for key in keys}
    if "element" in node.get("required", ()):
        node["required"].remove("element")


def _of_selector(key: str) -> Schema:
    name = next(name for name, info in Selector.model_fields.items() if key in (name, info.alias))
    said = f"Of the element: {Selector.model_fields[name].description}"
    return {"description": said, "$ref": f"#/$defs/Selector/properties/{key}"}


def _defined(schema: Schema, definitions: dict[str, Any]) -> Schema:
    """The schema without its definitions, which move to the others."""
    definitions |= schema.pop("$defs", {})
    return schema


def _with_single_selectors(node: Any) -> Any:
    """The schema in which one selector may stand for a list of one."""
    if isinstance(node, list):
        return [_with_single_selectors(item) for item in node]
    if not isinstance(node, dict):
        return node
    node = {key: _with_single_selectors(value) for key, value in node.items()}
    if node.get("type") == "array" and "$ref" in node.get("items", {}):
        node |= {"type": ["array", "object"], "if": {"type": "object"}, "then": node["items"]}
    return node


def _never(models: list[str]) -> Schema:
    raise AssertionError(f"nothing here is a choice between {', '.join(models)}")
