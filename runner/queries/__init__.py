"""What people ask of a ledger: why, what goes on, what comes. Read from the ledger, the plan and the files."""
