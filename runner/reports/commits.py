"""Commits as reports write them for people."""


def short_commit(commit: str | None) -> str:
    """`f40866b1c2d3`, with `-dirty` behind it where the file was not as committed; nothing for None."""
    return commit[:12] + "-dirty" * commit.endswith("-dirty") if commit else ""
