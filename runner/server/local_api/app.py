"""The calls of the Local API, as an application of its own that is mounted at /api/v1."""

import asyncio
import time
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import FastAPI, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from fastapi_offline import FastAPIOffline
from starlette.convertors import IntegerConvertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from runner import __version__
from runner.errors import LedgerError
from runner.server.local_api import shapes
from runner.server.local_api.envelope import ApiError, Code, failure, success
from runner.server.local_api.guard import Guard
from runner.server.local_api.page import add_page
from runner.server.local_api.task_api import TaskApi
from runner.server.local_api.view import shown

PREFIX = "/api/v1"

LEDGER_HEADER = "X-Runner-Ledger"
"""Names the ledger behind the server. A client that works on the same ledger must not call the server: its tasks would
wait for themselves."""

STOP_TIMEOUT_S = 60.0
"""How long a deletion waits for running tasks to stop; steps rarely take longer."""

LOOK_S = 0.1

METHOD_NOT_ALLOWED = 405

DESCRIPTION = """\
Tasks on the phones of this desk, as programs for a TikMatrix-compatible Local API make them. Every answer is
`{"code": 0, "message": "success", "data": ...}`; a code other than 0 says in `message` what to do."""

FAILURES: dict[int | str, dict[str, Any]] = {
    400: {"model": shapes.Failure, "description": "The request is wrong (40001, 40002, 40003)."},
    403: {"model": shapes.Failure, "description": "Not with this plan, or not from there (40301, 40302)."},
    404: {"model": shapes.Failure, "description": "There is no such task (40401)."},
    500: {"model": shapes.Failure, "description": "The server failed (50001)."},
}

TaskId = Annotated[int, Path(ge=1, le=shapes.MAX_ID, description="The task's id.")]


class IdConvertor(IntegerConvertor):
    """At most as many digits as the highest id has: Python refuses to convert a number of thousands of digits."""

    regex = f"[0-9]{{1,{len(str(shapes.MAX_ID))}}}"


register_url_convertor("id", IdConvertor())


class PathOnly(APIRoute):
    """A call whose arguments are all in its path, as Starlette has read them. It goes around FastAPI's search for
    arguments, which takes longer than the answer to the most frequent call."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] not in (self.methods or ()):
            await super().handle(scope, receive, send)
            return
        answer: Response = await self.endpoint(**scope["path_params"])
        await answer(scope, receive, send)


def create_local_api(desk: TaskApi, token: str | None = None) -> FastAPI:
    """The application; `token` is what every call must show, if there is one."""
    app = FastAPIOffline(
        title="Local API",
        version=__version__,
        description=DESCRIPTION,
        docs_url=None,  # `add_page` has it, with a policy of its own
        redoc_url=None,
        responses=FAILURES,
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.add_middleware(Guard, token=token, headers={LEDGER_HEADER: desk.ledger.id})
    _add_failures(app, desk.ledger.id)
    _add_tasks(app, desk)
    _add_license(app, desk)
    _add_actions(app, desk)
    _add_accounts(app, desk)
    add_page(app)
    return app


def _add_license(app: FastAPI, desk: TaskApi) -> None:
    @app.get("/license/check", response_model=shapes.Answer[shapes.License], tags=["license"])
    def check_license() -> Response:
        """What this installation can do; the limit is the number of phones that can be reached now."""
        return success(desk.license_shown())


def _add_tasks(app: FastAPI, desk: TaskApi) -> None:
    making = asyncio.Lock()

    @app.post("/task", response_model=shapes.Answer[shapes.Created], tags=["tasks"])
    async def create_task(request: shapes.NewTask) -> Response:
        """Make one task for each device and target."""
        desk.license.require_api()
        async with making:  # one at a time: judging takes the processor, which reading calls need too
            return success(await run_in_threadpool(desk.make, request))

    @app.get("/task", response_model=shapes.Answer[shapes.TaskPage], tags=["tasks"])
    def list_tasks(
        status: Annotated[int | None, Query(ge=0, le=3, description="0 pending ... 3 failed.")] = None,
        serial: Annotated[str | None, Query(min_length=1)] = None,
        script_name: Annotated[str | None, Query(min_length=1)] = None,
        source: Annotated[Literal["ui", "api"] | None, Query()] = None,
        page: Annotated[int, Query(ge=1, le=10**9)] = 1,
        page_size: Annotated[int, Query(ge=1, le=100)] = 20,
    ) -> Response:
        """Tasks, newest first, whoever made them."""
        desk.license.require_api()
        return success(desk.page(status, serial, script_name, source, page, page_size))

    @app.get("/task/stats", response_model=shapes.Answer[shapes.Stats], tags=["tasks"])
    def count_tasks() -> Response:
        """How many tasks there are of each status, whoever made them."""
        desk.license.require_api()
        return success(desk.stats())

    async def show_task(task_id: TaskId) -> Response:
        """One task."""
        desk.license.require_api()
        return success(shown(desk.task(task_id)))  # in the loop: a row by its id is quick, a thread is not

    app.router.add_api_route(
        "/task/{task_id:id}",
        show_task,
        response_model=shapes.Answer[shapes.TaskView],
        tags=["tasks"],
        route_class_override=PathOnly,
    )
    app.router.routes.insert(0, app.router.routes.pop())  # the most frequent call is looked for first


def _add_accounts(app: FastAPI, desk: TaskApi) -> None:
    @app.get("/accounts", response_model=shapes.Answer[shapes.AccountPage], tags=["accounts"])
    def list_accounts(
        platform: Annotated[str | None, Query(min_length=1, description="The app.")] = None,
        device: Annotated[str | None, Query(min_length=1)] = None,
        logined: Annotated[int | None, Query(ge=0, le=1)] = None,
        status: Annotated[int | None, Query(ge=0, le=1)] = None,
        tag: Annotated[str | None, Query(min_length=1, description="A campaign's name.")] = None,
        page: Annotated[int, Query(ge=1, le=10**9)] = 1,
        page_size: Annotated[int, Query(ge=1, le=100)] = 20,
    ) -> Response:
        """The accounts that campaigns in force declare, by app and name."""
        desk.license.require_api()
        wanted = {
            "platform": platform,
            "device": device,
            "logined": logined,
            "status": status,
            "tag": tag,
        }
        return success(desk.accounts(page, page_size, **wanted))


def _add_actions(app: FastAPI, desk: TaskApi) -> None:
    @app.delete("/task/batch", response_model=shapes.Answer[shapes.Removed], tags=["actions"])
    async def delete_tasks(request: shapes.TaskIds) -> Response:
        """Delete tasks; running ones are stopped first, at their next step boundary."""
        desk.license.require_api()
        wanted = list(dict.fromkeys(request.task_ids))
        gone = await _delete(desk, wanted)
        return success({"deleted": [i for i in wanted if i not in gone], "not_found": sorted(gone)})

    @app.delete("/task/{task_id:id}", response_model=shapes.Answer[shapes.OneTask], tags=["actions"])
    async def delete_task(task_id: TaskId) -> Response:
        """Delete a task; a running one is stopped first, at its next step boundary."""
        desk.license.require_api()
        if await _delete(desk, [task_id]):
            raise ApiError(Code.NOT_FOUND, f"there is no task {task_id}")
        return success({"task_id": task_id, "message": "deleted"})

    @app.post("/task/{task_id:id}/stop", response_model=shapes.Answer[shapes.OneTask], tags=["actions"])
    def stop_task(task_id: TaskId) -> Response:
        """Stop a task at its next step boundary; one that waits is cancelled."""
        desk.license.require_api()
        desk.stop(task_id)
        return success({"task_id": task_id, "message": "stops at its next step boundary"})

    @app.post("/task/{task_id:id}/retry", response_model=shapes.Answer[shapes.OneTask], tags=["actions"])
    def retry_task(task_id: TaskId) -> Response:
        """Try a failed task again; refused unless every effect of it is known not to have happened."""
        desk.license.require_api()
        desk.retry(task_id)
        return success({"task_id": task_id, "message": "pending"})

    @app.post("/task/retry-all", response_model=shapes.Answer[shapes.RetriedAll], tags=["actions"])
    def retry_all() -> Response:
        """Try every failed task again, whoever made it, but those that may have changed something."""
        desk.license.require_api()
        retried, refused = desk.retry_all()
        message = f"{len(retried)} tried again, {refused} passed over: they may have changed something"
        return success({"retried": retried, "refused_count": refused, "message": message})


async def _delete(desk: TaskApi, task_ids: Sequence[int]) -> set[int]:
    """Stop the tasks that are not over, then delete all; returns the ids that no task has."""
    gone = await run_in_threadpool(desk.stop_all, task_ids)
    give_up_at = time.monotonic() + STOP_TIMEOUT_S
    for task_id in task_ids:
        while not await run_in_threadpool(desk.is_over, task_id):
            if time.monotonic() > give_up_at:
                raise ApiError(Code.INTERNAL, f"task {task_id} still runs: its step takes long; try again")
            await asyncio.sleep(LOOK_S)
        if task_id not in gone and not await run_in_threadpool(desk.delete, task_id):
            gone.add(task_id)
    return gone


def _add_failures(app: FastAPI, ledger_id: str) -> None:
    @app.exception_handler(ApiError)
    async def refused(request: Request, error: ApiError) -> Response:
        return failure(error.code, error.message)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        return failure(Code.INVALID, "; ".join(map(_told, error.errors()[:3])))

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        if error.status_code == Code.NOT_FOUND.status:
            return failure(Code.NOT_FOUND, f"there is no call {request.method} {request.url.path}")
        answer = failure(Code.INVALID, f"{request.method}: {error.detail}", error.status_code)
        if error.status_code == METHOD_NOT_ALLOWED:
            answer.headers["Allow"] = ", ".join(
                _methods(app, request.url.path.removeprefix(request.scope["root_path"]))
            )
        return answer

    @app.exception_handler(LedgerError)
    async def ledger(request: Request, error: LedgerError) -> Response:
        return failure(Code.INTERNAL, error.message)

    @app.exception_handler(Exception)
    async def bug(request: Request, error: Exception) -> Response:
        answer = failure(Code.INTERNAL, "the server failed; its log says more")
        answer.headers[LEDGER_HEADER] = ledger_id  # Starlette answers a bug outside of all middleware
        return answer


def _methods(app: FastAPI, path: str) -> list[str]:
    """The methods of all routes of a path: Starlette names only those of the first."""
    routes = (route for route in app.routes if isinstance(route, APIRoute) and route.path_regex.match(path))
    return sorted({method for route in routes for method in route.methods or ()})


def _told(problem: dict[str, Any]) -> str:
    """One problem of a request: where, and what; never what was sent."""
    if problem["type"] == "json_invalid":
        return f"the body is no JSON: {problem['ctx']['error']} at character {problem['loc'][-1]}"
    place = ".".join(str(part) for part in problem["loc"] if part not in ("body", "query", "path"))
    return f"{place or 'the body'}: {problem['msg']}"
