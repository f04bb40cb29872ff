"""Hosts that share a ledger: daemons and workers on a real PostgreSQL, with virtual phones of their own."""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from daemon_process import NEVER, SOON_S, campaign_text, soon
from pgbouncer import PgBouncer, find_pgbouncer
from postgres_server import PostgresServer
from shared_hosts import Hosts
from wire import Wire

from runner.errors import LedgerError
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
    with suppress(LedgerError):  # the database may have been away since the last look
        return hosts.ledger.tasks.counts().get(TaskState.COMPLETED, 0)
    return 0


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


@pytest.fixture
def wire(server: PostgresServer) -> Iterator[Wire]:
    """A way to the database that can be cut."""
    with Wire(server.port) as wire:
        yield wire


@pytest.mark.parametrize("how", ["killed", "frozen", "cut", "hold"])
def test_another_daemon_leads_at_once(hosts: Hosts, wire: Wire, how: str) -> None:
    text = campaign("RIGHT1", at=NEVER, user=f"@third_{how}")
    for name in ("desk", "shelf"):
        hosts.on(name).write(text)
    first = hosts.daemon("desk", store=hosts.server.tcp_url(hosts.database, wire.port)).ready()
    first.wait_for("leading")
    second = hosts.daemon("shelf").ready()
    worker = hosts.worker("right")
    worker.wait_for("lanes taken")
    if how in ("killed", "frozen"):
        first.process.send_signal(signal.SIGKILL if how == "killed" else signal.SIGSTOP)
    else:
        getattr(wire, how)()
    second.wait_for("leading")
    hosts.on("shelf").write(campaign("RIGHT1", at=soon(SOON_S), user=f"@third_{how}"))
    worker.wait_for("task finished", state="completed")
    if how == "frozen":
        first.process.send_signal(signal.SIGCONT)
    wire.heal()
    if how != "killed":
        first.wait_for("no work for now")
        first.wait_for("works again")
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


def connections(hosts: Hosts) -> int:
    """How many connections hosts have; the test has closed its own ledger."""
    (row,) = hosts.server.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
        hosts.database,
    )
    return int(row[0])


def test_hosts_take_few_connections(hosts: Hosts) -> None:
    hosts.on("desk").write(campaign("RIGHT1", at=NEVER, user="@sixth"))
    worker = hosts.worker("right")
    worker.wait_for("lanes taken")
    hosts.ledger.close()
    assert connections(hosts) <= 4
    daemon = hosts.daemon("desk").ready()
    daemon.wait_for("leading")
    hosts.on("desk").write(campaign("RIGHT1", at=soon(SOON_S), user="@sixth"))
    for page in ("/", "/phones", "/metrics", "/readyz"):
        assert daemon.get(page)[0] == 200
    worker.wait_for("task finished", state="completed")
    assert connections(hosts) <= 4 + 6
    assert daemon.end() == 0 and worker.end() == 0


def test_a_run_by_hand_goes_to_the_hosts_or_is_one_itself(hosts: Hosts, tmp_path: Path) -> None:
    file = tmp_path / "by_hand.yaml"
    file.write_text(campaign("LEFT1", "RIGHT1", at=NEVER, user="@seventh"))
    workers = {name: hosts.worker(name) for name in ("left", "right")}
    for worker in workers.values():
        worker.wait_for("lanes taken")
    done = hosts.command("run", str(file))
    assert done.returncode == 0, done.stdout + done.stderr
    assert follows(hosts, "seventh", "LEFT1", "RIGHT1") == [1, 1]
    assert [worker.end() for worker in workers.values()] == [0, 0]
    file.write_text(campaign("RIGHT1", at=NEVER, user="@eighth"))
    alone = hosts.command("run", str(file), on="right")
    assert alone.returncode == 0, alone.stdout + alone.stderr
    assert follows(hosts, "eighth", "RIGHT1") == [1]


def test_a_stop_reaches_the_host_of_the_task_and_a_retry_too(hosts: Hosts) -> None:
    warming = {"task_duration": 600, "min_duration": 1, "max_duration": 2}
    text = campaign_text("LEFT1", at=NEVER, script="account_warmup", config=warming)
    hosts.on("desk").write(text)
    daemon = hosts.daemon("desk").ready()
    worker = hosts.worker("left")
    worker.wait_for("lanes taken")
    hosts.on("desk").write(text.replace(NEVER, soon(SOON_S)))
    key = worker.wait_for("task started")["task"]
    assert hosts.command("tasks", "stop", key).returncode == 0
    worker.wait_for("task finished", task=key)
    since = len(worker.lines)
    assert hosts.command("tasks", "retry", key).returncode == 0
    worker.wait_for("task started", since, task=key)
    assert hosts.command("stop").returncode == 0
    worker.wait_for("task finished", since, task=key)
    assert daemon.end() == 0 and worker.end() == 0


def test_a_worker_that_was_frozen_begins_a_new_life(hosts: Hosts) -> None:
    hosts.on("desk").write(campaign("RIGHT1", at=NEVER, user="@tenth"))
    daemon = hosts.daemon("desk").ready()
    worker = hosts.worker("right")
    worker.wait_for("lanes taken")
    hosts.on("desk").write(campaign("RIGHT1", at=soon(SOON_S), user="@tenth"))
    worker.wait_for("task started")
    worker.process.send_signal(signal.SIGSTOP)
    hosts.until(
        lambda: not any(host.is_alive for host in hosts.ledger.hosts.all() if host.name == "right"), "?"
    )
    since = len(worker.lines)
    worker.process.send_signal(signal.SIGCONT)
    worker.wait_for("no work for now", since)
    worker.wait_for("lanes taken", since)
    hosts.until(lambda: completed(hosts) == 1, "the task was not completed")
    assert follows(hosts, "tenth", "RIGHT1") == [1]
    assert daemon.end() == 0 and worker.end() == 0


def test_a_phone_that_moves_is_taken_by_its_new_host(hosts: Hosts) -> None:
    workers = {name: hosts.worker(name) for name in ("left", "right")}
    for worker in workers.values():
        worker.wait_for("lanes taken")
    since = len(workers["right"].lines)
    with hosts.moved("RIGHT1", "right", "left"):
        workers["right"].wait_for("lanes given back", since, lanes=["RIGHT1"])
        workers["left"].wait_for("lanes taken", lanes=["RIGHT1"])
    workers["left"].wait_for("lanes given back", lanes=["RIGHT1"])
    workers["right"].wait_for("lanes taken", since, lanes=["RIGHT1"])
    assert [worker.end() for worker in workers.values()] == [0, 0]


@pytest.mark.skipif(
    find_pgbouncer() is None and not os.environ.get("CI"), reason="pgbouncer is not installed here"
)
def test_hosts_behind_a_pooler_that_keeps_no_session(hosts: Hosts, server: PostgresServer) -> None:
    text = campaign("LEFT1", "RIGHT1", at=NEVER, user="@eleventh")
    hosts.on("desk").write(text)
    with PgBouncer(server) as pooler:
        store = pooler.url(hosts.database)
        for name in ("desk", "left", "right"):
            hosts.on(name).variables["RUNNER_POOLED"] = "1"
        daemon = hosts.daemon("desk", store=store).ready()
        workers = {name: hosts.worker(name, store=store) for name in ("left", "right")}
        for worker in workers.values():
            worker.wait_for("lanes taken")
        hosts.on("desk").write(text.replace(NEVER, soon(SOON_S)))
        for worker in workers.values():
            worker.wait_for("task finished", state="completed")
        assert follows(hosts, "eleventh", "LEFT1", "RIGHT1") == [1, 1]
        assert daemon.end() == 0
        assert [worker.end() for worker in workers.values()] == [0, 0]


def test_a_rehearsal_on_a_shared_ledger_has_virtual_phones_of_its_own(hosts: Hosts) -> None:
    text = campaign("AIR1", at=NEVER, user="@twelfth")
    hosts.on("desk").write(text)
    daemon = hosts.daemon("desk", "--virtual").ready()
    worker = hosts.worker("left", "--virtual", "--phone", "AIR1")
    worker.wait_for("lanes taken", lanes=["AIR1"])
    hosts.on("desk").write(text.replace(NEVER, soon(SOON_S)))
    worker.wait_for("task finished", state="completed")
    assert worker.end() == 0 and daemon.end() == 0
    real = hosts.worker("right")
    assert real.wait() == 2
    assert "rehearsal" in real.said
