"""What this installation can do, in the words of a licence, so that clients can be tested against every plan."""

from dataclasses import dataclass
from typing import Any

from runner.server.local_api.envelope import ApiError, Code

WITHOUT_API = ("starter",)


@dataclass(frozen=True, slots=True)
class License:
    """`plan` is "Local" unless the setting RUNNER_API_PLAN simulates another: Starter, Pro, Team or Business."""

    plan: str = "Local"

    @property
    def includes_api(self) -> bool:
        return self.plan.lower() not in WITHOUT_API

    def require_api(self) -> None:
        """Raises ApiError if the plan does not include the API."""
        if not self.includes_api:
            raise ApiError(
                Code.PLAN, f"the plan {self.plan} does not include the API; Pro, Team and Business include it"
            )

    def shown(self, devices: int) -> dict[str, Any]:
        """The contract's fields; `devices` is the number of phones that can be reached now."""
        message = (
            "the API is enabled" if self.includes_api else f"the plan {self.plan} does not include the API"
        )
        return {
            "plan_name": self.plan,
            "api_enabled": self.includes_api,
            "device_limit": devices,
            "message": message,
        }
