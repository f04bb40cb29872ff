"""Revisions as people read them."""


def short_commit(commit: str | None) -> str:
    """A revision as people read it: `f40866b1c2d3`, with `-dirty` behind it if it has that; nothing for None."""
    return commit[:12] + "-dirty" * commit.endswith("-dirty") if commit else ""
