"""Which files tasks have, and which hosts have files: of tasks, and the screens of attempts."""

from collections.abc import Callable

from claims import claim
from ledgers import add, decided, occurrence, task
from sqlalchemy import Connection, Update, update

from runner.store import schema
from runner.store.artifacts import ArtifactPlace
from runner.store.ledger import Ledger
from runner.tasks import SeenFile, TaskOptions

VIDEO, PICTURE = SeenFile("/m/å.mp4", "a" * 64, "1:f"), SeenFile("/m/b.png", "b" * 64)


def register(ledger: Ledger, name: str, url: str | None = None, artifacts: str | None = None) -> None:
    ledger.hosts.register(
        name, machine=f"m-{name}", version="1", is_daemon=True, url=url, artifacts=artifacts
    )


def test_a_file_is_found_by_its_task_and_its_hash(ledger: Ledger) -> None:
    options = TaskOptions(files=(VIDEO,), named=(PICTURE, SeenFile("/m/gone", "")))
    one = task(occurrence(), options=options)
    ledger.occurrences.record([decided(occurrence(), one)])
    assert ledger.material.planned(one.key, VIDEO.sha256) == VIDEO
    assert ledger.material.planned(one.key, PICTURE.sha256) == PICTURE
    assert ledger.material.planned(one.key, "c" * 64) is None
    assert ledger.material.planned("no/such/task", VIDEO.sha256) is None
    assert ledger.material.planned(one.key, "") is None
    (row,) = ledger.tasks.all()
    assert row.task.options == options


def test_hosts_that_serve_are_known_the_leader_first(ledger: Ledger) -> None:
    assert ledger.material.hosts() == []
    register(ledger, "north", "http://north:50809/")
    register(ledger, "south")
    register(ledger, "west", "http://west:50809/")
    ledger.leader.try_take("west")
    assert [(host.name, host.url, host.leads) for host in ledger.material.hosts()] == [
        ("west", "http://west:50809/", True),
        ("north", "http://north:50809/", False),
    ]


def test_a_host_that_has_stopped_serves_nothing(ledger: Ledger) -> None:
    lease = ledger.hosts.register("north", machine="m", version="1", url="http://north:50809/")
    ledger.hosts.stop(lease, "asked to")
    assert ledger.material.hosts() == []


def on_host_of(statement: Update) -> Callable[[Connection], object]:
    return lambda connection: connection.execute(statement)


def test_the_host_of_an_attempt_says_where_it_writes(ledger: Ledger) -> None:
    register(ledger, "north", artifacts="s3://shelf")
    register(ledger, "south")
    first, second, third = (claim(ledger, key).id for key in add(ledger, "A1", "A2", "A3"))
    for attempt, host in ((first, "north"), (second, "south")):
        on_host = update(schema.attempts).where(schema.attempts.c.id == attempt).values(host=host)
        ledger._database.write("say its host", on_host_of(on_host))
    assert ledger.artifact_places.of(first) == ArtifactPlace("north", "s3://shelf")
    assert [ledger.artifact_places.of(attempt) for attempt in (second, third, 99)] == [None] * 3
    assert ledger.artifact_places.all() == [ArtifactPlace("north", "s3://shelf")]
    assert ledger.artifact_places.attempts_left({first, third, 99}) == {first, third}
