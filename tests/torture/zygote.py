"""A process that has loaded everything, and forks: a daemon starts in a hundredth of a second, not in two whole ones.

`lives.py` starts it. Each of its children is a process of its own that runs the real command line, with kill points or
without. What depends on how Python itself starts (its encodings, its path) needs a Python of its own.
"""

import ctypes
import gc
import importlib
import json
import os
import runpy
import signal
import socket
import sys
import threading
import time
from collections.abc import Mapping
from typing import Any

import daemon_with_kill_points
from PIL import Image

LONGEST_REQUEST = 1 << 17

LOADED_AT_ONCE = (
    *(f"runner.cli.{command}" for command in ("daemon", "holds", "pause", "resume", "stop", "worker")),
    "runner.daemon.shared_daemon",
    "runner.daemon.worker",
    "alembic.command",
    "alembic.config",
    "httpcore",
    "jsonschema_rs",
    "lxml.etree",
    "procrastinate",
    "psycopg",
    "pydantic.v1",
    "runner.backends.local_api.backend",
    "uiautomator2",
    "uvicorn.loops.auto",
    "uvicorn.protocols.websockets.auto",
)


def main() -> None:
    load()
    with socket.socket(fileno=os.dup(sys.stdin.fileno())) as control:
        os.dup2(os.open(os.devnull, os.O_RDONLY), sys.stdin.fileno())
        request = fork_for_each_request(control)
    if request["has_kill_points"]:
        daemon_with_kill_points.main(request["words"])
    sys.argv = ["runner", *request["words"]]
    runpy.run_module("runner", run_name="__main__", alter_sys=True)


def load() -> None:
    """Import what the daemon and the other commands import at some time, so that none of them has to."""
    for name in LOADED_AT_ONCE:
        importlib.import_module(name)
    Image.preinit()
    assert threading.active_count() == 1, "what is forked would miss the threads that an import has started"
    gc.collect()
    # What is frozen is not collected: a collection in a child would copy the pages that it shares.
    gc.freeze()


def fork_for_each_request(control: socket.socket) -> Mapping[str, Any]:
    """Fork for each request. Returns only in the forked processes, with what they are asked for."""
    attendants: set[int] = set()
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, LONGEST_REQUEST, 3)
        if not message:
            os._exit(0)
        attendants -= {pid for pid in attendants if os.waitpid(pid, os.WNOHANG)[0]}
        attendants.add(attendant := os.fork())
        if not attendant:
            return attend(json.loads(message), *descriptors)
        for descriptor in descriptors:
            os.close(descriptor)


def attend(request: Mapping[str, Any], harness: int, output: int, errors: int) -> Mapping[str, Any]:
    """Fork once more, and tell the harness how that process ends. Returns only in that process."""
    die_with_the_parent()
    with socket.socket(fileno=harness) as told:
        if pid := os.fork():
            told.send(str(pid).encode())
            told.send(str(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])).encode())
            os._exit(0)
    die_with_the_parent()
    if request["is_terminal"]:
        os.dup2(output, 0)
    for given, standard in ((output, 1), (errors, 2)):
        os.dup2(given, standard)
        os.close(given)
    # Made anew: those of the zygote were made for what it writes to itself, a file perhaps.
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", 1, encoding="utf-8", errors="backslashreplace", closefd=False)
    os.environ.clear()
    os.environ.update(request["environment"])
    time.tzset()
    os.umask(request["umask"])
    os.chdir(request["folder"])
    return request


def die_with_the_parent() -> None:
    """Let the kernel end this process with its parent, so that no daemon goes on when the harness is interrupted."""
    parent_death_signal = 1  # PR_SET_PDEATHSIG of <linux/prctl.h>
    ctypes.CDLL(None).prctl(parent_death_signal, signal.SIGKILL)


if __name__ == "__main__":
    main()
