"""The root of all config models. It imports pydantic, which is slow: import this file only where models are needed."""

from pydantic import BaseModel, ConfigDict


class ConfigModel(BaseModel):
    """Strict, frozen, unknown keys refused. Keys and values are the Local API's own."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, defer_build=True)
