"""The command line: one file per command. Nothing else ends the process."""
