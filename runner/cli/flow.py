"""`runner flow`: flows of the user's own, tried before a campaign uses them."""

import click

from runner.cli.flow_try import try_


@click.group(
    epilog="""\b
Examples:
  runner flow try campaigns/flows/note.yaml --virtual      on a virtual phone"""
)
def flow() -> None:
    """Try flows of your own, before a campaign uses them."""


flow.add_command(try_)
