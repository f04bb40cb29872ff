"""awk's grammar: a program becomes a tree of tuples whose first item names what they are."""

import re
from typing import Any

from runner.virtual.commands.call import UsageError
from runner.virtual.language.words import unescaped

Node = tuple[Any, ...]
_TOKEN = re.compile(
    r"[ \t\r]*(?:\\\n[ \t]*)*(?:#[^\n]*)?(?:"
    r"(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)"
    r"|(?P<text>\"(?:[^\"\\\n]|\\.)*\")"
    r"|(?P<call>[A-Za-z_]\w*(?=\())"
    r"|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<sign>\+\+|--|\|\||&&|<=|>=|==|!=|!~|>>|[-+*/%^]=|\*\*|[-+*/%^!<>|?:~$=(){}\[\];,\n])"
    r"|(?P<end>$))",
    re.DOTALL,
)
_KEYWORDS = {"BEGIN", "END", "function", "func", "if", "else", "while", "for", "do", "break", "continue", "next"} | {
    "exit", "return", "delete", "in", "getline", "print", "printf"
}  # fmt: skip


def parse(text: str) -> tuple[list[tuple[Node | str, Node]], dict[str, tuple[list[str], Node]]]:
    """Rules (a pattern and what it does) and functions. Raises UsageError."""
    try:
        return _Parser(text).program()
    except RecursionError as error:
        raise UsageError("awk: syntax error: nested too deeply") from error


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._kind, self._value = "", ""
        self._before = ""
        self._no_in = self._no_greater = 0
        self._take()

    def _take(self) -> str:
        """The present token's text; the next one becomes present."""
        value, kind = self._value, self._kind
        self._before = (
            "$value" if kind in ("number", "text", "name", "regex") and value not in _KEYWORDS else value
        )
        found = _TOKEN.match(self._text, self._at)
        if found is None or found.lastgroup is None:
            raise self._wrong(self._text[self._at : self._at + 10])
        self._kind, self._value = found.lastgroup, found.group(found.lastgroup)
        if self._value in _KEYWORDS and self._kind in ("name", "call"):
            self._kind = "keyword"
        self._at = found.end()
        return value

    def _wrong(self, met: str = "") -> UsageError:
        return UsageError(f"awk: syntax error near '{(met or self._value or 'end of program').strip()}'", 2)

    def _is(self, *values: str) -> bool:
        return self._value in values and self._kind in ("sign", "keyword")

    def _accept(self, *values: str) -> str:
        return self._take() if self._is(*values) else ""

    def _expect(self, value: str) -> None:
        if not self._accept(value):
            raise self._wrong()

    def _lines(self, *, semicolons: bool = False) -> None:
        while self._is("\n") or (semicolons and self._is(";")):
            self._take()

    def program(self) -> tuple[list[tuple[Node | str, Node]], dict[str, tuple[list[str], Node]]]:
        rules: list[tuple[Node | str, Node]] = []
        functions: dict[str, tuple[list[str], Node]] = {}
        self._lines(semicolons=True)
        while self._kind != "end":
            if self._accept("function", "func"):
                name = self._take()
                self._expect("(")
                names = []
                while not self._is(")"):
                    names.append(self._take())
                    self._accept(",")
                self._take()
                self._lines()
                functions[name] = (names, self._block())
            else:
                rules.append(self._rule())
            self._lines(semicolons=True)
        return rules, functions

    def _rule(self) -> tuple[Node | str, Node]:
        pattern: Node | str = ""
        if self._is("BEGIN", "END"):
            pattern = self._take()
            return pattern, self._block()
        if not self._is("{"):
            pattern = self._expression()
            if self._accept(","):
                self._lines()
                pattern = ("range", pattern, self._expression(), [False])
        body: Node = self._block() if self._is("{") else ("print", [], "", None)
        return pattern, body

    def _block(self) -> Node:
        self._expect("{")
        statements = []
        self._lines(semicolons=True)
        while not self._is("}"):
            statements.append(self._statement())
            self._lines(semicolons=True)
        self._take()
        return ("block", statements)

    def _end(self) -> None:
        if not self._accept(";", "\n") and not self._is("}") and self._kind != "end":
            raise self._wrong()

    def _statement(self) -> Node:
        if self._is("{"):
            return self._block()
        if self._is("if", "while", "for", "do"):
            return getattr(self, f"_{self._take()}")()  # type: ignore[no-any-return]
        simple = self._simple()
        self._end()
        return simple

    def _body(self) -> Node:
        self._lines()
        if self._accept(";"):
            return ("block", [])
        return self._statement()

    def _if(self) -> Node:
        self._expect("(")
        condition = self._expression()
        self._expect(")")
        body = self._body()
        place, present = self._at, (self._kind, self._value, self._before)
        self._lines(semicolons=True)
        if self._accept("else"):
            return ("if", condition, body, self._body())
        self._at, (self._kind, self._value, self._before) = place, present
        return ("if", condition, body, None)

    def _while(self) -> Node:
        self._expect("(")
        condition = self._expression()
        self._expect(")")
        return ("while", condition, self._body())

    def _do(self) -> Node:
        body = self._body()
        self._lines(semicolons=True)
        self._expect("while")
        self._expect("(")
        condition = self._expression()
        self._expect(")")
        self._end()
        return ("block", [body, ("while", condition, body)])

    def _for(self) -> Node:
        self._expect("(")
        found = re.match(
            r"\s*\(?([A-Za-z_]\w*)\s+in\s+([A-Za-z_]\w*)\s*\)", self._text[self._at - len(self._value) :]
        )
        if found and self._kind == "name":
            self._at += found.end() - len(self._value)
            self._value = ""
            self._take()
            return ("each", found.group(1), found.group(2), self._body())
        first = None if self._is(";") else self._simple()
        self._expect(";")
        condition = None if self._is(";") else self._expression()
        self._expect(";")
        after = None if self._is(")") else self._simple()
        self._expect(")")
        return ("for", first, condition, after, self._body())

    def _simple(self) -> Node:
        if self._accept("next"):
            return ("next",)
        if word := self._accept("break", "continue"):
            return (word,)
        if word := self._accept("exit", "return"):
            return (word, None if self._is(";", "\n", "}") or self._kind == "end" else self._expression())
        if self._accept("delete"):
            name = self._take()
            return ("delete", name, self._subscript() if self._is("[") else None)
        if self._is("print", "printf"):
            return self._print(self._take())
        return ("expression", self._expression())

    def _print(self, word: str) -> Node:
        self._no_greater += 1
        values: list[Node] = []
        if not self._is(";", "\n", "}", ">", ">>", "|") and self._kind != "end":
            values = self._list()
            if len(values) == 1 and values[0][0] == "group":
                values = values[0][1]
        self._no_greater -= 1
        operator = self._accept(">", ">>", "|")
        if operator == "|":
            raise UsageError("awk: a virtual phone's awk runs no commands", 2)
        return (word, values, operator, self._concatenation() if operator else None)

    def _list(self) -> list[Node]:
        values = [self._expression()]
        while self._accept(","):
            self._lines()
            values.append(self._expression())
        return values

    def _subscript(self) -> Node:
        self._expect("[")
        values = self._list()
        self._expect("]")
        return values[0] if len(values) == 1 else ("joined", values)

    def _expression(self) -> Node:
        left = self._choice()
        if self._is("=", "+=", "-=", "*=", "/=", "%=", "^="):
            if left[0] not in ("variable", "element", "field"):
                raise self._wrong()
            operator = self._take()
            self._lines()
            return ("assign", left, operator[:-1], self._expression())
        return left

    def _choice(self) -> Node:
        condition = self._either()
        if not self._accept("?"):
            return condition
        first = self._expression()
        self._expect(":")
        return ("choice", condition, first, self._expression())

    def _either(self) -> Node:
        left = self._both()
        while self._accept("||"):
            self._lines()
            left = ("or", left, self._both())
        return left

    def _both(self) -> Node:
        left = self._membership()
        while self._accept("&&"):
            self._lines()
            left = ("and", left, self._membership())
        return left

    def _membership(self) -> Node:
        left = self._match()
        while self._accept("in"):
            left = ("in", left, self._take())
        return left

    def _match(self) -> Node:
        left = self._comparison()
        while operator := self._accept("~", "!~"):
            left = ("match", left, self._comparison(), operator == "!~")
        return left

    def _comparison(self) -> Node:
        left = self._concatenation()
        signs = ("<", "<=", "==", "!=", ">=") if self._no_greater else ("<", "<=", "==", "!=", ">", ">=")
        if operator := self._accept(*signs):
            return ("compare", operator, left, self._concatenation())
        return left

    def _concatenation(self) -> Node:
        left = self._sum()
        while self._kind in ("number", "text", "name", "call") or self._is(
            "$", "!", "(", "-", "+", "++", "--"
        ):
            left = ("concatenation", left, self._sum())
        return left

    def _sum(self) -> Node:
        left = self._product()
        while operator := self._accept("+", "-"):
            left = ("arithmetic", operator, left, self._product())
        return left

    def _product(self) -> Node:
        left = self._unary()
        while operator := self._accept("*", "/", "%"):
            left = ("arithmetic", operator, left, self._unary())
        return left

    def _unary(self) -> Node:
        if operator := self._accept("!", "-", "+"):
            return ("unary", operator, self._unary())
        return self._power()

    def _power(self) -> Node:
        left = self._changed()
        if self._accept("^", "**"):
            return ("arithmetic", "^", left, self._unary())
        return left

    def _changed(self) -> Node:
        if operator := self._accept("++", "--"):
            return ("change", self._primary(), operator[0], True)
        value = self._primary()
        if value[0] in ("variable", "element", "field") and (operator := self._accept("++", "--")):
            return ("change", value, operator[0], False)
        return value

    def _primary(self) -> Node:
        if self._kind == "number":
            return ("number", float(self._take()))
        if self._kind == "text":
            return ("text", _unquoted(self._take()[1:-1]))
        if self._is("/", "/="):
            return self._regex()
        if self._accept("$"):
            return ("field", self._changed() if self._is("++", "--") else self._primary())
        if self._accept("("):
            return self._group()
        if self._kind == "call":
            name = self._take()
            self._take()
            values = [] if self._is(")") else self._list()
            self._expect(")")
            return ("call", name, values)
        if self._kind == "name":
            name = self._take()
            if name in ("length",):
                return ("call", name, [])
            return ("element", name, self._subscript()) if self._is("[") else ("variable", name)
        raise self._wrong()

    def _group(self) -> Node:
        before, self._no_greater = self._no_greater, 0
        values = self._list()
        self._no_greater = before
        self._expect(")")
        if len(values) > 1:
            if self._accept("in"):
                return ("in", ("joined", values), self._take())
            return ("group", values)
        return ("value", values[0])

    def _regex(self) -> Node:
        place = self._at - len(self._value) + 1
        end, in_set = place, False
        while end < len(self._text) and (self._text[end] != "/" or in_set):
            sign = self._text[end]
            in_set = (in_set or sign == "[") and sign != "]"
            end += 2 if sign == "\\" else 1
        if end >= len(self._text):
            raise self._wrong("/")
        pattern = self._text[place:end].replace("\\/", "/")
        self._at = end + 1
        self._value, self._kind = "", "regex"
        self._take()
        return ("regex", pattern)


def _unquoted(text: str) -> str:
    return re.sub(r"\\([0-7]{1,3}|.)", lambda found: unescaped(found.group(1)), text, flags=re.DOTALL)
