"""Whether the server runs on this machine, which decides what paths of files mean to it."""

import socket
from contextlib import suppress
from urllib.parse import urlsplit


def is_this_machine(url: str) -> bool:
    """Whether the host of an address is this machine: a socket can be bound to what its name stands for.

    A name that stands for nothing is another machine's. Nothing is sent, except to look the name up.
    """
    try:
        found = socket.getaddrinfo(urlsplit(url).hostname, None, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError):
        return False
    return any(_can_bind(family, address) for family, _, _, _, address in found)


def _can_bind(family: socket.AddressFamily, address: tuple[object, ...]) -> bool:
    with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.bind((address[0], 0, *address[2:]))
        return True
    return False
