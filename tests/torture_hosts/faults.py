"""What befalls hosts, their phones and their database: each fault begins at a point of the code, or at any moment."""

import random
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from phone_host import PhoneHost

if TYPE_CHECKING:
    from hosts_episode import HostsEpisode

LEASE_S = 5.0
LATE_S = 2.5
"""How much longer than its lease a host that stands still does so."""


@dataclass(frozen=True, slots=True)
class Fault:
    """`kind` is one of `KINDS`. With a point, the host that first reaches it stands still there, and the fault begins;
    without, it happens to any host at any moment. `seed` decides what is random about it; `when` hosts reach the point:
    when they begin, work, or end."""

    kind: str
    point: str | None = None
    seed: int = 0
    when: str = "work"

    def __str__(self) -> str:
        return f"{self.kind} {f'at {self.point}' if self.point else 'at any moment'} (seed {self.seed})"


@dataclass(frozen=True, slots=True)
class Scene:
    """A host that stands still, and what a fault needs besides."""

    episode: "HostsEpisode"
    host: PhoneHost
    choice: random.Random

    def wait(self, least_s: float, most_s: float) -> None:
        """Some seconds pass, while everybody else lives on."""
        self.episode.live(self.choice.uniform(least_s, most_s))


def kill(scene: Scene) -> None:
    """It is dead, and starts again soon: before its lease is over."""
    scene.host.kill()
    scene.wait(0.1, 1.5)
    scene.episode.bring_up(scene.host)


def kill_for_long(scene: Scene) -> None:
    """It is dead, and starts again when its lease is over; its phones may be elsewhere by then."""
    scene.host.kill()
    if scene.choice.random() < 0.5:
        for serial in scene.episode.phones_of(scene.host):
            scene.episode.move(serial, scene.host, scene.episode.another(scene.host, scene.choice))
    scene.wait(LEASE_S, LEASE_S + LATE_S)
    scene.episode.bring_up(scene.host)


def freeze(scene: Scene) -> None:
    """It stands still for longer than its lease, and then goes on where it was."""
    scene.wait(LEASE_S + 1, LEASE_S + LATE_S)
    scene.host.go_on()


def freeze_and_move(scene: Scene) -> None:
    """It stands still for longer than its lease, and its phones are plugged in elsewhere as well."""
    _freeze_and_move(scene, LEASE_S + 1, LEASE_S + 2 * LATE_S)


def freeze_for_long(scene: Scene) -> None:
    """The same for so long that its tasks have been proved elsewhere, and the next ones go on there."""
    _freeze_and_move(scene, 3 * LEASE_S, 5 * LEASE_S)


def _freeze_and_move(scene: Scene, least_s: float, most_s: float) -> None:
    plugged = scene.episode.phones_of(scene.host)
    other = scene.episode.another(scene.host, scene.choice)
    for serial in plugged:
        scene.episode.plug_in(serial, other)
    scene.wait(least_s, most_s)
    scene.host.go_on()
    scene.wait(0.5, 3)
    for serial in plugged:
        scene.episode.unplug(serial, scene.host)


def cut(scene: Scene) -> None:
    """All its connections break, and new ones."""
    with _healed(scene):
        scene.host.wire.cut()
        scene.host.go_on()
        scene.wait(0.5, LEASE_S + LATE_S)


def hold(scene: Scene) -> None:
    """Nothing gets through, and nobody says so."""
    with _healed(scene):
        scene.host.wire.hold()
        scene.host.go_on()
        scene.wait(0.5, LEASE_S + 2 * LATE_S)


def hold_answers(scene: Scene) -> None:
    """The database hears what it asks for, and does it; the answers are lost."""
    with _healed(scene):
        scene.host.wire.hold_answers()
        scene.host.go_on()
        scene.wait(0.2, 2)
        scene.host.wire.cut()
        scene.wait(0.2, LEASE_S + LATE_S)


def close_one_side(scene: Scene) -> None:
    """It is told on every connection that nothing more will come."""
    scene.host.wire.close_one_side()
    scene.host.go_on()
    scene.wait(0.5, 2)


def slow_down(scene: Scene) -> None:
    """Each piece of data takes long."""
    with _healed(scene):
        scene.host.wire.slow_down(scene.choice.choice([0.05, 0.3, 1.0]))
        scene.host.go_on()
        scene.wait(3, 8)


def move(scene: Scene) -> None:
    """A phone is unplugged here, and plugged in elsewhere."""
    plugged = scene.episode.phones_of(scene.host)
    if plugged:
        serial = scene.choice.choice(plugged)
        scene.episode.move(serial, scene.host, scene.episode.another(scene.host, scene.choice))
    scene.host.go_on()
    scene.wait(0.5, 3)


def plug_in_twice(scene: Scene) -> None:
    """A phone is reached from two hosts at once, and in the end from one of them."""
    plugged = scene.episode.phones_of(scene.host)
    other = scene.episode.another(scene.host, scene.choice)
    serial = scene.choice.choice(plugged) if plugged else None
    if serial:
        scene.episode.plug_in(serial, other)
    scene.host.go_on()
    scene.wait(2, LEASE_S + LATE_S)
    if serial:
        scene.episode.unplug(serial, scene.choice.choice([scene.host, other]))


def restart_database(scene: Scene) -> None:
    """The database ends all connections in good order, and starts again."""
    _restart(scene, signal.SIGINT)


def crash_database(scene: Scene) -> None:
    """The database ends at once, and recovers when it starts again."""
    _restart(scene, signal.SIGQUIT)


def fill_disk(scene: Scene) -> None:
    """The database has no room, neither for rows nor for its log; in the end it has again."""
    disk = scene.episode.disk
    assert disk is not None
    with scene.episode.without_database():
        disk.fill()
        scene.host.go_on()
        scene.wait(0.5, 2)
        scene.episode.switch_log()  # the next file of the log has no room: the server ends itself
        scene.wait(0.5, 3)
        disk.make_room()


KINDS: dict[str, Callable[[Scene], None]] = {
    one.__name__: one
    for one in (
        kill,
        kill_for_long,
        freeze,
        freeze_and_move,
        freeze_for_long,
        cut,
        hold,
        hold_answers,
        close_one_side,
        slow_down,
        move,
        plug_in_twice,
        restart_database,
        crash_database,
        fill_disk,
    )
}


def _restart(scene: Scene, how: signal.Signals) -> None:
    with scene.episode.without_database():
        scene.episode.server.stop(how=how)
        scene.host.go_on()
        scene.wait(0.0, 2)
        scene.episode.server.start()


@contextmanager
def _healed(scene: Scene) -> Iterator[None]:
    try:
        yield
    finally:
        scene.host.wire.heal()
