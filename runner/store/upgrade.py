"""Brings a database to the schema of this version of the runner."""

from enum import Enum, auto
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, select, text

from runner.errors import LedgerBehind, LedgerError, LedgerRaised
from runner.store import schema
from runner.store.database import Database
from runner.store.hosts import IS_ALIVE
from runner.store.revision import REVISION

if TYPE_CHECKING:
    from alembic.config import Config

VERSION = text("SELECT version_num FROM alembic_version")
MIGRATIONS = Path(__file__).with_name("migrations")


class Upgrades(Enum):
    """What may be done to the tables of a database that hosts share, when it is opened."""

    NONE = auto()
    """Nothing: a command only asks."""
    ALONE = auto()
    """Make them; bring them to this version's schema while no host works with the older one."""
    TOLD = auto()
    """A person has said so: hosts of an older version stop then."""


def upgrade(database: Database, upgrades: Upgrades = Upgrades.ALONE) -> None:
    """Make or migrate the tables, all or nothing; a file's are migrated in any case. Raises LedgerError for what is no
    ledger or a newer one, LedgerBehind for one that must stay as it is."""
    version = read_version(database)
    if version == REVISION:
        return
    _refuse_unknown(version, database.where)
    if database.is_shared and upgrades is Upgrades.NONE:
        raise _behind(version, database.where)

    def work(connection: Connection) -> None:
        now = _version(connection, database.where) if database.is_shared else version
        if now == REVISION:  # another host has been quicker
            return
        if database.is_shared and now is not None and upgrades is not Upgrades.TOLD:
            _refuse_while_hosts_live(connection, now, database.where)
        make_tables(connection)

    database.migrate("make the tables", work)


def refuse_raised(database: Database) -> None:
    """Raises LedgerRaised if a newer version of the runner has changed the tables since they were opened."""
    with database.read("read the version") as connection:
        version = connection.execute(VERSION).scalar()
    if version != REVISION:
        raise LedgerRaised(
            f"a newer version of the runner has raised the schema of the ledger {database.where} to {version}; this "
            f"version knows schemas up to {REVISION}",
            hint="update the runner on this host, and start it again; what was open waits for that",
        )


def read_version(database: Database) -> str | None:
    """The revision of the tables; None in an empty database. Raises LedgerError for another program's."""
    with database.read("read the version") as connection:
        return _version(connection, database.where)


def make_tables(connection: Connection) -> None:
    """Make the tables, or bring them to this version's schema, in a transaction that goes on."""
    from alembic import command  # slow to import, and needed only for a ledger that is new or old

    command.upgrade(alembic_config(connection), "head")


def _behind(version: str | None, where: str) -> LedgerBehind:
    if version is None:
        return LedgerBehind(
            f"there is no ledger in {where}: nothing has been run from it",
            hint="`runner daemon` makes it, and `runner ledger copy` fills it; another one is named with --store",
        )
    return LedgerBehind(
        f"the ledger {where} has the tables of an older version of the runner ({version}; this version's are "
        f"{REVISION})",
        hint="`runner ledger upgrade` changes them; hosts of the older version stop then, until they are updated",
    )


def _refuse_while_hosts_live(connection: Connection, version: str, where: str) -> None:
    if not inspect(connection).has_table(schema.hosts.name):  # the tables of a time before there were any
        return
    living = connection.scalars(
        select(schema.hosts.c.name).where(IS_ALIVE).order_by(schema.hosts.c.name)
    ).all()
    if living:
        behind = _behind(version, where)
        raise LedgerBehind(f"{behind.message}, with which {', '.join(living)} work now", hint=behind.hint)


def _version(connection: Connection, where: str) -> str | None:
    """The schema's revision; None in an empty database."""
    names = inspect(connection).get_table_names()
    if "alembic_version" in names:
        return connection.execute(VERSION).scalar()
    if names:
        raise LedgerError(
            f"cannot use {where} as a ledger: it is another program's database (it has a table {names[0]})",
            hint="name the ledger's own file with --store; a file that does not exist yet is made",
        )
    return None


def _refuse_unknown(version: str | None, where: str) -> None:
    from alembic.script import ScriptDirectory

    known = {script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}
    if version is not None and version not in known:
        raise LedgerRaised(
            f"cannot open the ledger {where}: a newer version of the runner has written it "
            f"(its schema is {version}, this version knows schemas up to {REVISION})",
            hint="update the runner, or name another ledger with --store",
        )


def alembic_config(connection: Connection) -> "Config":
    """What Alembic needs to work on the ledger's schema through this connection, without an alembic.ini."""
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    # The values are those of an ini file, in which a % of a folder's name would stand for something else.
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
