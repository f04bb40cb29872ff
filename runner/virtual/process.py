"""Virtual phones in a process of their own, for synchronous callers."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import IO, Any, Self
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from runner.virtual.annex import MOST_PHONES

STOP_TIMEOUT_S = 10.0
ADD_TIMEOUT_S = 30.0
MADE_UP = "studio_"
"""How the names begin that the apps give themselves from the serial of their phone."""
_RETURN_FREED_MEMORY = {"MALLOC_MMAP_THRESHOLD_": "131072"}
"""Or glibc keeps what the clients' 3.7 MB pushes took at once: 1.3 MB a phone instead of 0.1."""


class PhonesError(Exception):
    """The virtual phones did not start; the message is theirs."""


@dataclass(frozen=True, slots=True)
class PhoneAddress:
    """`address` is adb's name of the phone, `control` the URL of its control interface, `adb_server_port` where its adb
    server listens."""

    serial: str
    address: str
    control: str
    adb_server_port: int


class PhonesProcess:
    """A context manager: virtual phones with these serials run inside it.

    They end with the process that started them, however it ends. `folder` keeps their memory over restarts; `apps` are
    app files, or folders of them, for every phone. One process and one adb server have at most `most` phones; for
    more there are further ones.
    """

    def __init__(
        self,
        serials: Sequence[str],
        folder: Path | None = None,
        apps: Sequence[Path] = (),
        most: int = MOST_PHONES,
    ) -> None:
        self._serials = tuple(serials)
        self._folder = folder
        self._apps = tuple(apps)
        self._most = most
        self._process: subprocess.Popen[str] | None = None
        self._log: IO[str]
        self._line: HTTPConnection | None = None
        self.complaints = ""
        """What the process wrote to its standard error, once it has ended: nothing, if all was well."""
        self.adb_server_port = 0
        self.phones: tuple[PhoneAddress, ...] = ()

    @property
    def adb_server_ports(self) -> tuple[int, ...]:
        """Of all adb servers: there is more than one for more than 250 phones."""
        return tuple(dict.fromkeys((self.adb_server_port, *(phone.adb_server_port for phone in self.phones))))

    @property
    def is_alive(self) -> bool:
        """Whether they run; false too if they died by themselves."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        assert self._process is not None, "not started"
        return self._process.pid

    def start(self) -> Self:
        """Start them and wait until adb has connected every one. Raises PhonesError."""
        log = self._log = tempfile.TemporaryFile("w+")  # noqa: SIM115 - open as long as the process runs
        process = self._process = subprocess.Popen(
            self._command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
            env=os.environ | _RETURN_FREED_MEMORY,
        )
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            self.stop()
            raise PhonesError(f"the virtual phones did not start: {self.complaints}")
        self._take(json.loads(line))
        return self

    def start_again(self) -> Self:
        """Start phones that have died anew: the same ones, on the same adb port, with the memories that the
        folder keeps. Raises PhonesError."""
        self.stop()
        self._serials = tuple(phone.serial for phone in self.phones)
        return self.start()

    def have(self, serial: str) -> None:
        """Start one more phone and wait until adb has connected it, unless it is there. Raises PhonesError."""
        if not self._knows(serial):
            self._ask(None)  # somebody may have started it through the control interface
        if not self._knows(serial):
            self._ask({"serial": serial})

    def log_in(self, serial: str, package: str, account: str) -> None:
        """Have an account, without its `@`, in an app of a phone: the app's own made-up one is called so, and where
        that is done already another one is added. Raises PhonesError if the app has one account only."""
        phone = self._phone(serial)
        memory = self._call(f"{phone.control}/memory")["apps"].get(package)
        if memory is None or account in (memory["account"], *memory.get("others", ())):
            return
        is_made_up = memory["account"].startswith(MADE_UP)
        action = "set_account" if is_made_up else "add_account"
        self.control_app(serial, package, action, {"account": account})

    def move_clock(self, instant: datetime) -> None:
        """Let it be this instant on all phones; from the first call on their time stands still between two of them.
        Raises PhonesError."""
        body, kind = json.dumps({"now": instant.isoformat()}), {"Content-Type": "application/json"}
        for is_last in (False, True):  # a connection that was kept may have been closed meanwhile
            try:
                if self._line is None:
                    self._line = HTTPConnection(urlsplit(self.control).netloc, timeout=ADD_TIMEOUT_S)
                self._line.request("POST", "/clock", body, kind)
                self._line.getresponse().read()
                return
            except (OSError, HTTPException) as error:
                self._hang_up()
                if is_last:
                    raise PhonesError(
                        f"the virtual phones at {self.control} do not answer: {error}"
                    ) from error

    def unplug(self, serial: str) -> None:
        """Take a phone away: adb no longer lists it. Raises PhonesError."""
        self._call(f"{self._phone(serial).control}/unplug", {})

    def plug_in(self, serial: str) -> None:
        """Bring a phone back. Raises PhonesError."""
        self._call(f"{self._phone(serial).control}/online", {})

    def leave_space(self, serial: str, free_mb: int) -> None:
        """Let a phone have so many megabytes left for files. Raises PhonesError."""
        self._call(f"{self._phone(serial).control}/storage", {"free_mb": free_mb})

    def control_app(self, serial: str, package: str, action: str, arguments: Mapping[str, Any]) -> None:
        """Have an app of a phone do what its part of the control interface offers. Raises PhonesError."""
        wish = {"package": package, "action": action, "arguments": dict(arguments)}
        self._call(f"{self._phone(serial).control}/app", wish)

    def _phone(self, serial: str) -> PhoneAddress:
        return next(phone for phone in self.phones if phone.serial == serial)

    def _hang_up(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            line.close()

    def _knows(self, serial: str) -> bool:
        return any(phone.serial == serial for phone in self.phones)

    def _ask(self, wish: Mapping[str, str] | None) -> None:
        self._take(self._call(self.control, wish))

    def _call(self, url: str, wish: Mapping[str, Any] | None = None) -> Any:
        kind = {"Content-Type": "application/json"}
        request = Request(url, None if wish is None else json.dumps(wish).encode(), kind)
        try:
            with urlopen(request, timeout=ADD_TIMEOUT_S) as answer:
                return json.load(answer)
        except HTTPError as error:
            with error:
                raise PhonesError(json.load(error)["error"]) from None
        except OSError as error:
            raise PhonesError(f"the virtual phones at {self.control} do not answer: {error}") from error

    @property
    def control(self) -> str:
        """Where all of them are told of, and are controlled."""
        return self.phones[0].control.rpartition("/")[0] + "/"

    def stop(self) -> None:
        """End them, and their adb server."""
        self._hang_up()
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None and process.stdout is not None
        process.stdin.close()
        try:
            process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
        with self._log as log:
            log.seek(0)
            self.complaints = log.read().strip()

    def kill(self) -> None:
        """End them as a power cut would."""
        assert self._process is not None, "not started"
        self._process.kill()
        self.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _take(self, told: Mapping[str, Any]) -> None:
        self.adb_server_port = port = told["adb_server_port"]
        self.phones = tuple(PhoneAddress(**{"adb_server_port": port, **phone}) for phone in told["phones"])

    def _command(self) -> list[str]:
        folder = ["--dir", str(self._folder)] if self._folder is not None else []
        apps = [word for path in self._apps for word in ("--app", str(path))]
        serials = [word for serial in self._serials for word in ("--serial", serial)]
        ports = [word for port in self.adb_server_ports for word in ("--adb-port", str(port))]
        return [
            sys.executable,
            "-P",
            "-m",
            "runner.virtual.host",
            "--until-eof",
            "--most",
            str(self._most),
            *ports,
            *folder,
            *apps,
            *serials,
        ]
