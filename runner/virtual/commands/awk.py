"""awk: rules over lines and fields. It runs no commands, and reads no files but those that it is given."""

import asyncio
import re
from collections.abc import Awaitable, Callable

from runner.virtual.commands.awk_machine import Machine
from runner.virtual.commands.awk_syntax import Node
from runner.virtual.commands.awk_values import Leave, Typed, compiled, formatted, is_true, number, text_of
from runner.virtual.commands.call import Call, UsageError
from runner.virtual.commands.inputs import opened
from runner.virtual.streams import FileOutput

_STEPS_AT_ONCE = 500


class _Run(Machine):
    """One run of a program."""

    async def run(self, paths: list[str]) -> None:
        try:
            try:
                await self._rules_of("BEGIN")
                if any(pattern not in ("BEGIN",) for pattern, _ in self._rules):
                    await self._read(paths)
            except Leave as leave:
                if leave.kind != "exit":
                    raise UsageError(f"awk: {leave.kind} is not allowed here", 2) from leave
                self.status = int(number(leave.value))
            await self._rules_of("END")
        except Leave as leave:
            self.status = int(number(leave.value)) if leave.value != "" else self.status
        except RecursionError as error:
            raise UsageError("awk: function calls nested too deeply", 2) from error

    async def _rules_of(self, kind: str) -> None:
        for pattern, body in self._rules:
            if pattern == kind:
                await self._do(body)

    async def _read(self, paths: list[str]) -> None:
        files = [path for path in paths if not re.match(r"[A-Za-z_]\w*=", path)]
        for path in paths or ["-"]:
            if path not in files and path != "-":
                name, _, value = path.partition("=")
                self.set_variable(name, value)
                if files:
                    continue
            async for name, source in opened(self._call, [path] if files else []):
                self._variables |= {"FILENAME": "" if name == "-" else name, "FNR": 0.0}
                if self._variables["RS"] == "\n":
                    while line := await source.read_line():
                        await self._line(line.decode(errors="replace").removesuffix("\n"))
                    continue
                text = (await source.read_all()).decode(errors="replace")
                for record in self._records(text):
                    await self._line(record)

    def _records(self, text: str) -> list[str]:
        separator = text_of(self._variables["RS"])
        if separator == "":
            return [part for part in re.split(r"\n\n+", text.strip("\n")) if part]
        parts = text.split(separator) if len(separator) == 1 else compiled(separator).split(text)
        return parts[:-1] if parts[-1] in ("", "\n") else parts

    async def _line(self, line: str) -> None:
        self._variables["NR"] = number(self._variables["NR"]) + 1
        self._variables["FNR"] = number(self._variables["FNR"]) + 1
        self._set_line(line)
        try:
            for pattern, body in self._rules:
                if pattern not in ("BEGIN", "END") and await self._concerns(pattern):
                    await self._do(body)
        except Leave as leave:
            if leave.kind != "next":
                raise
        await self._call.deliver()

    async def _concerns(self, pattern: Node | str) -> bool:
        if isinstance(pattern, str):
            return True
        if pattern[0] != "range":
            return is_true(await self._value(pattern))
        inside = pattern[3]
        if not inside[0]:
            if not is_true(await self._value(pattern[1])):
                return False
            inside[0] = True
        inside[0] = not is_true(await self._value(pattern[2]))
        return True

    async def _do(self, node: Node) -> None:
        self._steps += 1
        if self._steps % _STEPS_AT_ONCE == 0:
            await asyncio.sleep(0)
        kind = node[0]
        if kind == "block":
            for statement in node[1]:
                await self._do(statement)
        elif kind == "expression":
            await self._value(node[1])
        elif kind in ("print", "printf"):
            await self._print(node)
        elif kind == "if":
            chosen = node[2] if is_true(await self._value(node[1])) else node[3]
            if chosen is not None:
                await self._do(chosen)
        elif kind in ("while", "for", "each"):
            await self._loop(node)
        elif kind == "delete":
            array = self._array(node[1])
            if node[2] is None:
                array.clear()
            else:
                array.pop(text_of(await self._value(node[2])), None)
        else:
            raise Leave(kind, await self._value(node[1]) if len(node) > 1 and node[1] is not None else "")

    async def _turn(self, body: Node) -> bool:
        """One turn of a loop; false when it is the last."""
        try:
            await self._do(body)
        except Leave as leave:
            if leave.kind == "break":
                return False
            if leave.kind != "continue":
                raise
        return True

    async def _loop(self, node: Node) -> None:
        if node[0] == "each":
            for key in list(self._array(node[2])):
                self._set(("variable", node[1]), Typed(key))
                if not await self._turn(node[3]):
                    return
            return
        first, condition, after, body = (None, node[1], None, node[2]) if node[0] == "while" else node[1:]
        if first is not None:
            await self._do(first)
        while condition is None or is_true(await self._value(condition)):
            if not await self._turn(body):
                return
            if after is not None:
                await self._do(after)

    async def _print(self, node: Node) -> None:
        kind, nodes, operator, target = node
        values = [await self._value(value) for value in nodes]
        if kind == "printf":
            text = formatted(values)
        else:
            separator = text_of(self._variables["OFS"])
            text = separator.join(map(text_of, values)) if values else self._fields[0]
            text += text_of(self._variables["ORS"])
        if not operator:
            self._call.out += text.encode()
            return
        path = text_of(await self._value(target))
        if path in ("/dev/stdout", "/dev/stderr"):
            (self._call.out if path == "/dev/stdout" else self._call.errors).extend(text.encode())
            return
        await self._output(path, append=operator == ">>").write(text.encode())

    def _output(self, path: str, *, append: bool) -> FileOutput:
        if path not in self._outputs:
            files, place = self._call.phone.files, self._call.path(path)
            if not append or files.find(place) is None:
                files.write(place, b"")
            files.check_writable(place)
            self._outputs[path] = FileOutput(files, place)
        return self._outputs[path]


async def _awk(call: Call) -> int:
    words, given, separator, programs = list(call.arguments), [], None, []
    while words and words[0].startswith("-") and len(words[0]) > 1:
        word = words.pop(0)
        if word == "--":
            break
        letter, value = word[1], word[2:]
        if letter not in "vFf":
            raise call.unknown_option(letter)
        value = value or (words.pop(0) if words else "")
        if letter == "v":
            given.append(value.partition("="))
        elif letter == "F":
            separator = "\t" if value == "t" else value.replace("\\t", "\t")
        else:
            programs.append(call.phone.files.read(call.path(value)).decode(errors="replace"))
    if not programs:
        if not words:
            return call.fail("awk: Needs program", 2)
        programs.append(words.pop(0))
    run = _Run(call, "\n".join(programs))
    if separator is not None:
        run.set_variable("FS", separator)
    for name, _, value in given:
        run.set_variable(name, value)
    await run.run(words)
    return run.status or int(bool(call.errors)) * 2


TOYS: dict[str, Callable[[Call], Awaitable[int]]] = {"awk": _awk}
