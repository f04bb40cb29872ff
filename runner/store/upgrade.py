"""Brings a database to the schema of this version of the runner."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from runner.errors import LedgerError
from runner.store.database import Database
from runner.store.schema import REVISION

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).with_name("migrations")


def upgrade(database: Database) -> None:
    """Make or migrate the tables, all or nothing. Raises LedgerError for what is no ledger or a newer one."""
    with database.read("read the version") as connection:
        version = _version(connection, database.where)
    if version == REVISION:
        return
    _refuse_unknown(version, database.where)
    database.migrate("make the tables", make_tables)


def make_tables(connection: Connection) -> None:
    """Make the tables, or bring them to this version's schema, in a transaction that goes on."""
    from alembic import command  # slow to import, and needed only for a ledger that is new or old

    command.upgrade(alembic_config(connection), "head")


def _version(connection: Connection, where: str) -> str | None:
    """The schema's revision; None in an empty database."""
    names = inspect(connection).get_table_names()
    if "alembic_version" in names:
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
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
        raise LedgerError(
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
