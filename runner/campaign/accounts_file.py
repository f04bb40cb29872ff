"""The accounts of campaigns: those that a campaign declares itself, and `accounts.yaml` beside it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from runner.campaign.beside import FilesBeside, beside
from runner.campaign.document import Document
from runner.campaign.reader import read
from runner.campaign.structure import check_accounts
from runner.diagnostics import Diagnostic, Related, Severity, tidy
from runner.targets import account

FILE = "accounts.yaml"
"""The file that campaigns of one folder share. It is no campaign itself."""


@dataclass(frozen=True, slots=True)
class DeclaredAccount:
    """An account as declared: `name` is what campaigns call it, `username` its name in the app as written.

    `language` is that of the app on its phone, None if it is the phone's own.
    """

    name: str
    app: str
    username: str
    device: str | None = None
    language: str | None = None

    @property
    def handle(self) -> str:
        """Its name in the app in normal form: lower case, with its `@`."""
        return account(self.username)

    @property
    def identity(self) -> str:
        """What stands for it in task keys, on whatever phone it is: one name in two apps is two accounts."""
        return f"{self.app}:{self.handle}"


@dataclass(frozen=True)
class AccountsFile:
    """A file of accounts as read, with its problems; `accounts` are empty if it has errors."""

    document: Document
    diagnostics: tuple[Diagnostic, ...]

    @property
    def accounts(self) -> Mapping[str, Any]:
        """The accounts as written, by name."""
        return {} if self.diagnostics else self.document.data["accounts"]


def accounts_beside(path: str) -> AccountsFile | None:
    """The file of accounts beside a campaign; None if there is none."""
    return ACCOUNTS_FILES.find(beside(path, FILE))


def read_accounts_file(text: str | bytes, path: str) -> AccountsFile:
    """The accounts in the text of a file; `path` names it."""
    return _of(read(text, path))


def _of(document: Document) -> AccountsFile:
    problems = list(document.diagnostics)
    if document.data is not None or not problems:
        problems += check_accounts(document)
    if not problems:
        problems += _contradictions(document)
    return AccountsFile(document, tuple(tidy(problems)))


ACCOUNTS_FILES = FilesBeside(_of)


def twins(accounts: Iterable[DeclaredAccount]) -> Iterator[tuple[DeclaredAccount, DeclaredAccount]]:
    """Declarations of one account, each with the first of them."""
    first: dict[str, DeclaredAccount] = {}
    for one in accounts:
        known = first.setdefault(one.identity, one)
        if known is not one:
            yield known, one


def declared_twice(here: DeclaredAccount, other: DeclaredAccount) -> tuple[str, str]:
    """What is wrong with a second declaration of an account, and what to do."""
    where = f", on {other.device} and on {here.device}" if here.device != other.device else ""
    message = f"{here.handle} in {here.app} is declared twice, as `{other.name}` and `{here.name}`{where}"
    return message, "declare it once, on the phone that is to work as it: one account never works twice"


def _contradictions(document: Document) -> Iterator[Diagnostic]:
    for first, second in twins(declared_accounts(document.data["accounts"])):
        span, other = (document.span(("accounts", one.name), key=True) for one in (second, first))
        message, hint = declared_twice(second, first)
        related = (Related(document.path, other, "declared here"),)
        yield Diagnostic(document.path, span, Severity.ERROR, "bad-account", message, hint, related)


def declared_accounts(written: Mapping[str, Any]) -> Iterator[DeclaredAccount]:
    """The accounts of a section `accounts:`, without those that cannot be read."""
    for name, values in written.items():
        given = {"username": name, **values} if isinstance(values, dict) else {}
        kept = {key: value for key, value in given.items() if key in _KEYS and isinstance(value, str)}
        if "app" in kept and "username" in kept:
            yield DeclaredAccount(name, **kept)


_KEYS = ("app", "username", "device", "language")
