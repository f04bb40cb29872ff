"""A plain notes app that no app profile knows: for flows that users write themselves."""

from runner.virtual.apps.notes.app import NotesApp

__all__ = ["NotesApp"]
