"""Hosts that share a ledger: daemons and workers on a real PostgreSQL, with virtual phones of their own."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from daemon_process import NEVER, SOON_S, campaign_text, soon
from postgres_server import PostgresServer
from shared_hosts import Hosts

from runner.tasks import TaskState
from runner.virtual.process import PhonesProcess

pytestmark = [pytest.mark.phones, pytest.mark.xdist_group("many hosts")]


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with PostgresServer() as server:
        yield server


@pytest.fixture(scope="module")
def phones() -> Iterator[dict[str, PhonesProcess]]:
    started = {"left": PhonesProcess(["LEFT1", "LEFT2"]), "right": PhonesProcess(["RIGHT1"])}
    for process in started.values():
        process.start()
    yield started
    for process in started.values():
        process.stop()


@pytest.fixture
def hosts(tmp_path: Path, server: PostgresServer, phones: dict[str, PhonesProcess]) -> Iterator[Hosts]:
    hosts = Hosts(tmp_path, server, phones)
    yield hosts
    hosts.close()


def campaign(*serials: str, at: str, user: str) -> str:
    return campaign_text(*serials, at=at, config={"target_users": [user]})


def completed(hosts: Hosts) -> int:
    return hosts.ledger.tasks.counts().get(TaskState.COMPLETED, 0)


def test_a_task_goes_from_the_daemon_that_leads_to_the_host_of_its_phone(hosts: Hosts) -> None:
    hosts.on("desk").write(campaign("LEFT1", "RIGHT1", at=NEVER, user="@first"))
    daemon = hosts.daemon("desk").ready()
    workers = {name: hosts.worker(name) for name in ("left", "right")}
    for worker in workers.values():
        worker.wait_for("lanes taken")
    hosts.on("desk").write(campaign("LEFT1", "RIGHT1", at=soon(SOON_S), user="@first"))
    for worker in workers.values():
        worker.wait_for("task finished", state="completed")
    assert [hosts.memory(serial) for serial in ("LEFT1", "RIGHT1")] == [["first"]] * 2
    assert daemon.end() == 0
    assert [worker.end(signal.SIGTERM) for worker in workers.values()] == [0, 0]


def test_a_worker_that_is_killed_goes_on_under_its_name_where_it_was(hosts: Hosts) -> None:
    hosts.on("desk").write(campaign("LEFT1", "LEFT2", at=NEVER, user="@second"))
    daemon = hosts.daemon("desk").ready()
    worker = hosts.worker("left")
    worker.wait_for("lanes taken")
    hosts.on("desk").write(campaign("LEFT1", "LEFT2", at=soon(SOON_S), user="@second"))
    worker.wait_for("task started")
    assert worker.end(signal.SIGKILL) == -signal.SIGKILL
    again = hosts.worker("left")
    again.wait_for("lanes taken")
    hosts.until(lambda: completed(hosts) == 2, "the tasks were not completed")
    for serial in ("LEFT1", "LEFT2"):
        assert hosts.memory(serial).count("second") == 1
    assert again.end() == 0 and daemon.end() == 0


def test_two_workers_of_one_name_are_refused(hosts: Hosts) -> None:
    worker = hosts.worker("left")
    worker.wait_for("ready")
    second = hosts.worker("left", state="elsewhere")
    assert second.wait() == 1
    assert "left" in second.said and "name" in second.said
    assert worker.end() == 0


def follows(hosts: Hosts, user: str, *serials: str) -> list[int]:
    return [hosts.memory(serial).count(user) for serial in serials]


@pytest.mark.parametrize("how", ["killed", "frozen"])
def test_another_daemon_leads_at_once(hosts: Hosts, how: str) -> None:
    text = campaign("RIGHT1", at=NEVER, user=f"@third_{how}")
    for name in ("desk", "shelf"):
        hosts.on(name).write(text)
    first = hosts.daemon("desk").ready()
    first.wait_for("leading")
    second = hosts.daemon("shelf").ready()
    worker = hosts.worker("right")
    worker.wait_for("lanes taken")
    number = signal.SIGKILL if how == "killed" else signal.SIGSTOP
    began = time.monotonic()
    first.process.send_signal(number)
    second.wait_for("leading")
    assert time.monotonic() - began < 5
    hosts.on("shelf").write(campaign("RIGHT1", at=soon(SOON_S), user=f"@third_{how}"))
    worker.wait_for("task finished", state="completed")
    if how == "frozen":
        first.process.send_signal(signal.SIGCONT)
        first.wait_for("leads no longer")
        first.wait_for("ready", since=len(first.lines))
        assert first.end() == 0
    assert follows(hosts, f"third_{how}", "RIGHT1") == [1]
    assert second.end() == 0 and worker.end() == 0


def test_a_lost_ring_costs_seconds_only(hosts: Hosts) -> None:
    hosts.on("desk").write(campaign("RIGHT1", at=NEVER, user="@fourth"))
    daemon = hosts.daemon("desk").ready()
    worker = hosts.worker("right")
    worker.wait_for("lanes taken")
    hosts.server.execute(
        "CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF NOT EXISTS (SELECT FROM lost) THEN INSERT INTO lost VALUES (1); RETURN NULL; END IF; RETURN NEW; END $$;"
        "CREATE TABLE lost (n int);"
        "CREATE TRIGGER lose BEFORE INSERT ON procrastinate_jobs FOR EACH ROW EXECUTE FUNCTION lose()",
        hosts.database,
    )
    hosts.on("desk").write(campaign("RIGHT1", at=soon(SOON_S), user="@fourth"))
    worker.wait_for("task finished", state="completed")
    assert hosts.server.execute("SELECT count(*) FROM lost", hosts.database) == [(1,)]
    assert follows(hosts, "fourth", "RIGHT1") == [1]
    assert daemon.end() == 0 and worker.end() == 0


def test_a_database_that_is_restarted_in_the_middle_of_a_task(hosts: Hosts) -> None:
    hosts.on("desk").write(campaign("LEFT1", "RIGHT1", at=NEVER, user="@fifth"))
    daemon = hosts.daemon("desk").ready()
    workers = {name: hosts.worker(name) for name in ("left", "right")}
    for worker in workers.values():
        worker.wait_for("lanes taken")
    hosts.on("desk").write(campaign("LEFT1", "RIGHT1", at=soon(SOON_S), user="@fifth"))
    workers["left"].wait_for("task started")
    hosts.server.stop()
    workers["left"].wait_for("no work for now")
    daemon.wait_for("no work for now")
    status, words = daemon.get("/readyz")
    assert status == 503 and "no work for now" in words
    assert daemon.get("/healthz")[0] == 200
    hosts.server.start()
    hosts.until(lambda: completed(hosts) == 2, "the tasks were not completed")
    assert follows(hosts, "fifth", "LEFT1", "RIGHT1") == [1, 1]
    assert daemon.end() == 0
    assert [worker.end() for worker in workers.values()] == [0, 0]


def test_hosts_take_few_connections(hosts: Hosts) -> None:
    daemon = hosts.daemon("desk").ready()
    daemon.wait_for("leading")
    worker = hosts.worker("left")
    worker.wait_for("lanes taken")
    pids = {daemon.process.pid: 6, worker.process.pid: 4}
    assert pids
    assert daemon.end() == 0 and worker.end() == 0
