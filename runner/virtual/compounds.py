"""Lists, pipelines, choices and loops of the phone's shell, and what a shell remembers."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

from runner.virtual.builtins import BreakError, ContinueError, EndError
from runner.virtual.conditions import evaluate_condition
from runner.virtual.language import patterns
from runner.virtual.language.expansion import ExpansionError
from runner.virtual.language.nodes import (
    Calculation,
    Case,
    Chain,
    Command,
    Condition,
    For,
    Function,
    Group,
    If,
    List,
    Pipeline,
    Redirected,
    Simple,
    Subshell,
    While,
)
from runner.virtual.redirects import redirected
from runner.virtual.shell_state import ShellState
from runner.virtual.streams import BrokenPipe, Input, Pipe, Streams

_MAX_PROCESSES = 200
_BROKEN_PIPE = 141
_COMMANDS_AT_ONCE = 16
"""After so many, other streams get their turn."""


class Compounds(ShellState):
    """The part of a shell that is about order: which command runs when, and with what it is connected."""

    def prepare(self) -> None:
        super().prepare()
        self._runners: dict[type, Callable[[Any, Streams], Awaitable[int]]] = {
            Simple: self.simple,
            Subshell: self._subshell,
            Group: self._group,
            If: self._if,
            While: self._while,
            For: self._for,
            Case: self._case,
            Function: self._define,
            Condition: self._condition,
            Calculation: self._calculation,
            Redirected: self._redirected,
        }

    async def run_list(self, chains: List, streams: Streams) -> int:
        status = 0 if chains else self.status
        for chain in chains:
            if chain.background:
                status = await self._start_job(chain, streams)
            else:
                status = await self._chain(chain, streams)
            self.status = status
        return status

    async def _chain(self, chain: Chain, streams: Streams) -> int:
        status, last = 0, len(chain.pipelines) - 1
        for place, (operator, pipeline) in enumerate(chain.pipelines):
            if operator and (operator == "&&") != (status == 0):
                continue
            tested = place < last or pipeline.negated
            self.tested += tested
            try:
                status = await self._pipeline(pipeline, streams)
            finally:
                self.tested -= tested
            self.status = status
            if status and self.ends_on_error and not self.tested and not tested and _may_end(pipeline):
                raise EndError(status)
        return status

    async def _pipeline(self, pipeline: Pipeline, streams: Streams) -> int:
        started_s = time.monotonic()
        if len(pipeline.commands) == 1:
            status = await self.command(pipeline.commands[0], streams)
        else:
            status = await self._piped(pipeline.commands, streams)
        if pipeline.timed:
            taken = time.monotonic() - started_s
            real = f"{int(taken // 60):>5}m{taken % 60:05.2f}s real"
            await streams.stderr.write(f"{real}     0m00.00s user     0m00.00s system\n".encode())
        return int(status == 0) if pipeline.negated else status

    async def _piped(self, commands: tuple[Command, ...], streams: Streams) -> int:
        pipes = [Pipe() for _ in commands[1:]]
        tasks = []
        for number, command in enumerate(commands):
            own = streams.copy()
            before = pipes[number - 1] if number else None
            after = pipes[number] if number < len(pipes) else None
            if before is not None:
                own.inputs[0] = Input(before.fetch)
            if after is not None:
                own.outputs[1] = after
            tree = (Chain((("", Pipeline((command,))),)),)
            tasks.append(self._start(self._stage(tree, own, before, after)))
        try:
            statuses = await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
        if self.fails_with_any:
            return next((status for status in reversed(statuses) if status), 0)
        return statuses[-1]

    def _start(self, work: Any) -> "asyncio.Task[int]":
        """Begin a process; there is a limit, as on any phone."""
        if self.family.processes >= _MAX_PROCESSES:
            work.close()
            raise ExpansionError("can't fork - try again")
        self.family.processes += 1
        task: asyncio.Task[int] = asyncio.get_running_loop().create_task(work)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: "asyncio.Task[int]") -> None:
        self.family.processes -= 1

    async def _stage(self, tree: List, streams: Streams, before: Pipe | None, after: Pipe | None) -> int:
        child = self.subshell()
        try:
            await child.run_tree(tree, streams)
            return await child.end()
        except BrokenPipe:
            return _BROKEN_PIPE
        finally:
            if before is not None:
                before.abandon()
            if after is not None:
                after.end()

    async def _start_job(self, chain: Chain, streams: Streams) -> int:
        """`&`: a process of its own, which can be killed, and outlives its shell as on a phone."""
        own = streams.with_input(Input())
        task = self._start(self._stage((Chain(chain.pipelines),), own, None, None))

        def kill() -> None:
            task.cancel()

        process = self.phone.processes.start("sh", user="shell", command="/system/bin/sh", kill=kill)
        jobs = self.family.jobs
        jobs[process.pid], self.family.last_job = task, process.pid

        def end(ended: "asyncio.Task[int]") -> None:
            self.phone.processes.end(process)
            if not ended.cancelled():
                ended.exception()  # a job's trouble with its stream is nobody's

        task.add_done_callback(end)
        await asyncio.sleep(0)
        return 0

    async def command(self, command: Command, streams: Streams) -> int:
        self.family.commands += 1
        if self.family.commands % _COMMANDS_AT_ONCE == 0:
            await asyncio.sleep(0)
        self.now = streams
        return await self._runners[type(command)](command, streams)

    async def _subshell(self, command: Subshell, streams: Streams) -> int:
        child = self.subshell()
        await child.run_tree(command.body, streams.copy())
        return await child.end()

    async def _group(self, command: Group, streams: Streams) -> int:
        return await self.run_list(command.body, streams)

    async def _holds(self, condition: List, streams: Streams) -> bool:
        self.tested += 1
        try:
            return await self.run_list(condition, streams) == 0
        finally:
            self.tested -= 1

    async def _if(self, command: If, streams: Streams) -> int:
        for condition, body in command.branches:
            if await self._holds(condition, streams):
                return await self.run_list(body, streams)
        return await self.run_list(command.otherwise, streams) if command.otherwise else 0

    async def _while(self, command: While, streams: Streams) -> int:
        status = 0
        self.loops += 1
        try:
            while True:
                try:
                    if await self._holds(command.condition, streams) == command.until:
                        return status
                    status = await self.run_list(command.body, streams)
                except ContinueError as wanted:
                    wanted.pass_on()
        except BreakError as wanted:
            wanted.pass_on()
            return 0
        finally:
            self.loops -= 1

    async def _for(self, command: For, streams: Streams) -> int:
        words = list(self.arguments)
        if command.words is not None:
            words = await self.expansion.fields(command.words)
        status = 0
        self.loops += 1
        try:
            for word in words:
                self.variables[command.name] = word
                try:
                    status = await self.run_list(command.body, streams)
                except ContinueError as wanted:
                    wanted.pass_on()
        except BreakError as wanted:
            wanted.pass_on()
            return 0
        finally:
            self.loops -= 1
        return status

    async def _case(self, command: Case, streams: Streams) -> int:
        subject = await self.expansion.text(command.word)
        status, goes_on = 0, False
        for choices, body, end in command.items:
            if not goes_on:
                for choice in choices:
                    if patterns.fits(await self.expansion.pattern(choice), subject):
                        goes_on = True
                        break
            if goes_on:
                status = await self.run_list(body, streams) if body else 0
                if end != ";&":
                    return status
        return status

    async def _define(self, command: Function, streams: Streams) -> int:
        self.functions[command.name] = command.body
        return 0

    async def _condition(self, command: Condition, streams: Streams) -> int:
        return await evaluate_condition(self, command.words, streams)

    async def _calculation(self, command: Calculation, streams: Streams) -> int:
        return int(await self.expansion.calculate(command.word) == 0)

    async def _redirected(self, command: Redirected, streams: Streams) -> int:
        try:
            own = await redirected(self, streams, command.redirects)
        except OSError as error:
            return await self.complain(str(error.strerror), streams)
        return await self.command(command.command, own)


def _may_end(pipeline: Pipeline) -> bool:
    """Whether a failure of it ends a shell that ends on errors: what a choice or a loop holds has its own."""
    return len(pipeline.commands) > 1 or isinstance(
        pipeline.commands[0], Simple | Subshell | Condition | Calculation
    )
