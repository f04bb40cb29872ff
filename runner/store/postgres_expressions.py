"""How PostgreSQL writes the expressions of `connector`."""

from typing import Any

from sqlalchemy import BigInteger, Integer
from sqlalchemy.ext.compiler import compiles

from runner.store.connector import among, database_now, json_list, json_member, json_values, least, unsearched


@compiles(among, "postgresql")
def _among(element: among, compiler: Any, **options: Any) -> str:
    column, array = (compiler.process(clause, **options) for clause in element.clauses)
    kind = element.clauses.clauses[0].type
    is_number = isinstance(kind, (Integer, BigInteger))
    return (
        f"{column} = ANY(CAST(ARRAY(SELECT json_array_elements_text(CAST({array} AS JSON))) "
        f"AS {'BIGINT' if is_number else 'TEXT'}[]))"
    )


@compiles(unsearched, "postgresql")
def _unsearched(element: unsearched, compiler: Any, **options: Any) -> str:
    """As text, NULL as NULL."""
    return f"({compiler.process(element.clauses, **options)} || '')"


@compiles(json_values, "postgresql")
def _json_values(element: json_values, compiler: Any, **options: Any) -> str:
    return f"json_array_elements_text(CAST({compiler.process(element.clauses, **options)} AS JSON))"


@compiles(json_list, "postgresql")
def _json_list(element: json_list, compiler: Any, **options: Any) -> str:
    return f"CAST(json_agg({compiler.process(element.clauses, **options)}) AS TEXT)"


@compiles(json_member, "postgresql")
def _json_member(element: json_member, compiler: Any, **options: Any) -> str:
    json_object, name = (compiler.process(clause, **options) for clause in element.clauses)
    return f"({json_object} ->> {name})"


@compiles(least, "postgresql")
def _least(element: least, compiler: Any, **options: Any) -> str:
    return f"least({compiler.process(element.clauses, **options)})"


@compiles(database_now, "postgresql")
def _database_now(element: database_now, compiler: Any, **options: Any) -> str:
    """Of the moment, not of the transaction's beginning: it may have waited for a lock since."""
    return "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)"
