"""Runs campaigns written in YAML on fleets of Android phones."""

__version__ = "0.1.0"
