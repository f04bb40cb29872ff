"""Command lines become syntax trees. What is not understood is a syntax error, and nothing of the line runs."""

import re
from collections.abc import Callable
from functools import lru_cache

from runner.virtual.language.nodes import (
    Assignment,
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
    Redirect,
    Redirected,
    Simple,
    Subshell,
    While,
    Word,
)
from runner.virtual.language.tokens import NEVER_BEGIN, REDIRECT, RESERVED, TokenReader
from runner.virtual.language.words import ShellSyntaxError

_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)(?:\[((?:[^][\n]|\[[^][\n]*\])+)\])?(\+?)=")
_NUMBERED = re.compile(r"\[[^][]+\]=")
_NAME = re.compile(r"[A-Za-z_]\w*")
_MAX_REMEMBERED = 4096


def parse(text: str) -> List:
    """The syntax tree of a command line or script. Raises ShellSyntaxError."""
    return _remembered(text) if len(text) <= _MAX_REMEMBERED else _parsed(text)


def _parsed(text: str) -> List:
    try:
        return _Parser(text).script()
    except RecursionError as error:
        raise ShellSyntaxError("syntax error: nested too deeply") from error


_remembered = lru_cache(maxsize=256)(_parsed)
"""Clients ask the same again and again."""


class _Parser(TokenReader):
    def script(self) -> List:
        body = self._list(())
        if self._at < len(self._text):
            raise self._unexpected()
        self._read_here_documents()
        return body

    def substituted(self) -> List:
        """The list of a `$(...)`, its closing parenthesis taken."""
        body = self._list((")",))
        if not self._take_operator(")"):
            raise self._unexpected("$(")
        return body

    def backquoted(self, text: str) -> List:
        return _Parser(text).script()

    def _list(self, ends: tuple[str, ...]) -> List:
        """Chains up to a word or an operator that none begins with, or one of `ends`."""
        chains: list[Chain] = []
        while True:
            self._skip_lines()
            word = self._peek_word()
            if self._at >= len(self._text) or word in ends or self._peek_operator() in ends:
                return tuple(chains)
            if word in NEVER_BEGIN:
                raise self._unexpected()
            chain = self._chain()
            separator = self._peek_operator()
            if separator == "&":
                chain = Chain(chain.pipelines, background=True)
            chains.append(chain)
            if separator not in (";", "&", "\n"):
                return tuple(chains)
            self._take_operator(separator)

    def _body(self, opening: str, *ends: str) -> List:
        """A list that must hold something, up to one of `ends`, which stays."""
        body = self._list(ends)
        if self._at >= len(self._text):
            raise self._unexpected(opening)
        if not body or (self._peek_word() not in ends and self._peek_operator() not in ends):
            raise self._unexpected()
        return body

    def _chain(self) -> Chain:
        pipelines = [("", self._pipeline())]
        while (operator := self._peek_operator()) in ("&&", "||"):
            self._take_operator(operator)
            self._skip_lines()
            pipelines.append((operator, self._pipeline()))
        return Chain(tuple(pipelines))

    def _pipeline(self) -> Pipeline:
        negated = timed = False
        while (word := self._peek_word()) in ("!", "time"):
            self._take_word(word)
            negated, timed = negated != (word == "!"), timed or word == "time"
        commands = [self._command()]
        while self._take_operator("|"):
            self._skip_lines()
            commands.append(self._command())
        return Pipeline(tuple(commands), negated, timed)

    def _command(self) -> Command:
        word = self._peek_word()
        if word in NEVER_BEGIN:
            raise self._unexpected()
        compound = self._compound(word)
        if compound is None:
            return self._simple()
        redirects = []
        while (redirect := self._redirect()) is not None:
            redirects.append(redirect)
        return Redirected(compound, tuple(redirects)) if redirects else compound

    def _compound(self, word: str) -> Command | None:
        readers: dict[str, Callable[[], Command]] = {
            "{": self._group,
            "[[": self._condition,
            "if": self._if,
            "while": self._while,
            "until": self._while,
            "for": self._for,
            "case": self._case,
            "function": self._function,
        }
        if word in readers:
            return readers[word]()
        if self._text.startswith("((", self._at) and (end := self.arithmetic_end(self._at + 2)) is not None:
            expression = self._text[self._at + 2 : end]
            self._at = end + 2
            return Calculation(self.within_quotes(expression))
        if self._peek_operator() == "(":
            return self._subshell()
        return None

    def _subshell(self) -> Command:
        self._take_operator("(")
        body = self._body("(", ")")
        self._take_operator(")")
        return Subshell(body)

    def _group(self) -> Command:
        self._take_word("{")
        body = self._body("{", "}")
        self._take_word("}")
        return Group(body)

    def _if(self) -> Command:
        branches = []
        word = "if"
        while word in ("if", "elif"):
            self._take_word(word)
            condition = self._body("if", "then")
            self._take_word("then")
            branches.append((condition, self._body("if", "elif", "else", "fi")))
            word = self._peek_word()
        otherwise: List = ()
        if word == "else":
            self._take_word("else")
            otherwise = self._body("if", "fi")
        self._take_word("fi")
        return If(tuple(branches), otherwise)

    def _while(self) -> Command:
        word = self._peek_word()
        self._take_word(word)
        condition = self._body(word, "do")
        return While(condition, self._do(word), word == "until")

    def _do(self, opening: str) -> List:
        if self._peek_word() != "do":
            raise self._unexpected(opening)
        self._take_word("do")
        body = self._body("do", "done")
        self._take_word("done")
        return body

    def _for(self) -> Command:
        self._take_word("for")
        name = self._peek_word()
        if not _NAME.fullmatch(name):
            raise self._unexpected("for")
        self._take_word(name)
        self._skip_lines()
        words: list[Word] | None = None
        if self._peek_word() == "in":
            self._take_word("in")
            words = self._words()
            if self._peek_operator() not in (";", "\n"):
                raise self._unexpected("for")
        self._take_operator(";")
        self._skip_lines()
        return For(name, None if words is None else tuple(words), self._do("for"))

    def _words(self) -> list[Word]:
        words = []
        while word := self.word():
            words.append(word)
        return words

    def _case(self) -> Command:
        self._take_word("case")
        subject = self.word()
        if not subject:
            raise self._unexpected("case")
        self._skip_lines()
        if self._peek_word() != "in":
            raise self._unexpected("case")
        self._take_word("in")
        items = []
        self._skip_lines()
        while self._peek_word() != "esac":
            items.append(self._case_item())
            self._skip_lines()
        self._take_word("esac")
        return Case(subject, tuple(items))

    def _case_item(self) -> tuple[tuple[Word, ...], List, str]:
        self._take_operator("(")
        patterns: list[Word] = []
        while not patterns or self._take_operator("|"):
            pattern = self.word()
            if not pattern:
                raise self._unexpected("case")
            patterns.append(pattern)
        if not self._take_operator(")"):
            raise self._unexpected("case")
        body = self._list((";;", ";&", "esac"))
        end = self._peek_operator()
        if end in (";;", ";&"):
            self._take_operator(end)
        elif self._peek_word() != "esac":
            raise self._unexpected("case")
        return tuple(patterns), body, end

    def _function(self) -> Command:
        self._take_word("function")
        name = self._peek_word()
        if not name or name in RESERVED:
            raise self._unexpected()
        self._take_word(name)
        if self._take_operator("(") and not self._take_operator(")"):
            raise self._unexpected()
        return self._function_body(name)

    def _function_body(self, name: str) -> Command:
        self._skip_lines()
        body = self._compound(self._peek_word())
        if body is None:
            raise self._unexpected()
        return Function(name, body)

    def _condition(self) -> Command:
        self._take_word("[[")
        words: list[Word] = []
        while self._peek_word() != "]]":
            self._skip_lines()
            operator = self._peek_operator() or self._angle()
            if operator in ("&&", "||", "(", ")", "<", ">"):
                self._skip_blanks()
                self._at += len(operator)
                words.append(self.operator_word(operator))
                continue
            word = self.word()
            if not word:
                raise self._unexpected("[[")
            words.append(word)
        self._take_word("]]")
        if not words:
            raise self._unexpected()
        return Condition(tuple(words))

    def _angle(self) -> str:
        self._skip_blanks()
        sign = self._text[self._at : self._at + 1]
        return sign if sign in ("<", ">") else ""

    def _simple(self) -> Command:
        assignments: list[Assignment] = []
        words: list[Word] = []
        redirects: list[Redirect] = []
        while True:
            self._skip_blanks()
            if (redirect := self._redirect()) is not None:
                redirects.append(redirect)
                continue
            found = None if words else _ASSIGNMENT.match(self._text, self._at)
            if found:
                self._at = found.end()
                assignments.append(self._assignment(*found.groups()))
                continue
            word = self.word()
            if not word:
                break
            words.append(word)
        if not (assignments or words or redirects):
            raise self._unexpected()
        if self._peek_operator() == "(":
            return self._named_function(words, bool(assignments or redirects))
        return Simple(tuple(assignments), tuple(words), tuple(redirects))

    def _assignment(self, name: str, index: str | None, plus: str) -> Assignment:
        """Behind its equals sign."""
        if index is not None:
            return Assignment(name, bool(plus), self._value(), self.within_quotes(index))
        if not self._text.startswith("(", self._at):
            return Assignment(name, bool(plus), self._value())
        self._take_operator("(")
        items: list[Word] = []
        while not self._take_operator(")"):
            self._skip_lines()
            if self._at >= len(self._text):
                raise self._unexpected("(")
            if _NUMBERED.match(self._text, self._at) or self._peek_operator() not in ("", ")"):
                raise self._unexpected()
            items += self._words()
        return Assignment(name, bool(plus), items=tuple(items))

    def _value(self) -> Word:
        return () if self._text[self._at : self._at + 1] in (" ", "\t") else self.word()

    def _named_function(self, words: list[Word], more: bool) -> Command:
        name = self.plain(words[0]) if len(words) == 1 and not more else None
        if name is None or not _NAME.fullmatch(name):
            raise self._unexpected()
        self._take_operator("(")
        if not self._take_operator(")"):
            raise self._unexpected()
        return self._function_body(name)

    def _redirect(self) -> Redirect | None:
        self._skip_blanks()
        found = REDIRECT.match(self._text, self._at)
        if found is None:
            return None
        number, operator = found.groups()
        if operator in ("<>", "&>"):
            raise self._unexpected()
        self._at = found.end()
        self._skip_blanks()
        start = self._at
        target = self.word()
        if not target:
            raise self._unexpected()
        redirect = Redirect(int(number or "<" not in operator), operator, target)
        if operator in ("<<", "<<-"):
            self.expect_here_document(redirect, self._text[start : self._at])
        return redirect
