"""The parts of the daemon: how it starts, watches itself, and ends. `run` shares its executor and its rehearsal."""
