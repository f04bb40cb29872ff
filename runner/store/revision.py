"""The version of the ledger's tables."""

REVISION = "0009"
"""The Alembic revision that the tables of `schema.py` are the outcome of."""
