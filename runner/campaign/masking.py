"""Texts and data without the secrets in them, for logs, reports and the ledger.

They mask rather too much than too little: whatever stands behind the name of a secret is taken for one, in any shape,
even in a text that cannot be parsed otherwise.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from runner.campaign.nearest import nearest
from runner.scripts import SCRIPTS

MASK = "***"

SHAPES = {
    "sk-": re.compile(r"(?<![A-Za-z0-9])sk-[A-Za-z0-9_-]{20,}"),
    "ghp_": re.compile(r"(?<![A-Za-z0-9])ghp_[A-Za-z0-9]{36}"),
    "AKIA": re.compile(r"(?<![A-Za-z0-9])AKIA[A-Z0-9]{16}(?![A-Za-z0-9])"),
    "PRIVATE KEY": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
}
"""The shapes of keys, by a part that each such key has: to search for the part is much quicker."""

_PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL
)

_KNOWN = tuple(sorted({way[-1] for script in SCRIPTS.values() for way in script.secrets}))
_LETTERS = {known: frozenset(known + known.upper()) for known in _KNOWN}
_LIKENESS = 0.8
_LAST_WORD = re.compile(
    r"pass(word|wd|phrase)|pwd|(secret|token|credential)s?|authorization|cookie|(api|access|private)key"
)
_KEYS_OF = frozenset({"access", "api", "auth", "client", "encryption", "private", "secret", "service"})
"""Words that make a following `key` one that opens something."""

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_HINTS = ("key", "pass", "pwd", "secret", "token", "credential", "auth", "cookie")
"""Every name of a secret that is spelt right has one of these parts; most texts have none, and need no closer look."""

_NAME = re.compile(r"""(?P<quote>["']?)(?<!\w)(?P<name>\w[\w.-]{0,63})(?P=quote)\s*:""")
_REFERENCE = re.compile(r"""\s*["']?(?:\$\{(?:env|file):[^{}\n]+\}|\*[\w*-]*)["']?[ \t]*(?=[,}\]\n#]|\Z)""")
_QUOTED = re.compile(r"""[ \t]*(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\n]|'')*')(?=[ \t]*(?:[,}\]\n#]|\Z))""")
_UNQUOTED_ENDS = {
    '"': re.compile(r'(?:[^"\\]|\\.)*"', re.DOTALL),
    "'": re.compile(r"(?:[^']|'')*'", re.DOTALL),
}
_BRACKETS = {"[": "]", "{": "}"}
_BEGUN = re.compile(r"\s*(?:[|>][-+0-9]*\s*|[&!]\S*\s*)*(?:#.*)?")
"""What may stand between a name and a value on the next lines."""

_BLANKS = re.compile(r"[ \t]*")
_LEGIBLE = re.compile(r"[^\s\"']")


@lru_cache(maxsize=4096)
def is_secret_name(name: str) -> bool:
    """Whether the value of this name is a secret, as far as a name tells; a slightly misspelt name counts too."""
    words = [word.lower() for word in _WORD.findall(name)]
    if not words:
        return False
    if _LAST_WORD.fullmatch(words[-1]) or (words[-1] in ("key", "keys") and _KEYS_OF & set(words[:-1])):
        return True
    alike = [known for known, letters in _LETTERS.items() if _may_be_alike(name, known, letters)]
    return nearest(name, alike, likeness=_LIKENESS) is not None


def _may_be_alike(name: str, known: str, letters: frozenset[str]) -> bool:
    """Whether a name shares enough letters with a known one to be like it: comparing them in order takes long."""
    return sum(map(letters.__contains__, name)) >= _LIKENESS * (len(name) + len(known)) / 2


def masked_text(text: str, *, is_right: bool = False) -> str:
    """A text, such as that of a file, masked; its length and its lines stay the same, so that places in it still
    hold. `is_right` says that no name in it is misspelt."""
    if not is_right or _may_name_a_secret(text):
        pieces, at = [], 0
        for start, end in _secrets(text):
            pieces += [text[at:start], asterisks(text[start:end])]
            at = end
        text = "".join([*pieces, text[at:]])
    return without_keys(text)


def _may_name_a_secret(text: str) -> bool:
    folded = text.casefold()  # to search a folded text is much quicker than a pattern that ignores case
    return any(part in folded for part in _HINTS)


def masked_data(data: Any) -> Any:
    """JSON data, with MASK for each value that has the name of a secret."""
    if isinstance(data, Mapping):
        return {
            key: MASK if value not in (None, "") and is_secret_name(str(key)) else masked_data(value)
            for key, value in data.items()
        }
    if isinstance(data, list | tuple):
        return [masked_data(item) for item in data]
    return masked_text(data) if isinstance(data, str) else data


def without_keys(text: str) -> str:
    """Any text, with everything that looks like a key made unreadable."""
    if "PRIVATE KEY" in text:
        text = _PRIVATE_KEY.sub(lambda match: asterisks(match[0]), text)
    for part, shape in SHAPES.items():
        if part in text:
            text = shape.sub(lambda match: asterisks(match[0]), text)
    return text


def asterisks(secret: str) -> str:
    """As many asterisks as the secret is long; its blanks, line ends and quotes stay."""
    return _LEGIBLE.sub("*", secret)


def _secrets(text: str) -> Iterator[tuple[int, int]]:
    """The stretches of the text that are values of secrets: start and end."""
    at = 0
    while match := _NAME.search(text, at):
        at = match.end()
        # A reference (`${env:NAME}`) names a secret and is none; people need to see it.
        if is_secret_name(match["name"]) and not _REFERENCE.match(text, at):
            end = _end(text, match)
            yield at, end
            at = end


def _end(text: str, name: re.Match[str]) -> int:
    """The end of the value behind a name."""
    start = name.end()
    if quoted := _QUOTED.match(text, start):
        return quoted.end()
    end = _line_end(text, _closing(text, start))
    # The value ends as a block of YAML does: with the first line that is not indented deeper than its
    # name.
    column, is_first = _column(text, name.start()), _BEGUN.fullmatch(text, start, end) is not None
    while end < len(text):
        line = text[end + 1 : _line_end(text, end + 1)]
        words = line.lstrip()
        is_empty, indent = words[:1] in ("", "#"), len(line.expandtabs()) - len(words.expandtabs())
        is_item = indent == column and words.startswith("- ")
        is_first = is_first and (is_empty or not _NAME.match(words))
        if not (is_empty or indent > column or is_item or is_first):
            break
        is_first = is_first and is_empty
        end = _line_end(text, end + 1)
    return end


def _closing(text: str, start: int) -> int:
    """Where the quote or the bracket ends that a value begins with; the end of the text if it never does."""
    blanks = _BLANKS.match(text, start)
    first = blanks.end() if blanks else start
    opening = text[first : first + 1]
    if opening in _UNQUOTED_ENDS:
        closed = _UNQUOTED_ENDS[opening].match(text, first + 1)
        return closed.end() if closed else len(text)
    if opening in _BRACKETS:
        depth = 0
        for place in range(first, len(text)):
            depth += (text[place] == opening) - (text[place] == _BRACKETS[opening])
            if not depth:
                return place
        return len(text)
    return start


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _column(text: str, at: int) -> int:
    """The column of a name if its line (or its list item) begins with it, else the column where its line begins."""
    start = text.rfind("\n", 0, at) + 1
    before = text[start:at]
    return len(before) if not before.strip(" -?\"'") else len(before) - len(before.lstrip())
