"""content: asks and changes the media index, and hands on what is about settings."""

import re
from urllib.parse import urlsplit

from runner.virtual.commands import settings_provider
from runner.virtual.commands.call import Call, Command, UsageError
from runner.virtual.files import resolve
from runner.virtual.media import collection_of

_CONDITION = re.compile(
    r"""\s*\(?\s*(\w+)\s*(=|!=|LIKE)\s*('(?:[^']|'')*'|"[^"]*"|-?\d+)\s*\)?\s*""", re.IGNORECASE
)

_EMPTY = ("call_log", "com.android.contacts", "contacts", "mms-sms", "sms")
"""Providers that every phone has, and nothing is in them here."""


def _content(call: Call) -> int:
    verb, *words = call.arguments or [""]
    options = _options(words)
    uri = options.get("--uri", [""])[0]
    if verb == "call":
        return _call(call, options)
    if settings_provider.handles(uri):
        return settings_provider.run(call, verb, uri, options)
    if verb == "query" and urlsplit(uri).netloc in _EMPTY:
        return call.print("No result found.")
    collection = collection_of(uri)
    if collection is None:
        return _no_provider(call, uri)
    if verb == "query":
        return _query(call, uri, collection, options)
    if verb == "insert":
        return _insert(call, options)
    if verb == "delete":
        for row in _rows(call, uri, collection, options):
            call.phone.media.remove(int(row["_id"]))
        return 0
    return call.print(f"[ERROR] Unsupported operation: {verb}")


def _no_provider(call: Call, uri: str) -> int:
    """As every failure of `content`, it ends with 0."""
    if not uri:
        return call.print("[ERROR] Content provider URI not specified. Did you specify --uri argument?")
    name = urlsplit(uri).netloc
    problem = f"java.lang.IllegalStateException: Could not find provider: {name}"
    return call.fail(f"Error while accessing provider:{name}\n{problem}", 0)


def _options(words: list[str]) -> dict[str, list[str]]:
    """`--name value` pairs; a name may come more than once."""
    options: dict[str, list[str]] = {}
    pairs = iter(words)
    for name in pairs:
        value = next(pairs, None)
        if not name.startswith("--") or value is None:
            raise UsageError(f"[ERROR] Unsupported argument: {name}", 0)
        options.setdefault(name, []).append(value)
    return options


def _query(call: Call, uri: str, collection: str, options: dict[str, list[str]]) -> int:
    rows = _rows(call, uri, collection, options)
    sort = options.get("--sort", [""])[0].split()
    if sort:
        rows.sort(key=lambda row: _sortable(row.get(sort[0], "")), reverse=sort[-1].upper() == "DESC")
    if not rows:
        return call.print("No result found.")
    wanted = options.get("--projection", [""])[0]
    for number, row in enumerate(rows):
        columns = [name for name in re.split("[:,]", wanted) if name] or list(row)
        call.print(f"Row: {number} " + ", ".join(f"{name}={row.get(name, 'NULL')}" for name in columns))
    return 0


def _sortable(value: str) -> tuple[int, str]:
    return (int(value), "") if value.isdigit() else (0, value)


def _rows(call: Call, uri: str, collection: str, options: dict[str, list[str]]) -> list[dict[str, str]]:
    rows = call.phone.media.rows(collection)
    item = uri.rpartition("/")[2]
    if item.isdigit():
        rows = [row for row in rows if row["_id"] == item]
    where = options.get("--where", [""])[0]
    for condition in re.split(r"\s+AND\s+", where, flags=re.IGNORECASE) if where else []:
        rows = [row for row in rows if _fulfils(row, condition)]
    return rows


def _fulfils(row: dict[str, str], condition: str) -> bool:
    found = _CONDITION.fullmatch(condition)
    if found is None or found.group(1) not in row:
        problem = f"android.database.sqlite.SQLiteException: cannot read {condition!r}"
        raise UsageError(f"Error while accessing provider:media\n{problem}", 0)
    name, operator, value = found.group(1), found.group(2).upper(), found.group(3)
    if value[0] in "'\"":
        value = value[1:-1].replace("''", "'")
    if name == "_data":
        value = resolve(value) if operator != "LIKE" else value.replace("/sdcard/", "/storage/emulated/0/")
    if operator == "LIKE":
        pattern = "".join({"%": ".*", "_": "."}.get(sign, re.escape(sign)) for sign in value)
        return re.fullmatch(pattern, row[name], re.IGNORECASE | re.DOTALL) is not None
    return (row[name] == value) == (operator == "=")


def _insert(call: Call, options: dict[str, list[str]]) -> int:
    """`--bind _data:s:PATH` puts a file into the index."""
    bound = dict(value.split(":", 1) for value in options.get("--bind", []) if ":" in value)
    path = bound.get("_data", "s:").partition(":")[2]
    if not path or call.phone.media.scan(path) is None:
        problem = f"java.lang.IllegalArgumentException: no media file {path!r}"
        return call.fail(f"Error while accessing provider:media\n{problem}", 0)
    call.phone.changed()
    return 0


def _call(call: Call, options: dict[str, list[str]]) -> int:
    """`content call --uri content://media --method scan_file --arg PATH`, or scan_volume."""
    method, path = options.get("--method", [""])[0], options.get("--arg", [""])[0]
    if method == "scan_file":
        media = call.phone.media.scan(path)
        call.phone.changed()
        uri = f"content://media/external_primary/{media.kind}/media/{media.id}" if media else "null"
        return call.print(f"Result: Bundle[{{uri={uri}}}]")
    if method == "scan_volume":
        call.phone.media.scan_tree()
        call.phone.changed()
        return call.print("Result: Bundle[{}]")
    problem = f"java.lang.UnsupportedOperationException: {method}"
    return call.fail(f"Error while accessing provider:media\n{problem}", 0)


COMMANDS: dict[str, Command] = {"content": _content}
