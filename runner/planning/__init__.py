"""From start times and entries to tasks: pure functions, the same for a plan and for a run."""
