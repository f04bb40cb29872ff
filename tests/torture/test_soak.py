"""The small version of the soak: `make soak MINUTES=...` lasts longer."""

from pathlib import Path

import click
import pytest
from soak import Soak

pytestmark = [pytest.mark.phones, pytest.mark.xdist_group("soak"), pytest.mark.timeout(180)]


def test_memory_and_descriptors_stay_as_they_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    soak = Soak(tmp_path, seconds=40)
    result = soak.run()
    with capsys.disabled():
        click.echo(f"\n{soak.samples}")
    assert result.exact, result.problems
    assert soak.samples.tasks > 500, str(soak.samples)
    assert soak.samples.steady, str(soak.samples)
