"""find: looks through folders, and does something with what it finds."""

import posixpath
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from runner.virtual.commands.call import Call, UsageError
from runner.virtual.commands.inputs import whole_number
from runner.virtual.files import Entry
from runner.virtual.language import patterns


@dataclass(slots=True)
class _Found:
    path: str
    name: str
    entry: Entry


_Test = Callable[[_Found], Awaitable[bool]]


async def _find(call: Call) -> int:
    words = list(call.arguments)
    follows = False
    while words and words[0] in ("-H", "-L"):
        follows = bool(words.pop(0))
    first = next((at for at, word in enumerate(words) if word[:1] in ("-", "(", "!")), len(words))
    reading = _FindWords(call, words[first:])
    test = reading.test()
    for path in words[:first] or ["."]:
        entry = call.phone.files.find(call.path(path)) if follows else call.look(path)
        if entry is None:
            call.fail(f"find: {path}: No such file or directory")
            continue
        await _walk(call, _Found(path, posixpath.basename(path.rstrip("/")) or path, entry), test, reading, 0)
    for action in reading.at_end:
        await action()
    return int(bool(call.errors)) or reading.status


async def _walk(call: Call, found: _Found, test: _Test, reading: "_FindWords", depth: int) -> None:
    children: list[_Found] = []
    if found.entry.is_folder and depth < reading.max_depth:
        try:
            for name in call.phone.files.names(call.path(found.path)):
                path = posixpath.join(found.path, name)
                entry = call.look(path) or call.phone.files.entry(call.path(path))
                children.append(_Found(path, name, entry))
        except OSError as error:
            call.fail(f"find: {found.path}: {error.strerror}")
    if reading.depth_first:
        for child in children:
            await _walk(call, child, test, reading, depth + 1)
    reading.pruned = False
    if depth >= reading.min_depth:
        await test(found)
    if not reading.depth_first and not reading.pruned:
        for child in children:
            await _walk(call, child, test, reading, depth + 1)


def _letter(entry: Entry) -> str:
    return "d" if entry.is_folder else "l" if entry.is_link else "f"


class _FindWords:
    """find's expression becomes one test; what it does not know is refused before anything is done."""

    def __init__(self, call: Call, words: list[str]) -> None:
        self._call = call
        self._words = words
        self._at = 0
        self.max_depth, self.min_depth = 1 << 30, 0
        self.depth_first = self.pruned = self._acts = False
        self.status = 0
        self.at_end: list[Callable[[], Awaitable[None]]] = []

    def test(self) -> _Test:
        expression = self._either()
        if self._at < len(self._words):
            raise UsageError(f"find: bad arg '{self._words[self._at]}'")
        if self._acts:
            return expression

        async def with_print(found: _Found) -> bool:
            return await expression(found) and await self._print(found, "\n")

        return with_print

    def _next(self) -> str:
        self._at += 1
        if self._at > len(self._words):
            raise UsageError(f"find: '{self._words[-1]}' needs 1 arg")
        return self._words[self._at - 1]

    def _peek(self) -> str:
        return self._words[self._at] if self._at < len(self._words) else ""

    def _either(self) -> _Test:
        tests = [self._both()]
        while self._peek() in ("-o", "-or"):
            self._at += 1
            tests.append(self._both())

        async def any_of(found: _Found) -> bool:
            for test in tests:
                if await test(found):
                    return True
            return False

        return any_of

    def _both(self) -> _Test:
        tests = []
        while self._peek() not in ("", ")", "-o", "-or"):
            if self._peek() in ("-a", "-and"):
                self._at += 1
                continue
            tests.append(self._single())

        async def all_of(found: _Found) -> bool:
            for test in tests:
                if not await test(found):
                    return False
            return True

        return all_of

    def _single(self) -> _Test:
        word = self._next()
        if word in ("!", "-not"):
            inner = self._single()

            async def negated(found: _Found) -> bool:
                return not await inner(found)

            return negated
        if word == "(":
            expression = self._either()
            if self._next() != ")":
                raise UsageError("find: need )")
            return expression
        return self._known(word)

    def _known(self, word: str) -> _Test:
        if word in ("-exec", "-execdir", "-ok"):
            return self._exec()
        if word in ("-print", "-print0"):
            self._acts = True
            return lambda found: self._print(found, "\n" if word == "-print" else "\0")
        if word == "-delete":
            self._acts = self.depth_first = True
            return self._delete
        return self._plain(self._check(word))

    def _plain(self, check: Callable[[_Found], bool]) -> _Test:
        async def test(found: _Found) -> bool:
            return check(found)

        return test

    def _check(self, word: str) -> Callable[[_Found], bool]:
        if word == "-prune":
            return self._prune
        if word in ("-true", "-depth", "-xdev", "-mount", "-follow"):
            self.depth_first = self.depth_first or word == "-depth"
            return lambda found: True
        if word == "-empty":
            files, call = self._call.phone.files, self._call
            return lambda found: (
                not files.names(call.path(found.path)) if found.entry.is_folder else not found.entry.size
            )
        if word not in _VALUED:
            raise UsageError(f"find: bad arg '{word}'")
        value = self._next()
        if word in ("-maxdepth", "-mindepth"):
            setattr(self, word[1:].replace("depth", "_depth"), whole_number(self._call, value))
            return lambda found: True
        return self._valued(word, value)

    def _valued(self, word: str, value: str) -> Callable[[_Found], bool]:
        if word in ("-name", "-path", "-wholename"):
            return lambda found: patterns.fits(value, found.name if word == "-name" else found.path)
        if word in ("-iname", "-ipath"):
            low = value.lower()
            return lambda found: patterns.fits(low, (found.name if word == "-iname" else found.path).lower())
        if word == "-type":
            return lambda found: _letter(found.entry) in value.split(",")
        if word in ("-user", "-group", "-uid", "-gid"):
            return lambda found: value in ("shell", "2000")
        if word == "-newer":
            entry = self._call.phone.files.entry(self._call.path(value))
            return lambda found: found.entry.modified_s > entry.modified_s
        sign = value[:1] if value[:1] in "+-" else ""
        number = value.removeprefix(sign)
        if word == "-perm":
            bits = int(number, 8)
            return lambda found: (
                (found.entry.mode & 0o7777 & bits) == bits if sign else found.entry.mode & 0o7777 == bits
            )
        if word == "-size":
            unit = 512 if number[-1:].isdigit() else 1
            size = whole_number(self._call, number) * unit
            rounded = unit if unit > 1 else max(size // (int(number.rstrip("cwbkMGmg")) or 1), 1)
            return lambda found: _ranged(-(-found.entry.size // rounded), size // rounded, sign)
        span_s = 60 if word.endswith("min") else 86400
        now_s = self._call.phone.now().timestamp()
        wanted = whole_number(self._call, number)
        return lambda found: _ranged(int(now_s - found.entry.modified_s) // span_s, wanted, sign)

    def _prune(self, found: _Found) -> bool:
        self.pruned = True
        return True

    async def _print(self, found: _Found, end: str) -> bool:
        await self._call.write(f"{found.path}{end}".encode())
        return True

    async def _delete(self, found: _Found) -> bool:
        files, place = self._call.phone.files, self._call.path(found.path)
        if found.entry.is_folder and files.names(place):
            self._call.fail(f"find: rm {found.path}: Directory not empty")
            return False
        if found.path != ".":
            files.remove(place)
        return True

    def _exec(self) -> _Test:
        words: list[str] = []
        while (word := self._next()) != ";" and not (word == "+" and words[-1:] == ["{}"]):
            words.append(word)
        self._acts = True
        if word == "+":
            return self._exec_at_end(words[:-1])

        async def run(found: _Found) -> bool:
            return await self._call.run([part.replace("{}", found.path) for part in words]) == 0

        return run

    def _exec_at_end(self, words: list[str]) -> _Test:
        paths: list[str] = []

        async def remember(found: _Found) -> bool:
            paths.append(found.path)
            return True

        async def run() -> None:
            if paths and await self._call.run([*words, *paths]):
                self.status = 1

        self.at_end.append(run)
        return remember


_VALUED = {"-name", "-iname", "-path", "-ipath", "-wholename", "-type", "-user", "-group", "-uid", "-gid"} | {
    "-newer", "-perm", "-size", "-mtime", "-mmin", "-atime", "-amin", "-ctime", "-cmin", "-maxdepth", "-mindepth"
}  # fmt: skip


def _ranged(number: int, wanted: int, sign: str) -> bool:
    return number > wanted if sign == "+" else number < wanted if sign == "-" else number == wanted


TOYS: dict[str, Callable[[Call], Awaitable[int]]] = {"find": _find}
