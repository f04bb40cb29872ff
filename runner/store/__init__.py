"""The ledger: the durable record of tasks, attempts, steps and effects, and the files that lie beside it."""
