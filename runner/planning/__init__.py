"""From start times and entries to tasks: pure functions of their arguments, the same in a plan and in a run."""
