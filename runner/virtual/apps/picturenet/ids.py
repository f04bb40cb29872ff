"""Resource-ids: this network keeps readable ones, the same in every release."""

PACKAGE = "com.instagram.android"


def rid(name: str) -> str:
    """The full resource-id of a part of a screen."""
    return f"{PACKAGE}:id/{name}"
