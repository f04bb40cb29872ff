"""`read` and `getopts`: what a script takes from its input and from its arguments."""

import re

from runner.virtual.commands.call import Call
from runner.virtual.language import arrays
from runner.virtual.shell_state import ShellState


async def read(shell: ShellState, call: Call) -> int:
    """`read [-r] [-A] [-p PROMPT] [-n COUNT] [NAME...]`"""
    raw, as_array, names, words = False, False, [], iter(call.arguments)
    count = 0
    for word in words:
        if word in ("-r", "-A", "-rA", "-Ar"):
            raw, as_array = raw or "r" in word, as_array or "A" in word
        elif word in ("-p", "-t", "-d", "-u", "-n", "-N"):
            value = next(words, "")
            count = int(value) if word in ("-n", "-N") and value.isdigit() else count
        elif word.startswith("-"):
            return call.complain(f"{word}: unknown option", 2)
        else:
            names.append(word.partition("?")[0])
    if count:
        line = (await call.stdin.read_exactly(count)).decode(errors="replace")
        shell.variables[names[0] if names else "REPLY"] = line
        return 0 if line else 1
    line = (await call.stdin.read_line()).decode(errors="replace")
    while not raw and line.endswith("\\\n"):
        line = line[:-2] + (await call.stdin.read_line()).decode(errors="replace")
    status = 0 if line.endswith("\n") else 1
    line = line.removesuffix("\n")
    if not raw:
        line = re.sub(r"\\(.)", r"\1", line)
    names = names or ["REPLY"]
    if as_array:
        arrays.fill(names[0], _fields(shell, None, line), shell.variables, appended=False)
        return status
    for name, text in zip(names, _fields(shell, len(names), line), strict=True):
        shell.variables[name] = text
    return status


def _fields(shell: ShellState, count: int | None, line: str) -> list[str]:
    """A line, split at the signs of IFS into so many fields, of which the last is the rest; without a count into all
    that there are."""
    separators = shell.variables.get("IFS", " \t\n")
    blanks = "".join(sign for sign in separators if sign in " \t\n")
    others = "".join(sign for sign in separators if sign not in " \t\n")
    rest = line.strip(blanks) if blanks else line
    blank, other = (f"[{re.escape(signs)}]" if signs else "(?!)" for signs in (blanks, others))
    separator = re.compile(f"{blank}*{other}{blank}*|{blank}+")
    fields: list[str] = []
    while rest if count is None else len(fields) < count - 1:
        found = separator.search(rest) if separators else None
        fields.append(rest[: found.start()] if found else rest)
        rest = rest[found.end() :] if found else ""
    if count is None:
        return fields
    if rest and others and separator.fullmatch(rest[-1]) and len(separator.findall(rest)) == 1:
        rest = rest[:-1]
    return [*fields, rest]


def get_option(shell: ShellState, call: Call) -> int:
    """`getopts LETTERS NAME [WORD...]`: the next option of the words, or of the shell's arguments. A colon behind a
    letter means that it has a value, one before all of them that the script words the errors itself."""
    if len(call.arguments) < 2:
        return call.complain("missing argument", 2)
    letters, name, *words = call.arguments
    words = words or shell.arguments
    told = shell.variables.get("OPTIND", "1")
    number = int(told) if told.isdigit() and told != "0" else 1
    seen = shell.option_letters if shell.option_number == number else 0
    shell.variables.pop("OPTARG", None)
    if not seen:
        word = words[number - 1] if number <= len(words) else ""
        if len(word) < 2 or word[0] != "-" or word == "--":
            shell.variables["OPTIND"], shell.variables[name] = str(number + (word == "--")), "?"
            return 1
        number += 1
    word = words[number - 2] if number <= len(words) + 1 else "-?"
    letter, rest = word[1 + seen : 2 + seen] or "?", word[2 + seen :]
    seen = seen + 1 if rest else 0
    silent = letters.startswith(":")
    result = letter
    if letter == ":" or letter not in letters:
        result = _wrong(shell, call, "?", "" if silent else f"-{letter}: unknown option", letter)
    elif letters[letters.index(letter) + 1 :].startswith(":"):
        if rest:
            shell.variables["OPTARG"], seen = rest, 0
        elif number <= len(words):
            shell.variables["OPTARG"], number = words[number - 1], number + 1
        else:
            problem = "" if silent else f"-{letter}: requires argument"
            result = _wrong(shell, call, ":" if silent else "?", problem, letter)
    shell.variables["OPTIND"], shell.variables[name] = str(number), result
    shell.option_number, shell.option_letters = number, seen
    return 0


def _wrong(shell: ShellState, call: Call, result: str, problem: str, letter: str) -> str:
    if problem:
        call.complain(problem)
    else:
        shell.variables["OPTARG"] = letter
    return result
