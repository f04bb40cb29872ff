"""What people ask of a ledger: why, what goes on, what comes. The ledger, the plan and the files answer."""
