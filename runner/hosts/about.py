"""What a process is as a host."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HostAbout:
    """What a process says of itself as a host; `url` is where its dashboard is.
    One that `has_phones` holds the lanes of those that are plugged in here."""

    name: str
    is_daemon: bool = False
    has_phones: bool = True
    url: str | None = None
    is_pooled: bool = False
