"""The daemon's sense of time: what is due, what was missed, and which campaign files are in force."""
