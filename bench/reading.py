"""File to data with a mark for every key and value, against PyYAML's CSafeLoader, which keeps no marks."""

from collections.abc import Iterator

import yaml

from bench.campaigns import campaign_text
from bench.figures import ratio
from runner.campaign.reader import read


def run() -> Iterator[str]:
    text = campaign_text(1)
    yield ratio(
        "file of 130 lines to data with marks, against CSafeLoader",
        lambda: read(text, "bench.yaml"),
        lambda: yaml.load(text, Loader=yaml.CSafeLoader),
        goal=0.8,
        rounds=15,
        times=20,
    )
