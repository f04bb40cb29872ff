"""cat, head, tail, wc, tee, tr, cut, sort, uniq and the like: what stands behind a pipe."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import cmp_to_key
from itertools import pairwise

from runner.virtual.commands.call import Call, UsageError
from runner.virtual.commands.inputs import all_lines, opened, whole_number
from runner.virtual.language.words import unescaped
from runner.virtual.streams import FileOutput, Input

_CLASSES = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "blank": " \t",
    "digit": "0-9",
    "lower": "a-z",
    "punct": "!-/:-@[-`{-~",
    "space": " \t\n\r\f\v",
    "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
}


def _status(call: Call) -> int:
    """1 if something was complained of."""
    return int(bool(call.errors))


async def lines_of(source: Input) -> AsyncIterator[bytes]:
    """Lines as they come, each with its newline if it has one."""
    while line := await source.read_line():
        yield line


async def _cat(call: Call) -> int:
    options, paths = call.take_options("uens")
    failed, number = 0, 0
    async for _, source in opened(call, paths):
        while data := await (source.read_line() if "n" in options else source.read()):
            number += 1
            await call.write(f"{number:>6}\t".encode() + data if "n" in options else data)
    return _status(call) or failed


async def _head_or_tail(call: Call) -> int:
    """`-n COUNT`, `-COUNT`, `-c BYTES`; ten lines otherwise. tail knows `+COUNT`, from the start."""
    call.arguments = [re.sub(r"^-([0-9]+)$", r"-n\1", word) for word in call.arguments]
    options, paths = call.take_options("qvf" if call.name == "tail" else "qv", "nc")
    text = options.get("c", options.get("n", "10"))
    count = whole_number(call, text, least=-(1 << 62))
    status = 0
    async for path, source in opened(call, paths):
        if (len(paths) > 1 and "q" not in options) or "v" in options:
            call.print(f"{'' if path == paths[0] else chr(10)}==> {path} <==")
        if call.name == "head":
            await _head(call, source, count, in_bytes="c" in options)
        else:
            await _tail(call, source, count, from_start=text.startswith("+"), in_bytes="c" in options)
        status = max(status, 0)
    return _status(call)


async def _head(call: Call, source: Input, count: int, *, in_bytes: bool) -> None:
    if count < 0:
        data = await source.read_all()
        pieces = (
            [data[place : place + 1] for place in range(len(data))] if in_bytes else data.splitlines(True)
        )
        call.out += b"".join(pieces[:count])
        return
    while count > 0 and (data := await (source.read() if in_bytes else source.read_line())):
        taken = data[:count] if in_bytes else data
        if in_bytes:
            source.hold(data[count:])
        count -= len(taken) if in_bytes else 1
        await call.write(taken)


async def _tail(call: Call, source: Input, count: int, *, from_start: bool, in_bytes: bool) -> None:
    data = await source.read_all()
    if in_bytes:
        call.out += data[count - 1 :] if from_start else data[max(len(data) - abs(count), 0) :]
        return
    lines = re.findall(rb"[^\n]*\n|[^\n]+", data)
    call.out += b"".join(
        lines[max(count - 1, 0) :] if from_start else lines[max(len(lines) - abs(count), 0) :]
    )


async def _wc(call: Call) -> int:
    flags, paths = call.take_options("lwcm")
    totals = [0, 0, 0, 0]
    shown = [place for place, flag in enumerate("lwmc") if flag in flags] or [0, 1, 3]
    counted = 0
    async for path, source in opened(call, paths):
        data = await source.read_all()
        counts = [data.count(b"\n"), len(data.split()), len(data.decode(errors="replace")), len(data)]
        totals = [total + count for total, count in zip(totals, counts, strict=True)]
        call.print(_counted(counts, shown, path if paths else ""))
        counted += 1
    if counted > 1:
        call.print(_counted(totals, shown, "total"))
    return _status(call)


def _counted(counts: list[int], shown: list[int], name: str) -> str:
    numbers = [str(counts[place]) for place in shown]
    padded = numbers if len(shown) == 1 else [f"{number:>7}" for number in numbers]
    return " ".join([*padded, *([name] if name else [])])


async def _tee(call: Call) -> int:
    options, paths = call.take_options("ai")
    files = call.phone.files
    outputs = []
    for path in paths:
        place = call.path(path)
        try:
            if "a" not in options or files.find(place) is None:
                files.write(place, b"")
            files.check_writable(place)
            outputs.append(FileOutput(files, place))
        except OSError as error:
            call.fail(f"tee: {path}: {error.strerror}")
    failed = _status(call)
    while data := await call.stdin.read():
        for output in outputs:
            await output.write(data)
        await call.write(data)
    return failed


def _set_of(text: str) -> list[int]:
    """The bytes that tr's word names: ranges, classes and escapes."""
    text = re.sub(r"\[:(\w+):\]", lambda found: _CLASSES.get(found.group(1), ""), text)
    text = re.sub(r"\\([0-7]{1,3}|.)", lambda found: unescaped(found.group(1)), text, flags=re.DOTALL)
    signs = list(text.encode("utf-8"))
    expanded: list[int] = []
    place = 0
    while place < len(signs):
        if place + 2 < len(signs) and signs[place + 1] == ord("-"):
            expanded.extend(range(signs[place], signs[place + 2] + 1))
            place += 3
        else:
            expanded.append(signs[place])
            place += 1
    return expanded


async def _tr(call: Call) -> int:
    options, words = call.take_options("cCds")
    if not words or (len(words) < 2 and not set("ds") & set(options)):
        return call.fail(f"tr: Need {1 if set('ds') & set(options) else 2} arguments")
    first = _set_of(words[0])
    if set("cC") & set(options):
        first = [number for number in range(256) if number not in first]
    second = _set_of(words[1]) if len(words) > 1 else []
    table = list(range(256))
    for place, number in enumerate(first if second and "d" not in options else []):
        table[number] = second[min(place, len(second) - 1)]
    squeezed = bytes(second or first) if "s" in options else b""
    pattern = re.compile(b"([" + re.escape(squeezed) + b"])\\1+", re.DOTALL) if squeezed else None
    last = b""
    while data := await call.stdin.read():
        data = data.translate(bytes(table), bytes(first) if "d" in options else b"")
        if pattern:
            joined = pattern.sub(rb"\1", last + data)
            data, last = joined[len(last) :], joined[-1:] or last
        await call.write(data)
    return 0


def _ranges(call: Call, text: str) -> list[tuple[int, int]]:
    ranges = []
    for piece in text.split(","):
        found = re.fullmatch(r"([0-9]*)(-?)([0-9]*)", piece)
        if found is None or piece in ("", "-"):
            raise UsageError(f"{call.name}: bad range: {text}")
        first, dash, last = found.groups()
        ranges.append((int(first or 1), int(last or 1 << 62) if dash else int(first)))
    return ranges


async def _cut(call: Call) -> int:
    options, paths = call.take_options("sn", "dfcbO")
    kind = next((letter for letter in "fcb" if letter in options), None)
    if kind is None:
        return call.fail("cut: Needs -bcCfF")
    ranges = _ranges(call, options[kind])
    separator = options.get("d", "\t")
    joined = options.get("O", separator if kind == "f" else "")
    async for _, source in opened(call, paths):
        async for raw in lines_of(source):
            line = raw.decode(errors="replace").removesuffix("\n")
            if kind == "f" and separator not in line:
                if "s" not in options:
                    call.print(line)
                continue
            pieces = line.split(separator) if kind == "f" else list(line)
            chosen = [
                piece
                for place, piece in enumerate(pieces, start=1)
                if any(first <= place <= last for first, last in ranges)
            ]
            await call.write(f"{joined.join(chosen)}\n".encode())
    return _status(call)


_KEY = re.compile(r"([0-9]+)(?:\.([0-9]+))?([bdfginrhV]*)(?:,([0-9]+)(?:\.([0-9]+))?([bdfginrhV]*))?")
_NUMBER = re.compile(rb"\s*(-?[0-9]*\.?[0-9]+)")


def _numeric(data: bytes) -> float:
    found = _NUMBER.match(data)
    return float(found.group(1)) if found else 0.0


def _sort_key(call: Call, text: str, separator: bytes | None) -> tuple[str, Callable[[bytes], bytes]]:
    found = _KEY.fullmatch(text)
    if found is None or int(found.group(1)) < 1:
        raise UsageError(f"sort: bad -k '{text}'")
    first, last = int(found.group(1)), int(found.group(4) or 0)
    pieces = re.compile(rb"\s*[^\s]*")

    def take(line: bytes) -> bytes:
        parts = line.split(separator) if separator else pieces.findall(line)
        chosen = parts[first - 1 : last or None]
        return (separator or b"").join(chosen)

    return found.group(3) + (found.group(6) or ""), take


async def _sort(call: Call) -> int:
    keys = [word for place, word in enumerate(call.arguments) if place and call.arguments[place - 1] == "-k"]
    options, paths = call.take_options("bdfginrsuVzcM", "ktoS")
    keys = keys or ([options["k"]] if "k" in options else [])
    separator = options["t"].encode() if "t" in options else None
    everywhere = "".join(options)
    rules = [_sort_key(call, key, separator) for key in keys] or [("", lambda line: line)]
    lines = await all_lines(call, paths)

    def compare(left: bytes, right: bytes) -> int:
        for letters, take in rules:
            used = letters or everywhere
            result = _compared(take(left), take(right), used)
            if result:
                return -result if "r" in used else result
        if "s" in everywhere or "u" in everywhere:
            return 0
        result = (left > right) - (left < right)
        return -result if "r" in everywhere else result

    if "c" in options:
        for left, right in pairwise(lines):
            if compare(left, right) > 0:
                return call.fail(f"sort: Check line 1: {right.decode(errors='replace')}")
        return 0
    lines.sort(key=cmp_to_key(compare))
    if "u" in options:
        lines = [line for place, line in enumerate(lines) if not place or compare(lines[place - 1], line)]
    output = b"".join(line + b"\n" for line in lines)
    if "o" in options:
        call.phone.files.write(call.path(options["o"]), output)
    else:
        call.out += output
    return _status(call)


def _compared(left: bytes, right: bytes, letters: str) -> int:
    if set("ngh") & set(letters):
        a, b = _numeric(left), _numeric(right)
        return (a > b) - (a < b)
    if "V" in letters:
        versions = [
            [(int(part), b"") if part.isdigit() else (-1, part) for part in re.split(rb"([0-9]+)", text)]
            for text in (left, right)
        ]
        return (versions[0] > versions[1]) - (versions[0] < versions[1])
    if "b" in letters:
        left, right = left.lstrip(), right.lstrip()
    if "f" in letters:
        left, right = left.upper(), right.upper()
    return (left > right) - (left < right)


async def _uniq(call: Call) -> int:
    options, paths = call.take_options("cduiz", "fsw")
    skipped = whole_number(call, options.get("f", "0"))
    lines = await all_lines(call, paths[:1])

    def key(line: bytes) -> bytes:
        line = b" ".join(line.split()[skipped:]) if skipped else line
        line = line[whole_number(call, options.get("s", "0")) :]
        return line.lower() if "i" in options else line

    groups: list[list[bytes]] = []
    for line in lines:
        if groups and key(groups[-1][0]) == key(line):
            groups[-1].append(line)
        else:
            groups.append([line])
    for group in groups:
        if ("d" in options and len(group) < 2) or ("u" in options and len(group) > 1):
            continue
        count = f"{len(group):>7} ".encode() if "c" in options else b""
        call.out += count + group[0] + b"\n"
    return _status(call)


async def _rev(call: Call) -> int:
    for line in await all_lines(call, call.arguments):
        call.print(line.decode(errors="replace")[::-1])
    return _status(call)


async def _tac(call: Call) -> int:
    call.out += b"".join(line + b"\n" for line in reversed(await all_lines(call, call.arguments)))
    return _status(call)


async def _paste(call: Call) -> int:
    options, paths = call.take_options("s", "d")
    separator = options.get("d", "\t").replace("\\n", "\n")
    columns = [
        [line.decode(errors="replace") for line in await all_lines(call, [path])] for path in paths or ["-"]
    ]
    rows = columns if "s" in options else zip(*_even(columns), strict=True)
    for row in rows:
        call.print(separator.join(row))
    return _status(call)


def _even(columns: list[list[str]]) -> list[list[str]]:
    longest = max(len(column) for column in columns)
    return [column + [""] * (longest - len(column)) for column in columns]


async def _nl(call: Call) -> int:
    options, paths = call.take_options("E", "bnswv")
    number = 0
    for line in await all_lines(call, paths):
        text = line.decode(errors="replace")
        if text or options.get("b") == "a":
            number += 1
            call.print(f"{number:>6}\t{text}")
        else:
            call.print(" " * 7 + text)
    return _status(call)


TOYS: dict[str, Callable[[Call], "int | Awaitable[int]"]] = {
    "cat": _cat,
    "cut": _cut,
    "head": _head_or_tail,
    "nl": _nl,
    "paste": _paste,
    "rev": _rev,
    "sort": _sort,
    "tac": _tac,
    "tail": _head_or_tail,
    "tee": _tee,
    "tr": _tr,
    "uniq": _uniq,
    "wc": _wc,
}
