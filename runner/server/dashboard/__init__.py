"""The dashboard: what happens now, what happens next, and why something did not happen, in a browser."""
