"""What carries tasks out: this makes the backends that `runner/backend_registry.py` declares."""

from importlib import import_module
from typing import TYPE_CHECKING

from runner.backend_registry import BUILT_IN, BackendDeclaration, find, names
from runner.errors import RunnerError

if TYPE_CHECKING:
    from runner.backends.backend import Backend, BackendSetup, BatchBackend


def build(setup: "BackendSetup", *, rehearsal: bool = False) -> "dict[str, Backend | BatchBackend]":
    """Every backend by its name; the caller closes them. For a rehearsal only those that can work on virtual phones.

    Raises RunnerError if another package's backend cannot be loaded or made.
    """
    declarations = [declared for name in names() if (declared := find(name))]
    return {one.name: _made(one, setup) for one in declarations if one.can_rehearse or not rehearsal}


def _made(declared: BackendDeclaration, setup: "BackendSetup") -> "Backend | BatchBackend":
    from runner.backends.backend import Backend, BatchBackend

    kind = BatchBackend if declared.takes_batches else Backend
    module, _, function = declared.factory.partition(":")
    try:
        made: Backend | BatchBackend = getattr(import_module(module), function)(setup)
        if not isinstance(made, kind):
            raise TypeError(f"what it makes is no {kind.__name__}, as is declared")
    except Exception as error:
        # Another package's error is told as that package's; one of our own backends is a bug, with a crash log.
        if declared.name in BUILT_IN or isinstance(error, RunnerError):
            raise
        raise RunnerError(
            f"the backend {declared.name!r} ({declared.factory}) cannot be made: {type(error).__name__}: {error}",
            hint="update the package that brings it, or uninstall it",
        ) from error
    return made
