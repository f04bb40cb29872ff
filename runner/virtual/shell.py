"""The phone's shell: runs command lines, as mksh does, on the phone's own commands and files only."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from runner.virtual.builtins import BUILTINS, EndError, ReturnError
from runner.virtual.commands import COMMANDS
from runner.virtual.commands.call import Call, UsageError
from runner.virtual.compounds import Compounds
from runner.virtual.faults import OrderedError
from runner.virtual.files import Entry
from runner.virtual.language import arrays
from runner.virtual.language.expansion import ExpansionError
from runner.virtual.language.grammar import parse
from runner.virtual.language.nodes import Command, List, Redirect, Simple
from runner.virtual.language.words import ShellSyntaxError
from runner.virtual.phone import Phone
from runner.virtual.redirects import redirected
from runner.virtual.streams import BrokenPipe, Collected, Input, Output, Streams

STDOUT, STDERR = 1, 2
NAME = "/system/bin/sh"
_NOT_EXECUTABLE, _NOT_FOUND, _BROKEN_PIPE = 126, 127, 141
_FOLDERS = ("/system/bin/", "/vendor/bin/", "/system/xbin/", "/bin/")


class Sink(Protocol):
    """Where a command line's output goes."""

    async def write(self, descriptor: int, data: bytes) -> None:
        """`descriptor` is STDOUT or STDERR."""
        ...


class _SinkOutput:
    def __init__(self, sink: Sink, descriptor: int) -> None:
        self._sink = sink
        self._descriptor = descriptor

    async def write(self, data: bytes) -> None:
        if data:
            await self._sink.write(self._descriptor, data)


class Shell(Compounds):
    """One shell process: its variables, functions and folder last from line to line."""

    def __init__(self, phone: Phone, sink: Sink, stdin: Input | None = None) -> None:
        outputs: dict[int, Output] = {number: _SinkOutput(sink, number) for number in (STDOUT, STDERR)}
        super().__init__(phone, Streams({0: stdin or Input()}, outputs))
        known = {"PATH": "/system/bin", "HOME": "/", "USER": "shell", "HOSTNAME": phone.product}
        known |= {"SHELL": NAME, "LOGNAME": "shell", "TMPDIR": "/data/local/tmp", "TERM": "dumb", "PWD": "/"}
        self.variables.update(known | {"ANDROID_DATA": "/data", "ANDROID_ROOT": "/system"})
        self.variables["KSH_VERSION"] = "@(#)MIRBSD KSH R59 2020/10/31 Android"
        self.variables.update({"ANDROID_STORAGE": "/storage", "EXTERNAL_STORAGE": "/sdcard"})
        self.exported = set(self.variables)
        self.variables["IFS"] = " \t\n"

    async def run(self, text: str) -> int:
        """Run a line or a script to its end; the last command's exit status."""
        try:
            tree = parse(text)
        except ShellSyntaxError as error:
            self.status = await self.complain(str(error))
            return self.status
        return await self.run_tree(tree, self.streams)

    async def end(self) -> int:
        """The shell's own end: what `trap ... EXIT` asks for, and the status of it all."""
        action = self.traps.pop("EXIT", "")
        if action:
            status, self.exited = self.status, False
            await self.run(action)
            self.status = self.status if self.exited else status
        return self.status

    def hang_up(self) -> None:
        """The client has gone: end what runs in the background."""
        for task in list(self.family.jobs.values()):
            task.cancel()

    async def run_tree(self, tree: List, streams: Streams) -> int:
        """Run what was read, with all that may end it before its own end."""
        try:
            self.status = await self.run_list(tree, streams)
        except ReturnError as returned:
            self.status = returned.status
        except EndError as ended:
            self.status = ended.status
            self.exited = True
        except ExpansionError as error:
            self.status = await self.complain(str(error), streams)
        except RecursionError:
            self.status = await self.complain("internal error: stack overflow", streams)
        return self.status

    async def substitute(self, body: List) -> str:
        """`$(...)`: what a list prints, without the newlines at its end."""
        collected = Collected()
        streams = self.now.with_output(collected)
        child = self.subshell()
        try:
            if (source := _only_input(body)) is not None:
                read = await redirected(child, streams, (source,))
                await collected.write(await read.stdin.read_all())
                status = 0
            else:
                status = await child.run_tree(body, streams)
                await child.end()
        except OSError as error:
            status = await self.complain(f"{error.filename}: {error.strerror}", streams)
        self.status = self.substituted = status
        return collected.data.decode(errors="replace").replace("\0", "").rstrip("\n")

    async def simple(self, command: Simple, streams: Streams) -> int:
        self.substituted = 0
        words = await self.expansion.fields(command.words)
        values = {}
        for assignment in command.assignments:
            if assignment.items is not None:
                items = await self.expansion.fields(assignment.items)
                arrays.fill(assignment.name, items, self.variables, appended=assignment.appended)
                continue
            name = await self.expansion.key(assignment.name, assignment.index)
            before = self.variables.get(name, "") if assignment.appended else ""
            values[name] = before + await self.expansion.text(assignment.value)
            if not words:
                self.variables[name] = values[name]
        own = streams
        if command.redirects:
            try:
                own = await redirected(self, streams, command.redirects)
            except OSError as error:
                return await self.complain(str(error.strerror), streams)
        if not words:
            return self.substituted
        if words[0] == "exec":
            return await self._exec(words[1:], values, streams, own)
        return await self.invoke(words, values, own)

    async def _exec(self, words: list[str], values: dict[str, str], streams: Streams, own: Streams) -> int:
        """`exec` alone keeps its redirections; with a command it is the shell's last one."""
        if not words:
            streams.inputs.update(own.inputs)
            streams.outputs.update(own.outputs)
            return 0
        raise EndError(await self.external(words, own, self.environment | values))

    async def invoke(
        self, words: list[str], values: Mapping[str, str], streams: Streams, *, functions: bool = True
    ) -> int:
        """Run a function, a built-in command or another one, with some variables set for it only."""
        function = self.functions.get(words[0]) if functions else None
        builtin = BUILTINS.get(words[0])
        if function is None and builtin is None:
            return await self.external(words, streams, {**self.environment, **values})
        before = {name: self.variables.get(name) for name in values}
        self.variables.update(values)
        try:
            if function is not None:
                return await self._function(function, words[1:], streams)
            assert builtin is not None
            call = self._call(words, streams, self.environment)
            try:
                result = builtin(self, call)
                return await result if isinstance(result, Awaitable) else result
            finally:
                await self._deliver(call)
        finally:
            self.restore(before)

    async def _function(self, body: Command, arguments: list[str], streams: Streams) -> int:
        before, self.arguments = self.arguments, arguments
        self.local_names.append({})
        try:
            return await self.command(body, streams)
        except ReturnError as returned:
            return returned.status
        finally:
            self.arguments = before
            self.end_local()

    @property
    def environment(self) -> dict[str, str]:
        known = self.variables
        return {name: known[name] for name in self.exported if name in known}

    def _call(self, words: list[str], streams: Streams, environment: Mapping[str, str]) -> Call:
        return Call(
            phone=self.phone,
            name=words[0],
            arguments=words[1:],
            environment=environment,
            folder=self.folder,
            streams=streams,
            run_command=self.external,
        )

    async def external(self, words: list[str], streams: Streams, environment: Mapping[str, str]) -> int:
        """Run a command that is a file on the phone."""
        call = self._call(words, streams, environment)
        name = next(
            (call.name.removeprefix(folder) for folder in _FOLDERS if call.name.startswith(folder)), call.name
        )
        try:
            if name == "sh":
                return await self._sh(call)
            if name not in COMMANDS:
                return await self._script(call)
            status = await self._execute(call, name)
            return await self._deliver(call) or status
        except BrokenPipe:
            return _BROKEN_PIPE

    async def _deliver(self, call: Call) -> int:
        """Hand on what a command has left; 1 if there is no room for it."""
        if not (call.out or call.errors):
            return 0
        try:
            await call.deliver()
        except OSError as error:
            return await self.complain(f"{call.name}: {error.strerror}", call.streams)
        return 0

    async def _execute(self, call: Call, name: str) -> int:
        function = COMMANDS[name]

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

    async def _script(self, call: Call) -> int:
        """A file that is no command of the phone's: a script, if it may be executed."""
        entry = self.phone.files.find(call.path(call.name)) if "/" in call.name else None
        if entry is None:
            return await self.complain(f"{call.name}: inaccessible or not found", call.streams, _NOT_FOUND)
        if entry.is_folder or not entry.mode & 0o111:
            problem = "is a directory" if entry.is_folder else "can't execute: Permission denied"
            return await self.complain(f"{call.name}: {problem}", call.streams, _NOT_EXECUTABLE)
        return await self._read_script(call, call.name, call.arguments, entry)

    async def _sh(self, call: Call) -> int:
        """`sh`: reads commands from `-c TEXT`, from a file, or from the standard input."""
        words = list(call.arguments)
        options = ""
        while words and words[0].startswith("-") and words[0] != "-":
            options += words.pop(0)[1:]
        if "c" not in options:
            if words:
                entry = self.phone.files.find(call.path(words[0]))
                if entry is None or entry.is_folder:
                    missing = f"can't open {words[0]}: No such file or directory"
                    return await self.complain(missing, call.streams, _NOT_FOUND)
                return await self._read_script(call, words[0], words[1:], entry)
            return await self._run_apart(
                call, NAME, [], (await call.stdin.read_all()).decode(errors="replace")
            )
        if not words:
            return await self.complain("-c requires an argument", call.streams)
        text, *rest = words
        return await self._run_apart(call, rest[0] if rest else NAME, rest[1:], text, strict="e" in options)

    async def _read_script(self, call: Call, name: str, arguments: list[str], entry: Entry) -> int:
        text = entry.body.data.decode(errors="replace") if entry.body else ""
        return await self._run_apart(call, name, arguments, text)

    async def _run_apart(
        self, call: Call, name: str, arguments: list[str], text: str, *, strict: bool = False
    ) -> int:
        """Run a text in a shell of its own, which knows the environment only."""
        child = self.subshell()
        child.streams, child.name, child.arguments = call.streams.copy(), name, arguments
        child.functions, child.ends_on_error = {}, strict
        child.variables.clear()
        child.variables.update({**call.environment, "IFS": " \t\n", "PWD": self.folder})
        child.exported = set(call.environment)
        await child.run(text)
        return await child.end()

    def subshell(self) -> "Shell":
        """A shell that begins as this one is and changes nothing of it."""
        child = object.__new__(Shell)
        child.take_over(self)
        return child

    def special(self, name: str) -> str | None:
        """Parameters that are no variables."""
        values: dict[str, Callable[[], str]] = {
            "?": lambda: str(self.status),
            "#": lambda: str(len(self.arguments)),
            "$": lambda: str(self.family.pid),
            "!": lambda: str(self.family.last_job or ""),
            "-": lambda: "e" * self.ends_on_error + "u" * self.is_strict,
            "0": lambda: self.name,
            "PPID": lambda: "301",
            "RANDOM": lambda: str(time.monotonic_ns() // 1000 * 7919 % 32768),
            "SECONDS": lambda: str(int(time.monotonic() - self.family.started_s)),
        }
        return values[name]() if name in values else None

    async def complain(self, message: str, streams: Streams | None = None, status: int = 1) -> int:
        """An error of the shell's own; the status to end with."""
        await (streams or self.streams).stderr.write(f"{NAME}: {message}\n".encode())
        return status


def _only_input(body: List) -> Redirect | None:
    """The redirection of `$(< FILE)`."""
    if len(body) != 1 or len(body[0].pipelines) != 1 or len(body[0].pipelines[0][1].commands) != 1:
        return None
    command = body[0].pipelines[0][1].commands[0]
    if not isinstance(command, Simple) or command.words or command.assignments or len(command.redirects) != 1:
        return None
    return command.redirects[0] if command.redirects[0].operator == "<" else None
