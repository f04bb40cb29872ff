"""The JSON Schema (2020-12) of campaign files, for editors and for validation, written from the models."""

from collections.abc import Iterable, Mapping

from pydantic import BaseModel

from runner.campaign.faults_model import FaultsFile
from runner.campaign.models import (
    AccountGroup,
    AccountsFile,
    Campaign,
    DevicesFile,
    MatchGroup,
    SerialGroup,
    UsernameGroup,
)
from runner.campaign.schema_shape import Schema, complete, inlined, tidy
from runner.campaign.start_time_models import AtTime, CronTime, EveryTime
from runner.scripts import SCRIPTS, Script

_REF = "#/$defs/{model}"
_FORMS = (AtTime, EveryTime, CronTime)
_GROUPS = (SerialGroup, UsernameGroup, AccountGroup, MatchGroup)
_OTHER_KEYS = {
    "AtTime": ("every", "between", "cron"),
    "EveryTime": ("at", "cron"),
    "CronTime": ("at", "every"),
    "SerialGroup": ("usernames", "accounts", "match"),
    "UsernameGroup": ("serials", "accounts", "match"),
    "AccountGroup": ("serials", "usernames", "match"),
    "MatchGroup": ("usernames", "accounts"),
}
"""Keys of the other forms of a start time, or a group; our diagnostics look here for what was meant."""


def campaign_schema() -> Schema:
    """The schema of a campaign file.

    The script of an entry decides which keys its inline config may have. The schema holds named configs against no
    script, since only their use decides; it has their keys for editors to complete.
    """
    schema = Campaign.model_json_schema(ref_template=_REF)
    definitions = schema["$defs"]
    for script in SCRIPTS.values():
        definitions[_model(script).__name__] = _config_schema(script)
    for name, keys in _OTHER_KEYS.items():
        definitions[name]["otherKeys"] = list(keys)
    entry = definitions["Entry"]
    entry["properties"]["script"]["examples"] = list(SCRIPTS)
    entry["allOf"] = [rule for script in SCRIPTS.values() for rule in _config_rules(script, definitions)]
    (pattern,) = schema["properties"]["configs"]["patternProperties"]
    schema["properties"]["configs"]["patternProperties"][pattern] = _named_config(definitions)
    definitions["StartTimeForms"] = _start_time_forms(definitions)
    definitions["GroupForms"] = _group_forms(definitions)
    return complete("campaign", tidy(schema, choose=_by_keys))


def accounts_schema() -> Schema:
    """The schema of `accounts.yaml`, the accounts that the campaigns of a folder share."""
    return complete("accounts", tidy(AccountsFile.model_json_schema(ref_template=_REF), choose=_by_keys))


def faults_schema() -> Schema:
    """The schema of files of faults for rehearsals."""
    return complete("faults", tidy(FaultsFile.model_json_schema(ref_template=_REF), choose=_by_keys))


def devices_schema() -> Schema:
    """The schema of `devices.yaml`, the phones that the campaigns of a folder share."""
    return complete("devices", tidy(DevicesFile.model_json_schema(ref_template=_REF), choose=_by_keys))


def _model(script: Script) -> type[BaseModel]:
    assert script.config_model is not None
    return script.config_model()


def _config_schema(script: Script) -> Schema:
    schema = inlined(_model(script).model_json_schema(ref_template=_REF))
    for key in script.paths:
        values = schema["properties"][key]
        values.get("items", values)["format"] = "path"
    return schema


def _config_rules(script: Script, definitions: Mapping[str, Schema]) -> list[Schema]:
    """If an entry of this script has an inline config, only the script's schema decides, and only it is reported."""
    model = _model(script).__name__
    is_named = {"script": {"const": script.name}}
    is_inline = {**is_named, "config": {"type": "object"}}
    decide = {"properties": {"config": {"$ref": _REF.format(model=model)}}}
    rules: list[Schema] = [
        {"if": {"required": ["script", "config"], "properties": is_inline}, "then": decide}
    ]
    if needed := definitions[model].get("required"):
        about = {"description": f"the script `{script.name}` needs {', '.join(f'`{key}`' for key in needed)}"}
        named = {"required": ["script"], "properties": is_named}
        rules.append({"if": named, "then": {"required": ["config"], "properties": {"config": about}}})
    return rules


def _named_config(definitions: Mapping[str, Schema]) -> Schema:
    """Every key of every script, with no rule for its value."""
    properties: dict[str, Schema] = {}
    for script in SCRIPTS.values():
        properties = {**_annotations(definitions[_model(script).__name__]), **properties}
    description = "Settings of a script; the script of the entry that uses them decides what is legal."
    return {"title": "Config", "description": description, "type": "object", "properties": properties}


def _by_keys(models: list[str]) -> Schema:
    """The rules that choose among the forms of a mapping by its keys. `anyOf` would report the mistakes against every
    form."""
    forms = {_names(_FORMS): "StartTimeForms", _names(_GROUPS): "GroupForms"}
    return {"$ref": _REF.format(model=forms[tuple(models)])}


def _names(models: Iterable[type]) -> tuple[str, ...]:
    return tuple(model.__name__ for model in models)


def _group_forms(definitions: Mapping[str, Schema]) -> Schema:
    phones, *others = ({"$ref": _REF.format(model=name)} for name in _names(_GROUPS))
    properties = {
        key: about for form in _names(_GROUPS) for key, about in _annotations(definitions[form]).items()
    }
    rules: Schema = {"if": {"type": "object"}, "then": phones}
    # The first of these keys that a group has decides.
    for key, form in reversed([*zip(("usernames", "accounts", "match"), others, strict=True)]):
        rules = {"if": {"type": "object", "required": [key]}, "then": form, "else": rules}
    return {"properties": properties, **rules}


def _start_time_forms(definitions: Mapping[str, Schema]) -> Schema:
    """The keys of a mapping decide which form of a start time it is held against; editors complete all keys."""
    properties = {
        key: about for form in _FORMS for key, about in _annotations(definitions[form.__name__]).items()
    }
    at, every, cron = ({"$ref": _REF.format(model=form.__name__)} for form in _FORMS)
    is_every: Schema = {"type": "object", "anyOf": [{"required": ["every"]}, {"required": ["between"]}]}
    return {
        "properties": properties,
        "if": {"type": "object", "required": ["cron"]},
        "then": cron,
        "else": {"if": is_every, "then": every, "else": {"if": {"type": "object"}, "then": at}},
    }


def _annotations(model: Schema) -> dict[str, Schema]:
    """The properties of a model without any rule, for completion only."""
    found: dict[str, Schema] = {}
    for key, node in model["properties"].items():
        found[key] = {part: node[part] for part in ("title", "description", "default") if part in node}
        if examples := node.get("enum", node.get("examples")):
            found[key]["examples"] = examples
    return found
