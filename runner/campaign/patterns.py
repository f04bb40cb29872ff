"""The shapes of names, durations and start times, as regular expressions that JSON Schema understands too."""

NAME = r"^[a-z0-9][a-z0-9-]*$"
KEY = r"^[A-Za-z0-9][A-Za-z0-9_-]*$"
SERIAL = r"^\S+$"
HOST = r"^[^\s:]+:[0-9]{1,5}$"
LANGUAGE = r"^[a-z]{2,3}(-[A-Z]{2})?$"
DURATION = r"^(0|[1-9][0-9]{0,4})(ms|s|m|h|d)$"
_CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9]"
_DATE = r"[1-9][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
TIME_OF_DAY = rf"^{_CLOCK}$"
HOURS = rf"^{_CLOCK}-({_CLOCK}|24:00)$"
DATE = rf"^{_DATE}$"
START_TIME = (
    rf"^({_CLOCK}"
    rf"|[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[T ]{_CLOCK}(:[0-5][0-9])?(Z|[+-][0-9]{{2}}:[0-9]{{2}})?)$"
)
FAULT_TIME = rf"^((mon|tue|wed|thu|fri|sat|sun|day [1-9][0-9]{{0,2}}|{_DATE}) )?{_CLOCK}$"
