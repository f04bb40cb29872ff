"""Which machine this is, as hosts tell themselves apart."""

import hashlib
import socket
from pathlib import Path

_IDS = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))


def machine_of(folder: Path) -> str:
    """A name for this machine with this state folder. Whoever holds the folder's lock knows that an older process of
    the same name is dead."""
    found = (path.read_text().strip() for path in _IDS if path.is_file())
    machine = next(found, "") or socket.gethostname()
    # Hashed: the machine's id must not leave the machine.
    return hashlib.sha256(f"{machine} {folder.resolve()}".encode()).hexdigest()[:24]
