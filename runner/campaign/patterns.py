"""The shapes of names, durations and start times, as regular expressions that JSON Schema understands too."""

NAME = r"^[a-z0-9][a-z0-9-]*$"
KEY = r"^[A-Za-z0-9][A-Za-z0-9_-]*$"
SERIAL = r"^\S+$"
DURATION = r"^(0|[1-9][0-9]{0,8})(ms|s|m|h|d)$"
START_TIME = (
    r"^(([01][0-9]|2[0-3]):[0-5][0-9]"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?(Z|[+-][0-9]{2}:[0-9]{2})?)$"
)
