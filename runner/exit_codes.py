"""The exit codes of commands; 0 is success."""

EXIT_PROBLEMS = 1
"""A file has problems, a task did not complete, or the command could not do what it was asked to do."""

EXIT_USAGE = 2
"""The command was called wrongly."""

EXIT_BUG = 3
"""The runner itself failed; it has written a crash log."""

EXIT_INTERRUPTED = 130
"""Ctrl-C ended the command: 128 and the number of SIGINT, as in a shell."""
