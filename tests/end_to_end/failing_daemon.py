"""The real command line with a bug: `FAILS_IN=module:Class.method` names the method that raises instead of working."""

import importlib
import os
from typing import Any, NoReturn

from runner.cli.main import main


def fail(*words: Any, **named: Any) -> NoReturn:
    raise ZeroDivisionError("provoked")


if __name__ == "__main__":
    module, _, path = os.environ["FAILS_IN"].partition(":")
    kind, _, method = path.partition(".")
    setattr(getattr(importlib.import_module(module), kind), method, fail)
    main()
