"""`python -m bench.serving_apps ours|bare STORE`: a server for `bench.serving`, until its standard input ends."""

import sys
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry
from sqlalchemy import create_engine
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from bench.serving import TASKS
from runner.clock import SystemClock
from runner.server.app import ServerState, create_app
from runner.server.local_api.app import PREFIX, create_local_api
from runner.server.local_api.shapes import NewTask
from runner.server.local_api.task_api import TaskApi
from runner.server.ports import listen
from runner.server.serving import Serving
from runner.store.ledger import Ledger
from runner.store.tasks import BY_ID
from runner.store.url import ledger_path


def ours(store: str) -> ASGIApp:
    """The Local API as the daemon serves it, with some tasks to read."""
    ledger = Ledger.open(store, SystemClock())
    desk = TaskApi(ledger, SystemClock(), UTC, lambda rows: None, lambda: 1)
    if not ledger.tasks.counts():
        targets = [f"@user{number}" for number in range(TASKS // 10)]
        serials = [f"S{number}" for number in range(10)]
        desk.make(NewTask(serials=serials, script_name="follow", script_config={"target_users": targets}))
    well = ServerState(CollectorRegistry(), lambda: (), lambda: ())
    return create_app(well, create_local_api(desk))


def bare(store: str) -> ASGIApp:
    """One route: the SELECT, built once as ours is, and its row as JSON."""
    engine = create_engine(f"sqlite:///{ledger_path(store)}")

    async def show(request: Request) -> JSONResponse:
        with engine.connect() as connection:
            row = connection.execute(BY_ID, {"wanted": request.path_params["task_id"]}).one()
        return JSONResponse({name: _plain(value) for name, value in row._mapping.items()})

    return Starlette(routes=[Route(f"{PREFIX}/task/{{task_id:int}}", show)])


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def main(which: str, store: str) -> None:
    app = {"ours": ours, "bare": bare}[which](store)
    with Serving(app, listening := listen("127.0.0.1", 0)):
        print(listening.getsockname()[1], flush=True)
        sys.stdin.read()


main(*sys.argv[1:])
