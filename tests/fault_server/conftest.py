"""The fault server, one process for all tests of a worker."""

from collections.abc import Iterator

import pytest
from api_desk import Desk
from fault_server_process import FaultServer


@pytest.fixture(scope="session")
def fault_process() -> Iterator[FaultServer]:
    server = FaultServer()
    yield server
    server.close()


@pytest.fixture
def server(fault_process: FaultServer) -> FaultServer:
    fault_process.reset()
    return fault_process


@pytest.fixture
def desk(server: FaultServer) -> Desk:
    return Desk(server.url)
