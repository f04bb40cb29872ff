"""The phone's shell: runs command lines and hands their output to a sink."""

import asyncio
from collections.abc import Awaitable
from typing import Protocol

from runner.virtual.commands import COMMANDS
from runner.virtual.commands.call import Call, UsageError
from runner.virtual.faults import OrderedError
from runner.virtual.phone import Phone
from runner.virtual.syntax import Command, Redirect, ShellSyntaxError, Word, parse

STDOUT, STDERR = 1, 2
_NOT_FOUND = 127


class Sink(Protocol):
    """Where a command line's output goes."""

    async def write(self, descriptor: int, data: bytes) -> None:
        """`descriptor` is STDOUT or STDERR."""
        ...


class _ExitError(Exception):
    def __init__(self, status: int) -> None:
        self.status = status


class Shell:
    """One shell process: its variables and its folder last from line to line."""

    def __init__(self, phone: Phone, sink: Sink) -> None:
        self.phone = phone
        self.folder = "/"
        self.status = 0
        self.exited = False
        self._sink = sink
        self._variables = {"PATH": "/system/bin", "HOME": "/", "USER": "shell", "HOSTNAME": phone.product}

    async def run(self, line: str) -> int:
        """Run a line to its end; the last command's exit status."""
        try:
            steps = parse(line)
        except ShellSyntaxError as error:
            await self._complain(str(error))
            self.status = 1
            return self.status
        try:
            for step in steps:
                if step.condition == ";" or (step.condition == "&&") == (self.status == 0):
                    self.status = await self._run_pipeline(step.pipeline)
        except _ExitError as ended:
            self.status = ended.status
            self.exited = True
        return self.status

    async def _run_pipeline(self, pipeline: tuple[Command, ...]) -> int:
        data = b""
        for command in pipeline[:-1]:
            piped = _Pipe(self._sink)
            await self._run_command(command, data, piped)
            data = bytes(piped.data)
        return await self._run_command(pipeline[-1], data, self._sink)

    async def _run_command(self, command: Command, stdin: bytes, sink: Sink) -> int:
        values = {name: "".join(self._expand(word, split=False)) for name, word in command.assignments}
        words = [text for word in command.words for text in self._expand(word)]
        if not words:
            self._variables.update(values)
            return 0
        replaced = words[0] == "exec" and len(words) > 1
        if replaced:
            words = words[1:]
        call = Call(
            phone=self.phone,
            name=words[0],
            arguments=words[1:],
            environment=self._variables | values,
            stdin=stdin,
            folder=self.folder,
        )
        try:
            output = _Redirected(call, sink, self._targets(command.redirects, call))
        except OSError as error:
            await self._complain(f"can't open {error.filename}: {error.strerror}")
            return 1
        call.deliver = output.deliver
        status = await self._execute(call)
        await output.deliver()
        if replaced:
            raise _ExitError(status)
        return status

    async def _execute(self, call: Call) -> int:
        builtin = self._builtin(call)
        if builtin is not None:
            return builtin
        name = call.name.removeprefix("/system/bin/")
        function = COMMANDS.get(name)
        if function is None:
            return call.fail(f"/system/bin/sh: {call.name}: inaccessible or not found", _NOT_FOUND)

        async def action() -> int:
            result = function(call)
            return await result if isinstance(result, Awaitable) else result

        if self.phone.latency_s:
            await asyncio.sleep(self.phone.latency_s)
        try:
            status = await self.phone.run_faulty(
                f"shell:{name}", action, lambda text: any(text in word for word in call.arguments)
            )
        except OrderedError as error:
            return call.fail(error.data or error.message)
        except UsageError as error:
            return call.fail(str(error), error.status)
        except OSError as error:
            return call.fail(f"{call.name}: {error.filename}: {error.strerror}")
        return status or 0

    def _builtin(self, call: Call) -> int | None:
        """Run what only the shell itself can do; None if it is no such command."""
        if call.name == "exit":
            raise _ExitError(int(call.arguments[0]) & 0xFF if call.arguments else self.status)
        if call.name == "cd":
            folder = call.path(call.arguments[0] if call.arguments else "/")
            entry = self.phone.files.find(folder)
            if entry is None or not entry.is_folder:
                return call.fail(f"/system/bin/sh: cd: {folder}: No such file or directory", 2)
            self.folder = folder
            return 0
        if call.name == "export":
            pairs = (argument.partition("=") for argument in call.arguments)
            self._variables.update({name: value for name, equals, value in pairs if equals})
            return 0
        return None

    def _expand(self, word: Word, *, split: bool = True) -> list[str]:
        """The fields that a word becomes: variables filled in, and patterns by the files that they name."""
        fields: list[str] = [""]
        pattern = False
        for part in word:
            text = self._value(part.text) if part.variable else part.text
            if part.variable and not part.quoted and split:
                first, *rest = text.split(" ") if text else [""]
                fields[-1] += first
                fields.extend(rest)
                continue
            pattern = pattern or (not part.quoted and any(sign in text for sign in "*?["))
            fields[-1] += text
        if split and not any(part.quoted for part in word):
            fields = [field for field in fields if field]
        if pattern and split:
            return [path for field in fields for path in self._glob(field) or [field]]
        return fields

    def _glob(self, pattern: str) -> list[str]:
        if pattern.startswith("/"):
            return self.phone.files.glob(pattern)
        above = self.folder.rstrip("/") + "/"
        return [path.removeprefix(above) for path in self.phone.files.glob(above + pattern)]

    def _value(self, name: str) -> str:
        if name == "?":
            return str(self.status)
        return {"0": "/system/bin/sh"}.get(name) or self._variables.get(name, "")

    def _targets(self, redirects: tuple[Redirect, ...], call: Call) -> dict[int, str | int]:
        """Where the descriptors go: a path or another descriptor. Files are emptied, input is read."""
        targets: dict[int, str | int] = {}
        for redirect in redirects:
            if isinstance(redirect.target, int):
                targets[redirect.source] = targets.get(redirect.target, redirect.target)
                continue
            path = call.path("".join(self._expand(redirect.target, split=False)))
            if redirect.operator == "<":
                call.stdin = b"" if path == "/dev/null" else self.phone.files.read(path)
                continue
            if path != "/dev/null" and (redirect.operator == ">" or self.phone.files.find(path) is None):
                self.phone.files.write(path, b"")
            targets[redirect.source] = path
        return targets

    async def _complain(self, message: str) -> None:
        await self._sink.write(STDERR, f"/system/bin/sh: {message}\n".encode())


class _Pipe:
    """Keeps what a command writes for the next one; its errors go where all errors go."""

    def __init__(self, sink: Sink) -> None:
        self.data = bytearray()
        self._sink = sink

    async def write(self, descriptor: int, data: bytes) -> None:
        if descriptor == STDOUT:
            self.data += data
        else:
            await self._sink.write(descriptor, data)


class _Redirected:
    """Carries a command's output on to files or to the sink."""

    def __init__(self, call: Call, sink: Sink, targets: dict[int, str | int]) -> None:
        self._call = call
        self._sink = sink
        self._targets = targets

    async def deliver(self) -> None:
        for descriptor, buffer in ((STDOUT, self._call.out), (STDERR, self._call.errors)):
            data = bytes(buffer)
            buffer.clear()
            target = self._targets.get(descriptor, descriptor)
            if not data or target == "/dev/null":
                continue
            if isinstance(target, int):
                await self._sink.write(target, data)
            else:
                files = self._call.phone.files
                files.write(target, files.read(target) + data)
