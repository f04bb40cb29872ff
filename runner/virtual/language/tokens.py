"""What comes next in a command line: a word, an operator, or the end of the line."""

import re

from runner.virtual.language.words import ShellSyntaxError, WordReader

_OPERATOR = re.compile(r"&&|\|\||;;|;&|;\||\|&|[;|&()\n]")
REDIRECT = re.compile(r"([0-9]?)(<<<|<<-|<<|<>|<&|>>|>&|>\||&>|<|>)")
RESERVED = frozenset(
    [
        "!",
        "{",
        "}",
        "[[",
        "case",
        "do",
        "done",
        "elif",
        "else",
        "esac",
        "fi",
        "for",
        "function",
        "if",
        "in",
        "select",
        "then",
        "time",
        "until",
        "while",
    ]
)
NEVER_BEGIN = RESERVED - {"!", "{", "[[", "case", "for", "function", "if", "time", "until", "while"}
"""Words with which no command begins."""


class TokenReader(WordReader):
    """Looks at the next word or operator, and takes it."""

    def _peek_word(self) -> str:
        """The text of the next word, if no quote or expansion is in it; otherwise empty."""
        self._skip_blanks()
        return self.bare_word()

    def _take_word(self, word: str) -> None:
        self._skip_blanks()
        assert self._text.startswith(word, self._at)
        self._at += len(word)

    def _peek_operator(self) -> str:
        self._skip_blanks()
        found = _OPERATOR.match(self._text, self._at)
        return found.group() if found else ""

    def _take_operator(self, operator: str) -> bool:
        if self._peek_operator() != operator:
            return False
        self._at += len(operator)
        if operator == "\n":
            self._read_here_documents()
        return True

    def _skip_lines(self) -> None:
        while self._take_operator("\n"):
            pass

    def _unexpected(self, opening: str = "") -> ShellSyntaxError:
        """What the parser met. At the end of the text, `opening` is what was not closed."""
        self._skip_blanks()
        if self._at >= len(self._text):
            if opening:
                return ShellSyntaxError(f"syntax error: unmatched '{opening}'", incomplete=True)
            return ShellSyntaxError("syntax error: unexpected EOF", incomplete=True)
        found = _OPERATOR.match(self._text, self._at) or REDIRECT.match(self._text, self._at)
        met = found.group() if found else self.next_word()
        return ShellSyntaxError(f"syntax error: unexpected '{'newline' if met == chr(10) else met}'")
