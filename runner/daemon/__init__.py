"""What the daemon is made of: how it starts, watches itself, and ends. `run` shares its executor and its rehearsal."""
