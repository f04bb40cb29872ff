"""Check `duplicate-name`: two files with one campaign name: their histories would be mixed up."""

from collections.abc import Iterable, Iterator

from runner.diagnostics import Diagnostic, Related, Severity, Span

CODE = "duplicate-name"


def check(names: Iterable[tuple[str, str, Span]]) -> Iterator[Diagnostic]:
    """`names`: each campaign's name, the path of its file, and where the name stands in it."""
    first: dict[str, Related] = {}
    for name, path, span in names:
        if name not in first:
            first[name] = Related(path, span, "the first of that name")
            continue
        message, hint = f"another campaign is called `{name}` too", "give each campaign a name of its own"
        yield Diagnostic(path, span, Severity.ERROR, CODE, message, hint, (first[name],))
