"""A dashboard over an empty ledger, and a browser that looks at it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from dashboard_desk import DashboardDesk, TestBrowser


@pytest.fixture
def shown(tmp_path: Path) -> Iterator[DashboardDesk]:
    """The dashboard, without a token."""
    desk = DashboardDesk(tmp_path)
    yield desk
    desk.close()


@pytest.fixture
def browser(shown: DashboardDesk) -> Iterator[TestBrowser]:
    with shown.browser() as browser:
        yield browser
