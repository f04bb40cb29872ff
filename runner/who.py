"""Who asks, where nobody has logged in: the user of this machine."""

import getpass
import os
import socket


def who() -> str:
    """Who asks, as the ledger keeps it: `anna@shelf`."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a user without a name, as in containers
        user = str(os.getuid())
    return f"{user}@{socket.gethostname()}"
