"""What awk's expressions are worth: variables, fields, arrays and calls of functions."""

import asyncio
import random
import re
from collections.abc import Awaitable, Callable
from typing import Any

from runner.virtual.commands.awk_syntax import Node, parse
from runner.virtual.commands.awk_values import (
    FUNCTIONS,
    Leave,
    Typed,
    Value,
    compiled,
    computed,
    is_numeric,
    is_true,
    number,
    text_of,
)
from runner.virtual.commands.call import Call, UsageError
from runner.virtual.streams import FileOutput

_STEPS_AT_ONCE = 500
_MAX_TEXT = 16 * 1024 * 1024


class Machine:
    """The state of one run of a program."""

    def __init__(self, call: Call, program: str) -> None:
        self._call = call
        self._rules, self._functions = parse(program)
        self._variables: dict[str, Any] = {
            "FS": " ",
            "OFS": " ",
            "ORS": "\n",
            "RS": "\n",
            "SUBSEP": "\x1c",
            "NR": 0.0,
        }
        self._variables |= {"FNR": 0.0, "FILENAME": "", "RSTART": 0.0, "RLENGTH": -1.0, "CONVFMT": "%.6g"}
        self._variables["ENVIRON"] = {name: Typed(value) for name, value in call.environment.items()}
        self._locals: list[dict[str, Any]] = []
        self._fields: list[str] = [""]
        self._outputs: dict[str, FileOutput] = {}
        self._random = random.Random(0)
        self._steps = 0
        self.status = 0

    def set_variable(self, name: str, text: str) -> None:
        self._variables[name] = Typed(text)

    def _split(self, text: str, separator: str) -> list[str]:
        if separator == " ":
            return text.split()
        if text == "":
            return []
        if len(separator) == 1 and separator != "\\":
            return text.split(separator)
        return compiled(separator).split(text) if separator else list(text)

    def _set_line(self, line: str) -> None:
        self._fields = [Typed(line), *map(Typed, self._split(line, text_of(self._variables["FS"])))]
        self._variables["NF"] = float(len(self._fields) - 1)

    def _set_field(self, number: int, value: Value) -> None:
        if number == 0:
            self._set_line(text_of(value))
            return
        if not 0 < number < 10_000:
            raise UsageError(f"awk: trying to access out of range field {number}", 2)
        self._fields += [Typed("")] * (number + 1 - len(self._fields))
        self._fields[number] = Typed(text_of(value))
        self._variables["NF"] = float(len(self._fields) - 1)
        self._fields[0] = Typed(text_of(self._variables["OFS"]).join(self._fields[1:]))

    def _scope(self, name: str) -> dict[str, Any]:
        return self._locals[-1] if self._locals and name in self._locals[-1] else self._variables

    def _array(self, name: str) -> dict[str, Value]:
        scope = self._scope(name)
        if not isinstance(scope.get(name), dict):
            if scope.get(name) not in (None, ""):
                raise UsageError(f"awk: {name} is no array", 2)
            scope[name] = {}
        found: dict[str, Value] = scope[name]
        return found

    def _set(self, node: Node, value: Value, key: str = "") -> None:
        if node[0] == "element":
            self._array(node[1])[key] = value
        elif node[0] == "field":
            self._set_field(int(number(key)), value)
        else:
            self._scope(node[1])[node[1]] = value
            if node[1] == "NF" and not self._locals:
                count = int(number(value))
                self._fields = (self._fields + [Typed("")] * min(count, 10_000))[: count + 1]
                self._fields[0] = Typed(text_of(self._variables["OFS"]).join(self._fields[1:]))

    async def _key(self, node: Node) -> str:
        """The subscript, or the number of the field, that a place is about."""
        if node[0] == "element":
            return text_of(await self._value(node[2]))
        return text_of(number(await self._value(node[1]))) if node[0] == "field" else ""

    def _get(self, node: Node, key: str) -> Value:
        if node[0] == "element":
            return self._array(node[1]).setdefault(key, "")
        if node[0] == "field":
            place = int(number(key))
            return self._fields[place] if 0 <= place < len(self._fields) else Typed("")
        value = self._scope(node[1]).get(node[1], Typed(""))
        if isinstance(value, dict):
            raise UsageError(f"awk: {node[1]} is an array", 2)
        return value  # type: ignore[no-any-return]

    async def _value(self, node: Node) -> Value:
        self._steps += 1
        if self._steps % _STEPS_AT_ONCE == 0:
            await asyncio.sleep(0)
        kind = node[0]
        if kind in ("number", "text"):
            return node[1]  # type: ignore[no-any-return]
        if kind in ("variable", "element", "field"):
            return self._get(node, await self._key(node))
        if kind == "value":
            return await self._value(node[1])
        if kind == "regex":
            return float(compiled(node[1]).search(self._fields[0]) is not None)
        reader: Callable[[Node], Awaitable[Value]] | None = getattr(self, f"_value_{kind}", None)
        if reader is None:
            raise UsageError("awk: syntax error", 2)
        return await reader(node)

    async def _value_concatenation(self, node: Node) -> Value:
        text = text_of(await self._value(node[1])) + text_of(await self._value(node[2]))
        if len(text) > _MAX_TEXT:
            raise UsageError("awk: out of memory", 2)
        return text

    async def _value_joined(self, node: Node) -> Value:
        return text_of(self._variables["SUBSEP"]).join(
            [text_of(await self._value(value)) for value in node[1]]
        )

    async def _value_assign(self, node: Node) -> Value:
        _, place, operator, expression = node
        value = await self._value(expression)
        key = await self._key(place)
        if operator:
            value = computed(operator, number(self._get(place, key)), number(value))
        self._set(place, value, key)
        return value

    async def _value_change(self, node: Node) -> Value:
        _, place, operator, is_first = node
        key = await self._key(place)
        before = number(self._get(place, key))
        after = computed(operator, before, 1.0)
        self._set(place, after, key)
        return after if is_first else before

    async def _value_choice(self, node: Node) -> Value:
        return await self._value(node[2] if is_true(await self._value(node[1])) else node[3])

    async def _value_or(self, node: Node) -> Value:
        return float(is_true(await self._value(node[1])) or is_true(await self._value(node[2])))

    async def _value_and(self, node: Node) -> Value:
        return float(is_true(await self._value(node[1])) and is_true(await self._value(node[2])))

    async def _value_in(self, node: Node) -> Value:
        return float(text_of(await self._value(node[1])) in self._array(node[2]))

    async def _value_match(self, node: Node) -> Value:
        found = (await self._pattern(node[2])).search(text_of(await self._value(node[1])))
        return float((found is not None) != node[3])

    async def _pattern(self, node: Node) -> re.Pattern[str]:
        return compiled(node[1] if node[0] == "regex" else text_of(await self._value(node)))

    async def _value_compare(self, node: Node) -> Value:
        left, right = await self._value(node[2]), await self._value(node[3])
        if is_numeric(left) and is_numeric(right):
            sign = (number(left) > number(right)) - (number(left) < number(right))
        else:
            sign = (text_of(left) > text_of(right)) - (text_of(left) < text_of(right))
        results = {
            "<": sign < 0,
            "<=": sign <= 0,
            "==": sign == 0,
            "!=": sign != 0,
            ">": sign > 0,
            ">=": sign >= 0,
        }
        return float(results[node[1]])

    async def _value_arithmetic(self, node: Node) -> Value:
        return computed(node[1], number(await self._value(node[2])), number(await self._value(node[3])))

    async def _value_unary(self, node: Node) -> Value:
        value = await self._value(node[2])
        if node[1] == "!":
            return float(not is_true(value))
        return -number(value) if node[1] == "-" else number(value)

    async def _value_call(self, node: Node) -> Value:
        name, nodes = node[1], node[2]
        if name in self._functions:
            return await self._call_function(name, nodes)
        if name in ("sub", "gsub"):
            return await self._substitute(name, nodes)
        if name == "split":
            return await self._split_call(nodes)
        if name == "match":
            found = (await self._pattern(nodes[1])).search(text_of(await self._value(nodes[0])))
            start = float(found.start() + 1) if found else 0.0
            self._variables |= {"RSTART": start, "RLENGTH": float(len(found.group())) if found else -1.0}
            return start
        if name == "length" and nodes and nodes[0][0] == "variable":
            array = self._scope(nodes[0][1]).get(nodes[0][1])
            if isinstance(array, dict):
                return float(len(array))
        values = [await self._value(value) for value in nodes]
        if name not in FUNCTIONS and name not in ("length", "rand", "srand"):
            raise UsageError(f"awk: a virtual phone's awk does not know {name}()", 2)
        if name == "length":
            return float(len(text_of(values[0]) if values else self._fields[0]))
        if name in ("rand", "srand"):
            return self._random.random() if name == "rand" else 0.0
        try:
            return FUNCTIONS[name](values)
        except (IndexError, OverflowError, ValueError) as error:
            raise UsageError(f"awk: {name}: {error}", 2) from error

    async def _call_function(self, name: str, nodes: list[Node]) -> Value:
        names, body = self._functions[name]
        given: dict[str, Any] = dict.fromkeys(names, "")
        for place, node in zip(names, nodes, strict=False):
            is_array = node[0] == "variable" and isinstance(self._scope(node[1]).get(node[1]), dict)
            given[place] = self._array(node[1]) if is_array else await self._value(node)
        self._locals.append(given)
        try:
            await self._do(body)
        except Leave as leave:
            if leave.kind != "return":
                raise
            return leave.value
        finally:
            self._locals.pop()
        return ""

    async def _substitute(self, name: str, nodes: list[Node]) -> Value:
        pattern, other = await self._pattern(nodes[0]), text_of(await self._value(nodes[1]))
        place: Node = nodes[2] if len(nodes) > 2 else ("field", ("number", 0.0))
        key = await self._key(place)

        def replace(found: re.Match[str]) -> str:
            return re.sub(
                r"\\&|&|\\\\", lambda sign: {"&": found.group()}.get(sign.group(), sign.group()[-1]), other
            )

        text, count = pattern.subn(replace, text_of(self._get(place, key)), count=int(name == "sub"))
        if count:
            self._set(place, text, key)
        return float(count)

    async def _split_call(self, nodes: list[Node]) -> Value:
        text = text_of(await self._value(nodes[0]))
        separator = text_of(self._variables["FS"])
        if len(nodes) > 2:
            separator = nodes[2][1] if nodes[2][0] == "regex" else text_of(await self._value(nodes[2]))
        array = self._array(nodes[1][1])
        array.clear()
        parts = self._split(text, separator)
        array.update({str(number): Typed(part) for number, part in enumerate(parts, start=1)})
        return float(len(parts))

    async def _do(self, node: Node) -> None:
        raise NotImplementedError
