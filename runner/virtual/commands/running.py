"""xargs, env, timeout and the like: commands that run other commands."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Iterator

from runner.virtual.commands.call import Call
from runner.virtual.commands.inputs import whole_number

_MOST_WORDS = 128 * 1024
_TIMED_OUT = 124


async def _env(call: Call) -> int:
    words, known = list(call.arguments), dict(call.environment)
    while words and (words[0].startswith("-") or "=" in words[0]):
        word = words.pop(0)
        if word in ("-i", "-"):
            known = {}
        elif word == "-u":
            known.pop(words.pop(0) if words else "", None)
        elif word.startswith("-"):
            raise call.unknown_option(word[1:2])
        else:
            name, _, value = word.partition("=")
            known[name] = value
    if words:
        return await call.run_command(words, call.streams, known)
    for name, value in known.items():
        call.print(f"{name}={value}")
    return 0


def _printenv(call: Call) -> int:
    if not call.arguments:
        for name, value in call.environment.items():
            call.print(f"{name}={value}")
    found = [call.environment[name] for name in call.arguments if name in call.environment]
    for value in found:
        call.print(value)
    return int(len(found) < len(call.arguments))


async def _run_rest(call: Call) -> int:
    """nohup, setsid, nice and the like: what they change, no virtual phone has."""
    words = list(call.arguments)
    while words and words[0].startswith("-"):
        option = words.pop(0)
        if option in ("-n", "-c", "-p") and words:
            words.pop(0)
    if not words:
        return call.fail(f'{call.name}: Needs 1 argument (see "{call.name} --help")')
    return await call.run(words)


async def _timeout(call: Call) -> int:
    words = list(call.arguments)
    while words and words[0].startswith("-"):
        if words.pop(0) in ("-k", "-s") and words:
            words.pop(0)
    if len(words) < 2:
        return call.fail('timeout: Needs 2 arguments (see "timeout --help")')
    found = re.fullmatch(r"([0-9]*\.?[0-9]+)([smhd]?)", words[0])
    if found is None:
        return call.fail(f"timeout: Not number '{words[0]}'")
    seconds = float(found.group(1)) * {"m": 60, "h": 3600, "d": 86400}.get(found.group(2), 1)
    try:
        async with asyncio.timeout(seconds or None):
            return await call.run(words[1:])
    except TimeoutError:
        return _TIMED_OUT


async def _time(call: Call) -> int:
    started_s = time.monotonic()
    status = await call.run([word for word in call.arguments if word != "-p"])
    call.fail(f"real    {time.monotonic() - started_s:.2f}\nuser    0.00\nsys     0.00")
    return status


async def _xargs(call: Call) -> int:
    options, words = _split_options(call)
    words = words or ["echo"]
    text = (await call.stdin.read_all()).decode(errors="replace")
    if "0" in options:
        items = [item for item in text.split("\0") if item]
    elif "I" in options or "d" in options:
        items = [line.strip() for line in text.split(options.get("d", "\n")) if line.strip()]
    else:
        items = [_unquoted(found) for found in re.findall(r"""(?:"[^"]*"|'[^']*'|\\.|[^\s"'\\])+""", text)]
    if not items and ("r" in options or "I" in options):
        return 0
    status = 0
    for group in _groups(items, whole_number(call, options.get("n", "0")), "I" in options):
        line = [*words, *group]
        if "I" in options:
            line = [word.replace(options["I"] or "{}", group[0]) for word in words]
        if "t" in options:
            call.fail(" ".join(line))
        ended = await call.run(line)
        if ended in (126, 127):
            return ended
        status = 123 if ended else status
    return status


def _split_options(call: Call) -> tuple[dict[str, str], list[str]]:
    """xargs's own options; those behind the command's name are the command's."""
    for place, word in enumerate(call.arguments):
        before = call.arguments[place - 1] if place else ""
        if not word.startswith("-") and before not in ("-n", "-I", "-d", "-L", "-P", "-s", "-E"):
            break
    else:
        place = len(call.arguments)
    rest = call.arguments[place:]
    call.arguments = call.arguments[:place]
    options, more = call.take_options("0rtxpo", "nIdLPsE")
    options.setdefault("n", options["L"]) if "L" in options else None
    return options, [*more, *rest]


def _unquoted(text: str) -> str:
    return re.sub(r"""\\(.)|["']""", lambda found: found.group(1) or "", text)


def _groups(items: list[str], count: int, one_each: bool) -> Iterator[list[str]]:
    if not items and not one_each:
        yield []
    group: list[str] = []
    size = 0
    for item in items:
        group.append(item)
        size += len(item) + 1
        if one_each or len(group) == count or size > _MOST_WORDS:
            yield group
            group, size = [], 0
    if group:
        yield group


TOYS: dict[str, Callable[[Call], "int | Awaitable[int]"]] = {
    "env": _env,
    "ionice": _run_rest,
    "nice": _run_rest,
    "nohup": _run_rest,
    "printenv": _printenv,
    "setsid": _run_rest,
    "taskset": _run_rest,
    "time": _time,
    "timeout": _timeout,
    "xargs": _xargs,
}
