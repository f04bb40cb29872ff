"""`content` on the settings: `content://settings/system` and its sisters, as older scripts change them."""

import re

from runner.virtual.commands.call import Call

_URI = re.compile(r"content://settings/(system|secure|global)(?:/(\w+))?")
_NAME = re.compile(r"""\s*name\s*=\s*['"]([^'"]*)['"]\s*""")


def handles(uri: str) -> bool:
    """Whether the address is one of the settings."""
    return _URI.fullmatch(uri) is not None


def run(call: Call, verb: str, uri: str, options: dict[str, list[str]]) -> int:
    """`query`, `insert`, `update` or `delete`."""
    found = _URI.fullmatch(uri)
    assert found is not None, "handles() was asked"
    space, name = found[1], found[2]
    where = _NAME.fullmatch(options.get("--where", [""])[0])
    name = name or (where[1] if where else None)
    if verb == "query":
        return _query(call, space, name, options.get("--projection", ["_id:name:value"])[0])
    if verb in ("insert", "update"):
        bound = dict(_bound(text) for text in options.get("--bind", []))
        changed = bound.get("name") or name
        if changed:
            call.phone.settings[space, changed] = bound.get("value", "")
    elif verb == "delete" and name:
        call.phone.settings.pop((space, name), None)
    call.phone.changed()
    return 0


def _bound(text: str) -> tuple[str, str]:
    """`name:s:value`: a column, the type of its value, and the value."""
    column, _, rest = text.partition(":")
    return column, rest.partition(":")[2]


def _query(call: Call, space: str, name: str | None, projection: str) -> int:
    columns = [column for column in re.split("[:,]", projection) if column]
    known = sorted((key[1], value) for key, value in call.phone.settings.items() if key[0] == space)
    rows = [(number, *row) for number, row in enumerate(known, 1) if name in (None, row[0])]
    for place, (number, key, value) in enumerate(rows):
        row = {"_id": str(number), "name": key, "value": value}
        call.print(f"Row: {place} " + ", ".join(f"{column}={row.get(column, 'NULL')}" for column in columns))
    return 0 if rows else call.print("No result found.")
