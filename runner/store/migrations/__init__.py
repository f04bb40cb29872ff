"""The ledger's schema, step by step. A revision that has been released is never edited."""
