"""The syntax tree of a command line."""

from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Literal:
    text: str
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Parameter:
    """`${NAME OPERATOR WORD}`; the operator `length` is `${#NAME}`, `:` a slice whose bounds are `words`, `numbers` is
    `${!NAME[@]}`. `index` is that of an array's element; `each` is the `@` or `*` that stands for all of them."""

    name: str
    operator: str = ""
    words: tuple["Word", ...] = ()
    quoted: bool = False
    index: "Word" = ()
    each: str = ""


@dataclass(frozen=True, slots=True)
class Substitution:
    """`$(...)`: what a list prints."""

    body: "List"
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`$((...))`; the word gives the expression's text."""

    word: "Word"
    quoted: bool = False


Part = Literal | Parameter | Substitution | Arithmetic
Word = tuple[Part, ...]


@dataclass(slots=True)
class Redirect:
    """`source` is the descriptor. The target is a file's name, a descriptor (`>&`, `<&`) or, for `<<`, the text itself.

    The text of a here-document is filled in when the parser has come past its line.
    """

    source: int
    operator: str
    target: Word


@dataclass(frozen=True, slots=True)
class Assignment:
    """`NAME=value`, or `NAME+=value` if it is `appended`; of the element `index` of an array, or of all its `items`."""

    name: str
    appended: bool
    value: Word = ()
    index: Word = ()
    items: tuple[Word, ...] | None = None


@dataclass(frozen=True, slots=True)
class Simple:
    assignments: tuple[Assignment, ...]
    words: tuple[Word, ...]
    redirects: tuple[Redirect, ...]


@dataclass(frozen=True, slots=True)
class Subshell:
    body: "List"


@dataclass(frozen=True, slots=True)
class Group:
    body: "List"


@dataclass(frozen=True, slots=True)
class If:
    branches: tuple[tuple["List", "List"], ...]
    """Conditions and what follows from them."""
    otherwise: "List"


@dataclass(frozen=True, slots=True)
class While:
    condition: "List"
    body: "List"
    until: bool


@dataclass(frozen=True, slots=True)
class For:
    name: str
    words: tuple[Word, ...] | None
    """None: the positional parameters."""
    body: "List"


@dataclass(frozen=True, slots=True)
class Case:
    word: Word
    items: tuple[tuple[tuple[Word, ...], "List", str], ...]
    """Patterns, what follows from them, and how it ends: `;;`, or `;&` to go on with the next."""


@dataclass(frozen=True, slots=True)
class Function:
    name: str
    body: "Command"


@dataclass(frozen=True, slots=True)
class Condition:
    """`[[ ... ]]`: the words between, and which of them are operators of the shell's own."""

    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Calculation:
    """`((...))`"""

    word: Word


@dataclass(frozen=True, slots=True)
class Redirected:
    command: "Command"
    redirects: tuple[Redirect, ...]


Command: TypeAlias = (
    Simple | Subshell | Group | If | While | For | Case | Function | Condition | Calculation | Redirected
)


@dataclass(frozen=True, slots=True)
class Pipeline:
    commands: tuple[Command, ...]
    negated: bool = False
    timed: bool = False


@dataclass(frozen=True, slots=True)
class Chain:
    """Pipelines joined by `&&` and `||`; the first one's operator is empty."""

    pipelines: tuple[tuple[str, Pipeline], ...]
    background: bool = field(default=False)


List = tuple[Chain, ...]
