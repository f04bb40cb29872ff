"""What the system's services hold beside settings: everything that `dumpsys` and `cmd` can change."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Notification:
    """Posted with `cmd notification post`, by the shell's own package."""

    tag: str
    title: str
    text: str


@dataclass(slots=True)
class SystemState:
    """Of one phone, from one start to the next."""

    battery: dict[str, str] = field(default_factory=dict)
    """What `dumpsys battery set` pretends, by the name that it has there (`level`, `usb`, `status`...)."""
    notifications: list[Notification] = field(default_factory=list)
    operations: dict[tuple[str, str], str] = field(default_factory=dict)
    """The mode that `appops set` gave, by package and operation."""
    idle: bool = False
    """Whether `dumpsys deviceidle force-idle` holds the phone in doze."""
    unrestricted: set[str] = field(default_factory=lambda: {"com.android.shell"})
    """The packages that doze spares."""
    location: str = ""
    """Latitude and longitude of the test location, with a comma between them."""
