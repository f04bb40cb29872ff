"""The root of the models of files that people write."""

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """The root of the campaign's models: strict, frozen, unknown keys refused."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, defer_build=True)
