"""Declares the backend `paper`. Its work is in `writing.py`, which is imported only when there is work."""

from runner.backend_registry import BackendDeclaration

PAPER = BackendDeclaration(
    name="paper",
    factory="paper_backend.writing:make",
    place=lambda settings: "a sheet of paper",
    scripts=("follow", "post"),
    values={"follow": {"access_method": ("direct",)}},
    takes_accounts=True,
    has_material=True,
)
