"""The smaller services of the phone's adb daemon, as it answers them in a build that people buy."""

import asyncio
from collections.abc import Awaitable, Callable

from runner.virtual import screenshots
from runner.virtual.phone import Phone
from runner.virtual.wire import Service, Stream

_FIRST_FREE_PORT = 40000
_NO_ROOT = "adbd cannot run as root in production builds\n"
_REMOUNT = 'Not running as root. Try "adb root" first.\n'
_VERITY = "verity cannot be disabled/enabled - USER build\n"


def find_service(phone: Phone, kind: str, rest: str) -> Service | None:
    """The service `kind:rest`; None for what is refused."""
    if kind in _SAID:
        return lambda stream: stream.write(_SAID[kind].encode())
    found = _SERVICES.get(kind)
    return None if found is None else lambda stream: found(phone, stream, rest)


_SAID = {
    "disable-verity": _VERITY,
    "enable-verity": _VERITY,
    "jdwp": "",  # nothing that can be debugged runs
    "remount": _REMOUNT,
    "root": _NO_ROOT,
    "unroot": "adbd not running as root\n",
}


async def _reboot(phone: Phone, stream: Stream, how: str) -> None:
    phone.reboot()


async def _listen_on_tcp(phone: Phone, stream: Stream, port: str) -> None:
    """It says that it starts again, and does: the phone keeps its address all the same."""
    if not port.isdecimal() or int(port) == 0:
        await stream.write(f"invalid port {port if port.isdecimal() else 0}\n".encode())
        return
    await stream.write(f"restarting in TCP mode port: {port}\n".encode())
    _start_again(phone)


async def _listen_on_usb(phone: Phone, stream: Stream, rest: str) -> None:
    await stream.write(b"restarting in USB mode\n")
    _start_again(phone)


def _start_again(phone: Phone) -> None:
    """The daemon does, once the client has its answer and the stream is closed."""
    asyncio.get_running_loop().call_soon(phone.link.drop)


async def _track(phone: Phone, stream: Stream, rest: str) -> None:
    """Tell of the processes that can be debugged, now and whenever that changes: it never does."""
    await stream.write(b"0000")
    await stream.reader.read()


async def _framebuffer(phone: Phone, stream: Stream, rest: str) -> None:
    """A picture for each byte that the client sends; the first one is not waited for."""
    await stream.write(screenshots.framebuffer(phone))


async def _reverse(phone: Phone, stream: Stream, command: str) -> None:
    """Remember reverse forwards, and list them; no app on a virtual phone connects to one."""
    verb, _, rest = command.partition(":")
    if verb == "forward":
        await stream.write(_add_reverse(phone, rest))
    elif verb == "list-forward":
        listed = "".join(f"host-1 {remote} {local}\n" for remote, local in phone.reverses.items())
        await stream.write(_counted(listed))
    elif verb == "killforward-all":
        phone.reverses.clear()
        await stream.write(b"OKAY")
    elif verb == "killforward" and phone.reverses.pop(rest, ""):
        await stream.write(b"OKAY")
    elif verb == "killforward":
        await stream.write(_failed(f"listener '{rest}' not found"))


def _add_reverse(phone: Phone, wish: str) -> bytes:
    """`[norebind:]REMOTE;LOCAL`; after the OKAY comes the port that is listened on, if it is new."""
    pair = wish.removeprefix("norebind:")
    remote, separator, local = pair.partition(";")
    if not separator or not remote or not local:
        return _failed(f"bad forward: {pair}")
    if remote in phone.reverses:
        if pair != wish:
            return _failed("cannot rebind existing socket")
        phone.reverses[remote] = local
        return b"OKAY"
    kind, _, port = remote.partition(":")
    if kind == "tcp" and port == "0":
        port = str(_free_port(phone))
    elif kind == "tcp" and not port.isdecimal():
        return _failed(f"cannot bind listener: bad port number '{port}' in '{remote}'")
    phone.reverses[f"{kind}:{port}"] = local
    return b"OKAY" + (_counted(port) if kind == "tcp" else b"")


def _free_port(phone: Phone) -> int:
    port = _FIRST_FREE_PORT
    while f"tcp:{port}" in phone.reverses:
        port += 1
    return port


def _failed(why: str) -> bytes:
    return b"FAIL" + _counted(why)


def _counted(text: str) -> bytes:
    return b"%04x" % len(text.encode()) + text.encode()


_SERVICES: dict[str, Callable[[Phone, Stream, str], Awaitable[None]]] = {
    "framebuffer": _framebuffer,
    "reboot": _reboot,
    "reverse": _reverse,
    "tcpip": _listen_on_tcp,
    "track-app": _track,
    "track-jdwp": _track,
    "usb": _listen_on_usb,
}
