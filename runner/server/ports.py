"""Takes the address that the daemon serves on, before anything else starts; an error names the process that has it."""

import errno
import ipaddress
import socket

import psutil

from runner.errors import RunnerError, UsageError

DEFAULT_HOST, DEFAULT_PORT = "127.0.0.1", 50809


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there; port 0 is any free one. Raises UsageError or RunnerError."""
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as error:
        raise UsageError(
            f"cannot serve on {host!r}: no address has this name",
            hint=f"leave --host out to serve on {DEFAULT_HOST}",
        ) from error
    # Named as TCP, which create_server leaves out: only then does asyncio send each answer at once.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        # A daemon that is started anew need not wait for the system to forget the connections of the one
        # before.
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen()
    except OSError as error:
        listening.close()
        raise _refused(host, port, error) from error
    return listening


def is_loopback(host: str) -> bool:
    """Whether only programs on this machine can reach a host's address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def url_of(listening: socket.socket) -> str:
    """The URL of a listening socket."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def url_for_hosts(listening: socket.socket) -> str:
    """The same for other hosts: by the machine's own name, if it listens at all of its addresses."""
    host, port = listening.getsockname()[:2]
    return (
        f"http://{socket.getfqdn()}:{port}"
        if ipaddress.ip_address(host).is_unspecified
        else url_of(listening)
    )


def _refused(host: str, port: int, error: OSError) -> RunnerError:
    where = f"cannot serve on {host}:{port}"
    if error.errno == errno.EADDRINUSE:
        return RunnerError(
            f"{where}: {listener(port) or 'another process'} listens there",
            hint="stop it, or choose another port with --port (0 picks a free one)",
        )
    if error.errno == errno.EACCES:
        return RunnerError(
            f"{where}: {error.strerror}", hint="ports below 1024 are the system's; choose one with --port"
        )
    return RunnerError(
        f"{where}: {error.strerror}", hint="check --host: it must be an address of this machine"
    )


def listener(port: int) -> str | None:
    """The process that listens on a TCP port, if this user may see it: `process 812 (adb)`."""
    try:
        connections = psutil.net_connections("tcp")
    except (psutil.Error, OSError):
        return None
    for connection in connections:
        listens = connection.status == psutil.CONN_LISTEN and connection.laddr[1:] == (port,)
        if listens and connection.pid:
            try:
                return f"process {connection.pid} ({psutil.Process(connection.pid).name()})"
            except psutil.Error:
                return f"process {connection.pid}"
    return None
