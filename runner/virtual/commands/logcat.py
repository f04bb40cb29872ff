"""logcat and log: what has been logged, filtered, counted, forgotten; and one's own lines."""

import asyncio
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from runner.virtual.commands.call import Call, Command, UsageError
from runner.virtual.log import BUFFERS, DEFAULT_BUFFERS, FORMATS, PRIORITIES, Entry, Form

_LOOK_S = 0.2
_SIZE_KB = 256
_NAMES = {"v": "V", "d": "D", "i": "I", "w": "W", "e": "E", "f": "F", "s": "S"} | {
    "verbose": "V", "debug": "D", "info": "I", "warn": "W", "warning": "W", "error": "E", "fatal": "F", "silent": "S",
}  # fmt: skip
_LONG = {
    "--buffer": "-b", "--buffer-size": "-g", "--clear": "-c", "--dividers": "-D", "--dump": "-d", "--file": "-f",
    "--format": "-v", "--last": "-L", "--max-count": "-m", "--regex": "-e", "--rotate-count": "-n",
    "--rotate-kbytes": "-r", "--statistics": "-S", "--tail": "-t", "--prune": "-p", "--wrap": "-W",
}  # fmt: skip
_WITH_VALUE = "bvtTGmefnrP"


@dataclass(slots=True)
class _Wish:
    buffers: list[str] = field(default_factory=list)
    form: Form = field(default_factory=Form)
    does: str = "follow"
    """Or `dump`, `clear`, `sizes`, `statistics`, `nothing`."""
    last: int | None = None
    since: datetime | None = None
    pattern: re.Pattern[str] | None = None
    most: int | None = None
    pid: int | None = None
    file: str | None = None
    print_all: bool = False
    dividers: bool = False
    filters: dict[str, str] = field(default_factory=dict)
    """The least priority by tag; `*` is for all others."""

    def shows(self, entry: Entry) -> bool:
        least = self.filters.get(entry.tag, self.filters.get("*", "V"))
        if least == "S" or PRIORITIES.index(entry.priority) < PRIORITIES.index(least):
            return False
        if self.pid is not None and entry.pid != self.pid:
            return False
        if self.since is not None and entry.at < self.since:
            return False
        return self.pattern is None or self.print_all or self.pattern.search(entry.text) is not None


async def _logcat(call: Call) -> int:
    """As Android's. Without an option that ends it, it shows lines as they come until the stream ends."""
    wish = _read(call)
    buffers = tuple(wish.buffers) or DEFAULT_BUFFERS
    log = call.phone.log
    if wish.does == "clear":
        log.clear(buffers)
        return 0
    if wish.does == "sizes":
        return _sizes(call, buffers)
    if wish.does == "statistics":
        return _statistics(call, buffers)
    if wish.does == "nothing":
        return 0
    shown = _Shown(call, wish)
    last = log.written
    known = [entry for entry in log.entries(buffers) if wish.shows(entry)]
    shown.take(iter(known if wish.last is None else known[max(0, len(known) - wish.last) :]))
    while wish.does == "follow" and not shown.enough:
        await shown.deliver()
        await asyncio.sleep(_LOOK_S)
        news = [entry for entry in log.entries(buffers) if entry.number > last and wish.shows(entry)]
        last = log.written
        shown.take(iter(news))
    shown.write_file()
    return 0


class _Shown:
    """Writes entries where they are wanted, with a line before the first one of each buffer."""

    def __init__(self, call: Call, wish: _Wish) -> None:
        self._call, self._wish = call, wish
        self._begun: set[str] = set()
        self._buffer = ""
        self._count = 0
        self._lines: list[str] = []

    @property
    def enough(self) -> bool:
        return self._wish.most is not None and self._count >= self._wish.most

    def take(self, entries: Iterator[Entry]) -> None:
        for entry in entries:
            if self.enough:
                return
            if entry.buffer not in self._begun:
                self._line(f"--------- beginning of {entry.buffer}")
                self._begun.add(entry.buffer)
            elif self._wish.dividers and entry.buffer != self._buffer:
                self._line(f"--------- switch to {entry.buffer}")
            self._buffer = entry.buffer
            self._line(self._wish.form.write(entry))
            self._count += 1

    def _line(self, text: str) -> None:
        if self._wish.file is None:
            self._call.print(text)
        else:
            self._lines.append(text)

    async def deliver(self) -> None:
        self.write_file()
        await self._call.deliver()

    def write_file(self) -> None:
        """What was taken so far, in the file that -f names."""
        if self._wish.file is not None:
            path = self._call.path(self._wish.file)
            self._call.phone.files.write(path, "".join(f"{line}\n" for line in self._lines).encode())


def _sizes(call: Call, buffers: tuple[str, ...]) -> int:
    for name in buffers:
        used = sum(len(entry.text) for entry in call.phone.log.entries((name,))) // 1024
        call.print(
            f"{name}: ring buffer is {_SIZE_KB} KiB ({used} KiB consumed, {used} KiB readable), "
            "max entry is 5120 B, max payload is 4068 B"
        )
    return 0


def _statistics(call: Call, buffers: tuple[str, ...]) -> int:
    kept = {name: list(call.phone.log.entries((name,))) for name in buffers}
    call.print("size/num " + " ".join(f"{name:<16}" for name in buffers).rstrip())
    for words in ("Total   ", "Now     "):
        sizes = (f"{sum(len(entry.text) for entry in found)}/{len(found)}" for found in kept.values())
        call.print(words + " " + " ".join(f"{size:<16}" for size in sizes).rstrip())
    return 0


def _read(call: Call) -> _Wish:
    """Raises UsageError for an option that logcat does not know, or without the value that it needs."""
    wish = _Wish()
    words = list(call.arguments)
    while words:
        word = words.pop(0)
        if word == "--":
            wish.filters.update(_filter(text) for text in words)
            break
        if not word.startswith("-") or word == "-":
            wish.filters.update([_filter(word)])
            continue
        for name, value in _options(word, words):
            _take(wish, name, value)
    if not wish.filters:
        wish.filters.update(_filter(text) for text in call.environment.get("ANDROID_LOG_TAGS", "").split())
    return wish


def _options(word: str, words: list[str]) -> Iterator[tuple[str, str]]:
    """One-letter options may stand together; a value stands behind its option, or is the next word."""
    if word.startswith("--"):
        name, equals, value = word.partition("=")
        letter = _LONG.get(name)
        if name in ("--pid", "--print", "--uid"):
            yield name, value if equals or name == "--print" else _next(word, words)
        elif letter is None:
            raise UsageError(f"logcat: unrecognized option '{name}'", 1)
        elif letter[1] in _WITH_VALUE:
            yield letter, value if equals else _next(word, words)
        else:
            yield ("-G", value) if letter == "-g" and equals else (letter, "")
        return
    for place, letter in enumerate(word[1:], 1):
        if letter in _WITH_VALUE:
            yield f"-{letter}", word[place + 1 :] or _next(word, words)
            return
        yield f"-{letter}", ""


def _next(word: str, words: list[str]) -> str:
    if not words:
        raise UsageError(f"logcat: option '{word}' requires an argument", 1)
    return words.pop(0)


def _take(wish: _Wish, name: str, value: str) -> None:
    actions: dict[str, Callable[[], None]] = {
        "-b": lambda: _add_buffers(wish, value),
        "-v": lambda: _set_form(wish, value),
        "-t": lambda: _set_tail(wish, value, does="dump"),
        "-T": lambda: _set_tail(wish, value, does="follow"),
        "-e": lambda: setattr(wish, "pattern", _pattern(value)),
        "-m": lambda: setattr(wish, "most", _count(name, value)),
        "-f": lambda: setattr(wish, "file", value),
        "--pid": lambda: setattr(wish, "pid", _count(name, value)),
        "-D": lambda: setattr(wish, "dividers", True),
        "--print": lambda: setattr(wish, "print_all", True),
        "-s": lambda: wish.filters.update({"*": "S"}),
    }
    ends = {
        "-c": "clear", "-d": "dump", "-g": "sizes", "-S": "statistics", "-G": "nothing", "-p": "nothing",
        "-P": "nothing", "-L": "dump",
    }  # fmt: skip
    changes_nothing = ("-n", "-r", "-B", "-W", "-I", "--uid")
    if name in actions:
        actions[name]()
    elif name in ends:
        wish.does = ends[name]
    elif name not in changes_nothing:
        raise UsageError(f"logcat: invalid option -- '{name[1:]}'", 1)


def _add_buffers(wish: _Wish, names: str) -> None:
    for name in names.split(","):
        if name == "all":
            wish.buffers += BUFFERS
        elif name == "default":
            wish.buffers += DEFAULT_BUFFERS
        elif name in (*BUFFERS, "security", "stats"):
            wish.buffers.append(name)
        else:
            raise UsageError(f"logcat: Unknown -b buffer '{name}'", 1)


def _set_form(wish: _Wish, names: str) -> None:
    for name in names.replace(",", " ").split():
        modifiers = {
            "color": {},
            "descriptive": {},
            "epoch": {"epoch": True},
            "monotonic": {},
            "nsec": {"digits": 9},
            "printable": {},
            "uid": {"uid": True},
            "usec": {"digits": 6},
            "UTC": {"utc": True},
            "year": {"year": True},
            "zone": {"zone": True},
        }
        if name in FORMATS:
            wish.form = replace(wish.form, name=name)
        elif name in modifiers:
            wish.form = replace(wish.form, **modifiers[name])  # type: ignore[arg-type]
        else:
            raise UsageError(f"logcat: Invalid parameter '{name}' to -v", 1)


def _set_tail(wish: _Wish, value: str, *, does: str) -> None:
    wish.does = does
    if value.isdecimal():
        wish.last = int(value)
        return
    for pattern in ("%m-%d %H:%M:%S.%f", "%Y-%m-%d %H:%M:%S.%f"):
        try:
            found = datetime.strptime(value, pattern).replace(tzinfo=UTC)
        except ValueError:
            continue
        wish.since = found if found.year > 1900 else found.replace(year=datetime.now(UTC).year)
        return
    raise UsageError(f"logcat: -{'t' if does == 'dump' else 'T'} '{value}' not in time format", 1)


def _pattern(value: str) -> re.Pattern[str]:
    try:
        return re.compile(value)
    except re.error as error:
        raise UsageError(f"logcat: invalid regular expression: {error}", 1) from error


def _count(name: str, value: str) -> int:
    if not value.isdecimal():
        raise UsageError(f"logcat: {name} {value} not a number", 1)
    return int(value)


def _filter(text: str) -> tuple[str, str]:
    """`TAG:PRIORITY`; a tag alone shows everything of it, `*` alone or a priority is for all others."""
    tag, colon, priority = text.rpartition(":") if ":" in text else (text, "", "V")
    if not tag or (colon and priority.upper() not in (*PRIORITIES, "*")):
        raise UsageError(f"logcat: Invalid filter expression '{text}'", 1)
    return tag, "V" if priority == "*" else priority.upper()


async def _log(call: Call) -> int:
    """`log [-p PRIORITY] [-t TAG] MESSAGE...` writes a line of one's own."""
    words, tag, priority = list(call.arguments), "log", "I"
    while words and words[0] in ("-p", "-t"):
        if len(words) < 2:
            return call.fail(f"log: Needs 1 argument for {words[0]}")
        option, value = words.pop(0), words.pop(0)
        if option == "-t":
            tag = value
        elif value.lower() in _NAMES:
            priority = _NAMES[value.lower()]
        else:
            return call.fail(f"log: bad -p '{value}'")
    text = " ".join(words)
    if not text:
        text = (await call.stdin.read_all()).decode(errors="replace").rstrip("\n")
    call.phone.write_log(tag, text, priority=priority, uid=2000)
    return 0


COMMANDS: dict[str, Command] = {"log": _log, "logcat": _logcat}
