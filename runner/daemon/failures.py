"""How a process says that it has failed."""

from runner.crash_log import write_crash_log
from runner.errors import RunnerError
from runner.exit_codes import EXIT_BUG, EXIT_PROBLEMS
from runner.reports.log_lines import LogLines
from runner.reports.remedies import hint_of


def say_failed(log: LogLines, error: BaseException) -> int:
    """Log that the process has failed; returns the exit code, for which its supervisor starts it again."""
    if isinstance(error, RunnerError):
        log.say("failed", "error", reason=error.message, hint=hint_of(error))
        return EXIT_PROBLEMS
    crash_log = write_crash_log(error)
    log.say("failed, this is a bug", "error", reason=f"{type(error).__name__}: {error}", crash_log=crash_log)
    return EXIT_BUG
