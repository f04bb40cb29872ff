"""What the backend `paper` is; what it does is in `writing.py`, which is imported when it is to do something."""

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
