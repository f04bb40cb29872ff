"""`make demo`: the demo's campaign on four virtual phones. On a terminal with its page, which stays until Ctrl-C."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import click

from runner.daemon.open_browser import has_browser, open_browser
from runner.daemon_notice import Notice
from runner.settings import Settings
from runner.state_dir import StateDir, daemon_rehearsal

FOLDER, DEMO = "campaigns", "campaigns/demo.yaml"
RUNNER = (sys.executable, "-m", "runner")
PATIENCE_S = 60.0


def main() -> int:
    """Returns the exit code of the run."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()) or os.environ.get("CI"):
        return subprocess.call([*RUNNER, "run", DEMO, "--virtual"])
    place = daemon_rehearsal(Settings.from_environment())
    if place.holder() is not None:
        click.echo(f"A demo runs already: {_url(place)}")
        return 1
    shutil.rmtree(place.folder, ignore_errors=True)  # phones and limits as on the first day
    place.folder.mkdir(parents=True)
    log = place.folder / "daemon.log"
    with log.open("wb") as stream:
        command = [*RUNNER, "daemon", FOLDER, "--virtual", "--port", "0"]
        # A session of its own: Ctrl-C ends the run first, and then the daemon in good order.
        daemon = subprocess.Popen(command, stderr=stream, stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        url = _await(daemon, place, log)
        click.echo(f"The page: {url}")
        if has_browser():
            open_browser(url)
        code = subprocess.call([*RUNNER, "run", DEMO, "--virtual", "--store", place.store_url])
        click.echo(f"\nThe page: {url}    its log: {log}    Ctrl-C ends it")
        daemon.wait()
    except KeyboardInterrupt:
        code = 0
    finally:
        daemon.terminate()
        daemon.wait()
    return code


def _await(daemon: "subprocess.Popen[bytes]", place: StateDir, log: Path) -> str:
    """The address of the daemon's page, once it is there. Ends this program if the daemon ends before."""
    give_up_at = time.monotonic() + PATIENCE_S
    while daemon.poll() is None and time.monotonic() < give_up_at:
        if url := _url(place):
            return url
        time.sleep(0.2)
    sys.exit(f"the daemon did not start; its log says:\n{log.read_text(errors='replace')}")


def _url(place: StateDir) -> str | None:
    """The address of the daemon that carries tasks out from there, if there is one."""
    carrying = place.holder()
    notice = Notice.read(place.beside, carrying.pid if carrying else None)
    return notice.url if notice else None


if __name__ == "__main__":
    sys.exit(main())
