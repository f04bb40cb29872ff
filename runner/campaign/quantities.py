"""Durations, times of day and hours of the day: typed once, printed back as they were written."""

import re
from dataclasses import dataclass
from datetime import time, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Self

from runner.campaign import patterns

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema

_UNITS = {
    "ms": timedelta(milliseconds=1),
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Written:
    """Something with a text; two of them are equal if their texts are."""

    text: str

    pattern: ClassVar[str]
    sentence: ClassVar[str]
    examples: ClassVar[tuple[str, ...]]

    @classmethod
    def parse(cls, text: str) -> Self:
        """What the text says. Raises ValueError with a sentence for the author of the file."""
        raise NotImplementedError

    def __str__(self) -> str:
        return self.text

    @classmethod
    def _require_shape(cls, text: str) -> None:
        if not re.fullmatch(cls.pattern, text):
            raise ValueError(f"{text!r} does not fit: {cls.sentence}")

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: "GetCoreSchemaHandler") -> "CoreSchema":
        from pydantic_core import core_schema

        return core_schema.no_info_after_validator_function(
            cls.parse,
            core_schema.str_schema(
                pattern=cls.pattern,
                metadata={
                    "pydantic_js_extra": {
                        "patternErrorMessage": cls.sentence,
                        "examples": list(cls.examples),
                    }
                },
            ),
            serialization=core_schema.to_string_ser_schema(),
        )


@dataclass(frozen=True, slots=True)
class Duration(_Written):
    """A length of time: `90s`, `10m`, `2h`."""

    delta: timedelta

    pattern = patterns.DURATION
    sentence = "a duration is a whole number of at most 5 digits and a unit: 500ms, 90s, 10m, 2h or 1d"
    examples = ("90s", "10m", "2h")

    @classmethod
    def parse(cls, text: str) -> Self:
        cls._require_shape(text)
        number = text.rstrip("dhms")
        return cls(text, int(number) * _UNITS[text[len(number) :]])

    @property
    def seconds(self) -> float:
        return self.delta.total_seconds()


@dataclass(frozen=True, slots=True)
class TimeOfDay(_Written):
    """A time on the clocks of the campaign's zone: `09:00`."""

    time: time

    pattern = patterns.TIME_OF_DAY
    sentence = "a time of day is HH:MM, from 00:00 to 23:59"
    examples = ("09:00", "18:30")

    @classmethod
    def parse(cls, text: str) -> Self:
        cls._require_shape(text)
        return cls(text, time.fromisoformat(text))


@dataclass(frozen=True, slots=True)
class Hours(_Written):
    """A stretch of every day: `08:00-22:00`. It may pass midnight; from a time to itself is a whole day."""

    opens: time
    closes: time

    pattern = patterns.HOURS
    sentence = "hours are HH:MM-HH:MM: 08:00-22:00, or over midnight 22:00-02:00"
    examples = ("08:00-22:00",)

    @classmethod
    def parse(cls, text: str) -> Self:
        cls._require_shape(text)
        opens, _, closes = text.partition("-")
        # Python has no 24:00; as a closing time 00:00 is the midnight after.
        return cls(text, time.fromisoformat(opens), time.fromisoformat(closes.replace("24:00", "00:00")))

    @property
    def length(self) -> timedelta:
        """How long it is on a day whose clocks do not change."""
        return (_since_midnight(self.closes) - _since_midnight(self.opens)) % _DAY or _DAY

    def holds(self, moment: time) -> bool:
        """Whether a time of day lies in it; the closing time itself does not."""
        if self.opens < self.closes:
            return self.opens <= moment < self.closes
        return moment >= self.opens or moment < self.closes


def _since_midnight(moment: time) -> timedelta:
    return timedelta(
        hours=moment.hour, minutes=moment.minute, seconds=moment.second, microseconds=moment.microsecond
    )
