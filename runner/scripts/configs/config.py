"""The root of all config models."""

from pydantic import BaseModel, ConfigDict


class Config(BaseModel):
    """Strict, frozen, unknown keys refused. Keys and values are the Local API's own."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, defer_build=True)
