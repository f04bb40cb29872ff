"""What a shell remembers, and what its parts ask of each other."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from runner.virtual.language import arrays
from runner.virtual.language.expansion import Expansion, ExpansionError
from runner.virtual.language.nodes import Command, List, Simple
from runner.virtual.phone import Phone
from runner.virtual.streams import Streams


@dataclass(slots=True)
class Family:
    """What a shell shares with its subshells."""

    pid: int
    started_s: float = field(default_factory=time.monotonic)
    processes: int = 0
    commands: int = 0
    jobs: dict[int, "asyncio.Task[int]"] = field(default_factory=dict)
    last_job: int | None = None


class VariableTable(dict[str, str]):
    """A shell's variables; those that are read-only refuse to change."""

    def __init__(self) -> None:
        super().__init__()
        self.read_only: set[str] = set()

    def __setitem__(self, name: str, value: str) -> None:
        if name in self.read_only:
            raise ExpansionError(f"read-only: {name}")
        super().__setitem__(name, value)


class ShellState:
    """The part of a shell that others look at and change."""

    def __init__(self, phone: Phone, streams: Streams) -> None:
        self.phone = phone
        self.files = phone.files
        self.streams = streams
        self.now = streams
        """The descriptors of the command that runs: those of the commands it substitutes, too."""
        self.folder = "/"
        self.name = "/system/bin/sh"
        self.status = 0
        self.substituted = 0
        self.exited = False
        self.variables = VariableTable()
        self.exported: set[str] = set()
        self.arguments: list[str] = []
        self.functions: dict[str, Command] = {}
        self.traps: dict[str, str] = {}
        self.local_names: list[dict[str, str | None]] = []
        self.option_number = self.option_letters = 0
        """Where `getopts` is: before which argument, and how many letters of the one before that it has given."""
        self.is_strict = False
        self.ends_on_error = False
        self.fails_with_any = False
        self.traces = False
        self.family = Family(phone.processes.new_pid())
        self.prepare()

    def prepare(self) -> None:
        self.tested = 0
        """How many conditions this is within: there, a failure does not end the shell."""
        self.loops = 0
        self.expansion = Expansion(self)

    def take_over(self, other: "ShellState") -> None:
        """Begin as `other` is."""
        self.phone, self.files, self.family = other.phone, other.files, other.family
        self.streams = self.now = other.now.copy()
        self.folder, self.name, self.status, self.substituted = other.folder, other.name, other.status, 0
        self.exited = False
        self.variables = VariableTable()
        self.variables.update(other.variables)
        self.variables.read_only = set(other.variables.read_only)
        self.exported, self.arguments = set(other.exported), list(other.arguments)
        self.functions, self.traps, self.local_names = dict(other.functions), {}, []
        self.option_number, self.option_letters = other.option_number, other.option_letters
        self.is_strict, self.ends_on_error = other.is_strict, other.ends_on_error
        self.fails_with_any, self.traces = other.fails_with_any, other.traces
        self.prepare()
        self.tested = other.tested

    async def simple(self, command: Simple, streams: Streams) -> int:
        raise NotImplementedError

    async def run_tree(self, tree: List, streams: Streams) -> int:
        raise NotImplementedError

    async def end(self) -> int:
        raise NotImplementedError

    async def complain(self, message: str, streams: Streams | None = None, status: int = 1) -> int:
        raise NotImplementedError

    def subshell(self) -> "ShellState":
        raise NotImplementedError

    def make_local(self, name: str) -> None:
        """Remember a variable with all its elements, until the function that runs has ended."""
        before = self.local_names[-1]
        if name not in before:
            known = arrays.numbers(name, self.variables)
            before[name] = None
            before |= {(key := arrays.element(name, number)): self.variables[key] for number in known}

    def end_local(self) -> None:
        before = self.local_names.pop()
        for name in before:
            arrays.remove(name, self.variables)
        self.restore(before)

    def restore(self, before: dict[str, str | None]) -> None:
        for name, value in before.items():
            if value is None:
                self.variables.pop(name, None)
            else:
                dict.__setitem__(self.variables, name, value)

    async def run_list(self, chains: List, streams: Streams) -> int:
        raise NotImplementedError

    async def invoke(
        self, words: list[str], values: Mapping[str, str], streams: Streams, *, functions: bool = True
    ) -> int:
        raise NotImplementedError

    def special(self, name: str) -> str | None:
        raise NotImplementedError

    async def substitute(self, body: List) -> str:
        raise NotImplementedError
