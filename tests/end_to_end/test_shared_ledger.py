"""Hosts on a shared ledger that is put back, moved or changed by a newer version; and that no password is told."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest
from daemon_process import NEVER, SOON_S, DaemonProcess, Daemons, campaign_text, soon
from guarded_postgres import PASSWORD, USER, GuardedServer, guarded_postgres
from postgres_server import name_of
from runner_command import RunnerCommand
from shared_hosts import Hosts

from runner.clock import SystemClock
from runner.store.ledger import Ledger
from runner.virtual.process import PhonesProcess

pytestmark = [pytest.mark.phones, pytest.mark.xdist_group("many hosts")]


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GuardedServer]:
    with guarded_postgres(tmp_path_factory.mktemp("certificates")) as server:
        yield server


@pytest.fixture(scope="module")
def phones() -> Iterator[PhonesProcess]:
    process = PhonesProcess(["ONE1"])
    process.start()
    yield process
    process.stop()


@pytest.fixture
def hosts(tmp_path: Path, guarded: GuardedServer, phones: PhonesProcess) -> Iterator[Hosts]:
    hosts = Hosts(tmp_path, guarded.server, {"shelf": phones})
    yield hosts
    hosts.close()


def command(hosts: Hosts, name: str) -> RunnerCommand:
    """Commands as somebody types them on a host."""
    return RunnerCommand(lambda: hosts.on(name).environment, hosts.folder)


def both(hosts: Hosts, store: str | None = None) -> tuple[DaemonProcess, DaemonProcess]:
    daemon = hosts.daemon("desk", store=store).ready()
    worker = hosts.worker("shelf", store=store)
    worker.wait_for("lanes taken")
    daemon.wait_for("leading")
    return daemon, worker


def ends_with(process: DaemonProcess, words: str) -> None:
    assert process.wait() == 1, process.said
    assert words in process.said


def set_tally(hosts: Hosts, tally: int) -> None:
    hosts.server.execute(f"SELECT setval('ledger_tally', {tally})", hosts.database)


def test_hosts_stop_when_a_newer_version_changes_the_tables(hosts: Hosts) -> None:
    daemon, worker = both(hosts)
    hosts.server.execute("UPDATE alembic_version SET version_num = '9999'", hosts.database)
    for process in (daemon, worker):
        ends_with(process, "a newer version of the runner has raised the schema")
    again = hosts.worker("shelf")
    assert again.wait() == 1
    assert "a newer version of the runner has written it" in again.said
    hosts.server.execute("UPDATE alembic_version SET version_num = '0009'", hosts.database)


def test_every_host_notices_that_an_older_ledger_was_put_back(hosts: Hosts) -> None:
    daemon, worker = both(hosts)
    set_tally(hosts, 1000)
    witness = hosts.on("shelf").witness
    hosts.until(lambda: any(file.read_text()[:20] >= f"{1000:020}" for file in witness.iterdir()), "not seen")
    set_tally(hosts, 10)
    for process in (daemon, worker):
        ends_with(process, "is older than what this machine has seen of it")
    ends_with(hosts.worker("shelf"), "is older than what this machine has seen of it")
    hosts.until(lambda: not any(host.is_alive for host in hosts.ledger.hosts.all()), "a host lives")
    accepted = command(hosts, "shelf")("ledger", "accept-restore")
    assert accepted.returncode == 0 and accepted.stdout.startswith("Accepted."), accepted.stdout
    daemon, worker = both(hosts)
    refused = command(hosts, "other")("ledger", "accept-restore", "--store", hosts.store)
    assert refused.returncode == 1 and "desk, shelf" in refused.stderr
    assert daemon.end() == 0 and worker.end() == 0


def test_an_installation_moves_to_a_database_that_hosts_share(hosts: Hosts, phones: PhonesProcess) -> None:
    desk = hosts.on("desk")
    desk.adb_port = phones.adb_server_port
    before = desk.start_soon("ONE1")
    before.wait_for("task finished", state="completed")
    runner, file = command(hosts, "desk"), f"{desk.state}/ledger.db"
    target = hosts.server.tcp_url(hosts.server.new_database())
    refused = runner("ledger", "copy", file, target)
    assert refused.returncode == 1 and "is doing so" in refused.stderr
    assert before.end() == 0
    copied = runner("ledger", "copy", file, target)
    assert copied.returncode == 0, copied.stderr
    assert "are the same in both, value by value" in copied.stdout
    assert f"export RUNNER_STORE={target}" in copied.stdout
    again = runner("ledger", "copy", file, target)
    assert again.returncode == 1 and "is not empty" in again.stderr
    assert runner("ledger", "check", "--store", target).returncode == 0
    ends_with(desk.start(), "is older than what this machine has seen of it")
    hosts.daemon("desk", store=target).ready().wait_for("leading")
    shown = json.loads(runner("tasks", "list", "--store", target, "--format", "json").stdout)
    assert [(task["device"], task["state"]) for task in shown["tasks"]] == [("ONE1", "completed")]
    for process in desk.started:
        if process.process.poll() is None:
            assert process.end() == 0
    hosts.server.drop_database(target)


def secrets_in(text: str) -> bool:
    return PASSWORD in text or quote(PASSWORD, safe="") in text


def test_no_password_is_told(hosts: Hosts, guarded: GuardedServer) -> None:
    hosts.server.execute(f"ALTER ROLE {USER} SUPERUSER")
    file = hosts.folder / "password"
    file.write_text(PASSWORD)
    where = f"{USER}:${{file:{file}}}@localhost:{guarded.port}/{name_of(hosts.store)}"
    store = f"postgresql://{where}?{'&'.join(guarded.verified)}"
    hosts.on("desk").write(campaign_text("ONE1", at=NEVER))
    daemon, worker = both(hosts, store)
    hosts.on("desk").write(campaign_text("ONE1", at=soon(SOON_S)))
    worker.wait_for("task finished", state="completed")
    runner, said = command(hosts, "desk"), []
    for words in (
        ("status",),
        ("hosts",),
        ("hosts", "--format", "json"),
        ("ledger", "check"),
        ("ledger", "backup", str(hosts.folder / "backup.db")),
        ("status", "--store", store.replace("verify-full", "verify-ca")),
        ("status", "--store", store.replace("localhost", "nowhere.invalid")),
        ("status", "--store", f"postgresql://{USER}:{quote(PASSWORD, safe='')}@localhost/none"),
        ("daemon", "--store", f"postgresql://{USER}:{PASSWORD}@localhost/none"),
    ):
        done = runner(*words)
        said.append(done.stdout + done.stderr)
    assert "holds a password" in said[-1] and "holds a password" in said[-2]
    said += [
        daemon.said,
        worker.said,
        daemon.get("/")[1],
        daemon.get("/metrics")[1],
        daemon.get("/readyz")[1],
    ]
    for process in (daemon, worker):
        said.append(Path(f"/proc/{process.process.pid}/cmdline").read_text())
    with closing(Ledger.open(hosts.store, SystemClock())) as ledger:
        said.append(str(ledger.hosts.all()))
    said += [one.read_bytes().decode(errors="replace") for one in files(hosts) if one != file]
    assert not [text for text in said if secrets_in(text)]
    assert daemon.end() == 0 and worker.end() == 0


def files(hosts: Hosts) -> Iterator[Path]:
    """What the hosts have left behind."""
    return (path for path in hosts.folder.rglob("*") if path.is_file())


def test_a_host_without_its_password_says_so(guarded: GuardedServer, tmp_path: Path) -> None:
    with closing(Daemons(tmp_path)) as daemons:
        daemons.variables["RUNNER_STORE"] = guarded.new_url(
            *guarded.verified, "password=${env:NO_SUCH_VARIABLE}"
        )
        daemon = daemons.start("--name", "desk", "--no-phones", api_only=True)
        assert daemon.wait() == 1
        assert "the secret ${env:NO_SUCH_VARIABLE} is not there" in daemon.said
