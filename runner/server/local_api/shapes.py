"""What goes in and out, for the calls and for the OpenAPI page. Names and types are the contract's."""

from datetime import datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from runner.server.local_api.callable import require_callable

MAX_ID = 2**63 - 1
"""The highest id that the ledger can have."""

Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
TaskId = Annotated[int, Field(ge=1, le=MAX_ID)]

MAX_LANES = 1000
"""Serials of one call: more than one adb server can serve."""

FOLLOW: dict[str, Any] = {
    "serials": ["R58M123ABC"],
    "script_name": "follow",
    "script_config": {"target_users": ["@brand_se", "@brand_no"]},
}
POST: dict[str, Any] = {
    "serials": ["R58M123ABC", "R58M456DEF"],
    "script_name": "post",
    "script_config": {"captions": "{New|Fresh} drop! #autumn", "material_list": ["/srv/media/launch.mp4"]},
    "start_time": "18:30",
}


class NewTask(BaseModel):
    """One call makes one task for each device and target."""

    model_config = ConfigDict(strict=True, json_schema_extra={"examples": [FOLLOW, POST]})

    serials: list[Name] | None = Field(None, max_length=MAX_LANES, description="Devices, by serial number.")
    usernames: list[Name] | None = Field(
        None,
        max_length=MAX_LANES,
        description="Accounts, wherever they are; given, they are used instead of devices. Campaigns declare them.",
    )
    script_name: str | None = Field(None, description="The script: `post`, `follow`, ...")
    script_config: dict[str, Any] = Field(description="The script's settings.")
    platform: str | None = Field(
        None,
        min_length=1,
        max_length=64,
        description="The app, `tiktok` or `instagram`; left out: the app of the target's URL, else `tiktok`. This "
        "key is this server's own.",
    )
    enable_multi_account: bool = Field(False, description="Run for every account declared on the device.")
    start_time: str | None = Field(
        None,
        pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$",
        description="`HH:MM`: the next such time in the fleet's zone; left out: now.",
    )
    min_interval: int = Field(0, ge=0, le=1440, description="Minutes between tasks, at least.")
    max_interval: int = Field(0, ge=0, le=1440, description="Minutes between tasks, at most.")

    @property
    def wants_accounts(self) -> bool:
        """Whether it names accounts, or means those of its devices."""
        return bool(self.usernames) or self.enable_multi_account

    @model_validator(mode="before")
    @classmethod
    def _script_first(cls, request: Any) -> Any:
        """A script that cannot be called is told as such, whatever else is wrong. Raises ApiError."""
        if isinstance(request, dict):
            script = request.get("script_name")
            if script is None or isinstance(script, str):
                require_callable(script)
        return request


class TaskIds(BaseModel):
    model_config = ConfigDict(strict=True, json_schema_extra={"examples": [{"task_ids": [17, 18]}]})

    task_ids: list[TaskId] = Field(min_length=1, max_length=1000)


Data = TypeVar("Data")


class Answer(BaseModel, Generic[Data]):
    code: Literal[0]
    message: str
    data: Data


class Failure(BaseModel):
    """`code` says what it is: 40001 invalid, 40002 no script name, 40003 that script cannot be called, 40301 the plan
    does not include the API, 40302 not allowed from there, 40401 no such task, 50001 internal error."""

    code: int
    message: str
    data: None


class License(BaseModel):
    plan_name: str
    api_enabled: bool
    device_limit: int
    message: str


class Created(BaseModel):
    task_ids: list[int]
    created_count: int


class TaskView(BaseModel):
    id: int
    serial: str | None
    username: str | None
    script_name: str
    script_config: dict[str, Any]
    status: Literal[0, 1, 2, 3] = Field(description="0 pending, 1 running, 2 completed, 3 failed.")
    status_text: str
    source: Literal["ui", "api"]
    start_time: datetime = Field(description="When the task is due.")
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    retry_count: int
    message: str = Field(description="The reason why it is as it is; empty where nothing need be said.")
    files: list[str] = Field(description="The files that it posts, on the server's machine.")
    texts: dict[str, str] = Field(description="What it writes: `caption`, `title`, `comment`, ...")


class TaskPage(BaseModel):
    tasks: list[TaskView]
    total: int
    page: int
    page_size: int


class AccountView(BaseModel):
    id: int
    username: str
    email: str = Field(description="Always empty: nobody needs it here.")
    platform: str = Field(description="The app.")
    packagename: str
    device: str
    device_online: bool
    device_name: str
    logined: Literal[0, 1] = Field(description="0 while its phone waits for a person.")
    logined_text: str
    status: Literal[0, 1] = Field(description="1 if it can work now.")
    status_text: str = Field(description="`ready`, or what is in the way.")
    tags: list[str] = Field(description="The campaigns that declare it.")


class AccountPage(BaseModel):
    accounts: list[AccountView]
    total: int
    page: int
    page_size: int


class Stats(BaseModel):
    total: int
    pending: int
    running: int
    completed: int
    failed: int


class OneTask(BaseModel):
    task_id: int
    message: str


class Removed(BaseModel):
    deleted: list[int]
    not_found: list[int]


class RetriedAll(BaseModel):
    retried: list[int]
    refused_count: int
    message: str
