"""What is asked of a ledger: SQL as text, carried out by the driver of its database alone.

No module here imports SQLAlchemy, which takes longer to load than a question to answer: `status` and `why` do without
it. The ledger's parts inherit these questions, so each is written once. See
docs/decisions/0040-questions-are-text.md.
"""
