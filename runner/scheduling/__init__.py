"""The daemon's sense of time: what is due, what was missed, and which campaigns are in force."""
