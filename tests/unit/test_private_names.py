"""What the runner takes from libraries that they do not promise to keep: each is tried here as it is leaned on.

A library in `LEANING` has a bound on its version in `pyproject.toml`. Whoever raises one runs these tests, which name
the module to look at.
"""

import asyncio
import json
import re
import socket
import threading
import tomllib
from collections.abc import Iterator
from contextlib import closing, suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import version
from inspect import signature
from pathlib import Path
from typing import Any

import adbutils
import httpx
import pytest
import uiautomator2
import uvicorn
from packaging.requirements import Requirement
from packaging.version import Version
from sqlalchemy import bindparam, select
from sqlalchemy.dialects import sqlite
from uiautomator2 import core
from uvicorn.protocols.http.h11_impl import H11Protocol
from watchfiles._rust_notify import RustNotify, WatchfilesRustInternalError
from yaml._yaml import CParser
from yaml.error import YAMLError

from runner.phone import rpc
from runner.phone.limited_socket import LimitedSocket, dial
from runner.phone.transport import AdbServer, Connection
from runner.server.connections import ImpatientProtocol
from runner.store.schema import tasks

ROOT = Path(__file__).parents[2]

LEANING = {
    "adbutils": "runner/phone/transport.py",
    "httpcore": "runner/backends/local_api/client.py",
    "httpx": "runner/backends/local_api/client.py",
    "pyyaml": "runner/campaign/reader.py and syntax.py",
    "sqlalchemy": "runner/store/bulk.py",
    "uiautomator2": "runner/phone/session.py and rpc.py",
    "uvicorn": "runner/server/connections.py",
    "watchfiles": "runner/scheduling/watch.py",
}

PRIVATE_MODULES = {
    ("runner/campaign/reader.py", "yaml._yaml"),
    ("runner/campaign/syntax.py", "yaml._yaml"),
    ("runner/scheduling/watch.py", "watchfiles._rust_notify"),
}


PRIVATE_IMPORT = re.compile(r"^ *(?:from|import) +((?!runner\b)[\w.]*\._[a-z]\w*)", re.M)


def changed(library: str, what: str) -> str:
    return (
        f"{library} {version(library)}: {what} is not what {LEANING[library]} leans on. Change that module, "
        f"or put the bound on {library} in pyproject.toml back, and run `make pins`"
    )


@pytest.fixture(scope="module")
def needed() -> dict[str, Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return {one.name.lower(): one for one in map(Requirement, project["project"]["dependencies"])}


@pytest.mark.parametrize("library", LEANING)
def test_a_library_that_is_leaned_on_is_bounded(needed: dict[str, Requirement], library: str) -> None:
    bounds = needed[library].specifier
    assert version(library) in bounds
    installed = Version(version(library))
    assert f"{installed.major + 1}.0" not in bounds
    assert f"{installed.major}.{installed.minor + 1}.0" not in bounds, (
        f"{library} may change with its next minor version"
    )


def test_no_other_private_module_is_imported() -> None:
    found = {
        (str(path.relative_to(ROOT)), module)
        for path in (ROOT / "runner").rglob("*.py")
        for module in PRIVATE_IMPORT.findall(path.read_text(encoding="utf-8"))
    }
    assert found == PRIVATE_MODULES, "add what it leans on to this file, and a bound on the library's version"


# watchfiles


def test_watchfiles_tells_of_changes_as_a_set_of_numbers_and_paths(tmp_path: Path) -> None:
    told = changed("watchfiles", "RustNotify")
    notify, stop = RustNotify([str(tmp_path)], False, False, 0, True, True), threading.Event()
    try:
        (tmp_path / "a.yaml").write_text("a: 1\n")
        found = notify.watch(200, 100, 10_000, stop)
        assert isinstance(found, set), told
        assert (1, str(tmp_path / "a.yaml")) in found, told
        stop.set()
        assert notify.watch(200, 100, 10_000, stop) == "stop", told
    finally:
        notify.close()


def test_watchfiles_fails_in_the_ways_that_are_caught(tmp_path: Path) -> None:
    told = changed("watchfiles", "an error of RustNotify")
    assert issubclass(WatchfilesRustInternalError, Exception), told
    with pytest.raises(UnicodeEncodeError):
        RustNotify([f"{tmp_path}/\udcff"], False, False, 0, True, True)
    notify = RustNotify([str(tmp_path)], False, False, 0, True, True)
    try:
        (tmp_path / "\udcff.yaml").touch()
        with pytest.raises(WatchfilesRustInternalError):
            notify.watch(200, 100, 10_000, threading.Event())
    finally:
        notify.close()


# PyYAML


def test_the_parser_of_libyaml_gives_events_with_places() -> None:
    told = changed("pyyaml", "yaml._yaml.CParser")
    parser, events = CParser("é: &x '1'\nb: *x\n"), list[Any]()
    while not events or type(events[-1]).__name__ != "StreamEndEvent":
        events.append(parser.get_event())
    names = [type(event).__name__.removesuffix("Event") for event in events]
    assert names == [
        *("StreamStart", "DocumentStart", "MappingStart"),
        *("Scalar", "Scalar", "Scalar", "Alias"),
        *("MappingEnd", "DocumentEnd", "StreamEnd"),
    ], told
    quoted, alias = events[4], events[6]
    assert (quoted.value, quoted.anchor, quoted.tag, quoted.style) == ("1", "x", None, "'"), told
    assert events[3].implicit[0] and not quoted.implicit[0], told
    assert (quoted.start_mark.index, quoted.end_mark.index) == (3, 9), f"{told}: places count characters"
    assert (alias.anchor, alias.start_mark.line) == ("x", 1), told


def test_the_parser_of_libyaml_gives_tokens_up_to_an_error() -> None:
    told = changed("pyyaml", "yaml._yaml.CParser.get_token")
    parser = CParser("a: 'one\n  two'\nb: [\n")
    scalars = []
    with suppress(YAMLError):
        while (token := parser.get_token()) is not None:
            scalars.append(
                (getattr(token, "value", None), getattr(token, "style", None), token.start_mark.line)
            )
    assert ("one two", "'", 0) in scalars, told


# uvicorn


OVERRIDDEN = (
    "connection_made",
    "data_received",
    "pause_writing",
    "resume_writing",
    "on_response_complete",
    "timeout_keep_alive_handler",
    "send_400_response",
    "shutdown",
    "connection_lost",
)


class Probe(H11Protocol):
    """Notes which of those methods that are uvicorn's own are called."""

    made: "list[Probe]" = []
    called: set[str] = set()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.made.append(self)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self.called.add("on_response_complete")

    def send_400_response(self, msg: str) -> None:
        super().send_400_response(msg)
        self.called.add("send_400_response")

    def shutdown(self) -> None:
        super().shutdown()
        self.called.add("shutdown")


def test_the_protocol_of_uvicorn_has_what_ours_overrides_and_reads() -> None:
    told = changed("uvicorn", "H11Protocol")
    for name in OVERRIDDEN:
        ours, theirs = getattr(ImpatientProtocol, name), getattr(H11Protocol, name)
        assert [*signature(ours).parameters] == [*signature(theirs).parameters], f"{told}: {name}"
    answer, refused, seen = asyncio.run(asyncio.wait_for(ask_uvicorn(), 20))
    assert answer.startswith(b"HTTP/1.1 200"), told
    assert refused.startswith(b"HTTP/1.1 400"), told
    assert Probe.called == {"on_response_complete", "send_400_response", "shutdown"}, told
    assert seen == [(True, True, False, False)], f"{told}: connections, app, and what `cycle` tells"


async def ask_uvicorn() -> tuple[bytes, bytes, list[tuple[bool, ...]]]:
    """The answers to a request and to nonsense; and what a protocol showed while the request was answered."""
    seen = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        one = Probe.made[0]
        assert one.loop is asyncio.get_running_loop()
        assert one.transport.get_extra_info("socket") is not None
        seen.append(
            (one in one.connections, one.app is not None, one.cycle.more_body, one.cycle.response_complete)
        )
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})

    Probe.made, Probe.called = [], set()
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(app, http=Probe, lifespan="off", log_config=None, access_log=False)
    )
    serving = asyncio.create_task(server.serve([listening]))
    address = listening.getsockname()
    answers, writers = [], []
    for request in (b"GET / HTTP/1.1\r\nhost: x\r\n\r\n", b"nonsense\r\n\r\n"):
        reader, writer = await asyncio.open_connection(*address)
        writers.append(writer)
        writer.write(request)
        answers.append(await reader.readuntil(b"\r\n"))
    server.should_exit = True  # the first connection is kept open for this
    await serving
    for writer in writers:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
    return answers[0], answers[1], seen


# httpx and httpcore


class Local(BaseHTTPRequestHandler):
    """Answers `/` and every POST at once, and everything else only when the test is over."""

    over = threading.Event()
    posted: list[Any] = []

    def do_GET(self) -> None:
        if self.path != "/":
            self.over.wait(20)
        with suppress(OSError):
            self.send_response(204)
            self.end_headers()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.posted.append((self.path, json.loads(body), self.headers["accept-encoding"]))
        answer = b'{"jsonrpc": "2.0", "id": 1, "result": "done"}'
        self.send_response(200)
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def url() -> Iterator[str]:
    Local.over.clear()
    Local.posted.clear()
    server = HTTPServer(("127.0.0.1", 0), Local)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    Local.over.set()
    server.shutdown()
    thread.join()
    server.server_close()


def traced(address: str, note: Any) -> None:
    with httpx.Client(timeout=10, verify=False, trust_env=False) as client:
        request = client.build_request("GET", address)
        request.extensions["trace"] = note
        client.send(request)


def test_httpcore_tells_of_its_way_by_the_names_that_are_waited_for(url: str) -> None:
    told, events = changed("httpcore", "the events of the extension `trace`"), dict[str, dict[str, Any]]()
    traced(f"http://{url}/", lambda event, info: events.update({event: info}))
    order = [name for name in events if name.startswith(("connection.connect", "http11.send_request_body"))]
    assert order == [
        *("connection.connect_tcp.started", "connection.connect_tcp.complete"),
        *("http11.send_request_body.started", "http11.send_request_body.complete"),
    ], told
    stream = events["connection.connect_tcp.complete"]["return_value"]
    assert isinstance(stream.get_extra_info("socket"), socket.socket), f"{told}: the socket below"


def test_httpcore_tells_when_it_begins_with_tls(url: str) -> None:
    events = list[str]()
    with pytest.raises(httpx.ConnectError):
        traced(f"https://{url}/", lambda event, info: events.append(event))
    assert "connection.start_tls.started" in events, changed("httpcore", "the event of TLS")


def test_httpx_gives_up_where_its_trace_raises(url: str) -> None:
    def give_up(event: str, info: Any) -> None:
        if event == "connection.connect_tcp.complete":
            info["return_value"].close()
            raise httpx.ConnectTimeout("given up")

    with pytest.raises(httpx.ConnectTimeout, match="given up"):
        traced(f"http://{url}/", give_up)


def test_shutting_the_socket_below_httpx_down_ends_a_call_that_waits(url: str) -> None:
    def cut(event: str, info: Any) -> None:
        if event == "connection.connect_tcp.complete":
            streams.append(info["return_value"])
        if event == "http11.receive_response_headers.started":
            threading.Thread(
                target=socket.socket.shutdown, args=(streams[0].get_extra_info("socket"), 2)
            ).start()

    streams = list[Any]()
    with pytest.raises(httpx.RemoteProtocolError):
        traced(f"http://{url}/silent", cut)


# adbutils and uiautomator2


def test_adbutils_makes_its_connections_by_the_methods_that_ours_override() -> None:
    told = changed("adbutils", "AdbConnection or AdbDevice")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        host, port = listening.getsockname()
        with closing(Connection(host, port)) as connection:
            assert connection.conn.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY), (
                f"{told}: _safe_connect"
            )
        server = AdbServer(port)
        phone = server.transport("R58M")
    assert (phone._client, phone._serial) == (server, "R58M"), told


def test_a_selector_of_uiautomator2_is_the_mapping_that_its_server_reads() -> None:
    selector = dict(uiautomator2.Selector(className="android.widget.EditText", focused=True))
    wanted = {
        "className": "android.widget.EditText",
        "focused": True,
        "childOrSibling": [],
        "mask": 0x10 | 0x20000,
    }
    assert wanted.items() <= selector.items(), changed("uiautomator2", "Selector as a mapping")


class FakePhone:
    """A phone whose port leads to `url`; notes which one was asked for."""

    def __init__(self, url: str) -> None:
        self.address, self.asked = url.split(":"), list[Any]()

    def create_connection(self, network: Any, port: int) -> socket.socket:
        self.asked.append((network, port))
        return socket.create_connection((self.address[0], int(self.address[1])))

    def stream(self, port: int, timeout_s: float) -> LimitedSocket:
        self.asked.append((adbutils.Network.TCP, port))
        return dial(self.address[0], int(self.address[1]), timeout_s)


def test_uiautomator2_speaks_to_its_server_as_our_calls_do(url: str) -> None:
    phone = FakePhone(url)
    assert core._jsonrpc_call(phone, core.DEFAULT_SERVER_PORT, "click", [1, 2], 10, False) == "done"
    assert rpc.Calls("R58M").call(phone, "click", [1, 2], timeout_s=10) == "done"  # type: ignore[arg-type]
    told = changed("uiautomator2", "the port of its server, or a request to it")
    assert phone.asked[0] == phone.asked[1], told
    assert Local.posted[0] == Local.posted[1], told


# SQLAlchemy


def test_sqlalchemy_tells_the_order_of_the_parameters() -> None:
    statement = select(tasks.c.id).where(tasks.c.key == bindparam("second"), tasks.c.id > bindparam("first"))
    compiled = statement.compile(dialect=sqlite.dialect(), compile_kwargs={"render_postcompile": True})
    assert list(compiled.positiontup or ()) == ["second", "first"], changed("sqlalchemy", "positiontup")
