"""`make demo-hosts`: one ledger in PostgreSQL, a daemon that leads, and two workers with three virtual phones each. One
worker is killed in the middle of its work and started again; in the end the phones tell whether all was done once."""

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.request import urlopen

import click

from runner.virtual.process import PhoneAddress, PhonesProcess

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from postgres_server import PostgresServer

FOLDER = ".state/demo-hosts"
CAMPAIGN = "packaging/two-shelves/shelves.yaml"
APP = "com.zhiliaoapp.musically"
SHELVES = {side: tuple(f"{side.upper()}{number}" for number in (1, 2, 3)) for side in ("left", "right")}
EXPECTED = Counter({"follows": 2, "posts": 1})
"""What the campaign asks of each phone."""
KILLED, KILL_AFTER = "left", 3
"""Whose worker is killed, and after how many effects of its phones."""
PATIENCE_S = 90.0
RUNNER = (sys.executable, "-m", "runner")


class Process:
    """A command of the runner whose output goes into a file; a context manager that ends it."""

    def __init__(self, name: str, folder: Path, environment: Mapping[str, str], *words: str) -> None:
        self.log = folder / f"{name}.log"
        state = {"RUNNER_STATE_DIR": str(folder / name)}
        self._command, self._environment = [*RUNNER, *words], os.environ | environment | state
        self._process: subprocess.Popen[bytes]

    def start(self) -> Self:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, env=self._environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        return self

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def wait_until(self, is_so: Callable[[], bool], what: str) -> None:
        give_up_at = time.monotonic() + PATIENCE_S
        while not is_so():
            if self._process.poll() is not None or time.monotonic() > give_up_at:
                sys.exit(
                    f"{what} did not happen; the log says:\n{self.log.read_text(errors='replace')[-3000:]}"
                )
            time.sleep(0.1)

    def says(self, words: str) -> bool:
        return words in self.log.read_text(errors="replace")

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()


def main() -> int:
    """Returns 0 if the summary and the phones agree that all was done once."""
    started = time.monotonic()
    # As systemd would end it: everything is ended in turn.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    folder = Path(FOLDER).absolute()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with ExitStack() as stack:
        code = show(stack, folder)
        say("Ending everything.")
    say(f"Done in {time.monotonic() - started:.0f} s; the logs, and the report of the run, are in {FOLDER}/.")
    return code


def show(stack: ExitStack, folder: Path) -> int:
    say("Starting PostgreSQL, and six virtual phones on two shelves.")
    server = stack.enter_context(PostgresServer())
    store = server.tcp_url(server.new_database())
    phones = {side: stack.enter_context(PhonesProcess(serials)) for side, serials in SHELVES.items()}
    common = {"RUNNER_STORE": store, "RUNNER_TOKEN": secrets.token_hex(32)}

    say("Starting the daemon, which leads, and a worker for each shelf.")
    daemon = Process(
        "desk", folder, common, "daemon", "--api-only", "--no-phones", "--name", "desk", "--port", "0"
    )
    stack.enter_context(daemon)
    daemon.wait_until(lambda: daemon.says("ready"), "the start of the daemon")
    workers = {}
    for side, process in phones.items():
        adb = {"ANDROID_ADB_SERVER_PORT": str(process.adb_server_port)}
        workers[side] = stack.enter_context(Process(side, folder, common | adb, "worker", "--name", side))
    for worker in workers.values():
        worker.wait_until(lambda worker=worker: worker.says("ready"), "the start of a worker")  # type: ignore[misc]
    command(common, folder, "hosts")

    say(f"Running the campaign on all six phones: {CAMPAIGN}")
    run = subprocess.Popen(
        [*RUNNER, "run", CAMPAIGN], env=os.environ | common | {"RUNNER_STATE_DIR": str(folder / "desk")}
    )
    killed = workers[KILLED]
    killed.wait_until(lambda: done(phones[KILLED].phones).total() >= KILL_AFTER, "the first work of a worker")
    killed.kill()
    say(f"Killed the worker of the {KILLED} shelf, in the middle of its work. The other one goes on.")
    time.sleep(3)
    command(common, folder, "hosts")
    say(f"Starting the worker of the {KILLED} shelf again. It looks at what was begun, before it goes on.")
    killed.start()
    code = run.wait()

    say("What the phones remember:")
    is_exact = code == 0
    for process in phones.values():
        for phone in process.phones:
            remembered = done([phone])
            is_exact &= remembered == EXPECTED
            click.echo(f"  {phone.serial:8} {remembered['follows']} follows, {remembered['posts']} posts")
    say(
        "They agree with the summary: everything once." if is_exact else "They do NOT agree with the summary."
    )
    return 0 if is_exact else 1


def command(environment: Mapping[str, str], folder: Path, *words: str) -> None:
    """Run a command of the runner, and show what it says."""
    click.echo(f"$ runner {' '.join(words)}")
    state = {"RUNNER_STATE_DIR": str(folder / "desk")}
    subprocess.run([*RUNNER, *words], env=os.environ | environment | state, check=False)


def done(phones: "tuple[PhoneAddress, ...] | list[PhoneAddress]") -> "Counter[str]":
    """What was done to phones, by their own memories."""
    counted: Counter[str] = Counter()
    for phone in phones:
        with urlopen(f"{phone.control}/memory", timeout=30) as answer:
            app: dict[str, Any] = json.load(answer)["apps"][APP]
        counted.update({kind: len(app[kind]) for kind in EXPECTED})
    return counted


def say(words: str) -> None:
    click.echo(f"\n== {words}")


if __name__ == "__main__":
    sys.exit(main())
