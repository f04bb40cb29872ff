"""What an app file says: the app, its screens, their views, and what a touch leads to."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

_DURATION = re.compile(r"(\d+(?:\.\d+)?) ?(ms|s|m)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0}
PACKAGE = r"^[A-Za-z]\w*(\.[A-Za-z]\w*)+$"


def _seconds(value: Any) -> Any:
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError(f"{value!r} is no duration; write it like 300ms or 2s")
    return float(found[1]) * _SECONDS[found[2]]


Seconds = Annotated[
    float,
    BeforeValidator(_seconds),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": f"^{_DURATION.pattern}$",
            "patternErrorMessage": "A duration, such as 300ms or 2s.",
        }
    ),
]


def _four(numbers: list[int]) -> list[int]:
    if len(numbers) != 4 or numbers[0] >= numbers[2] or numbers[1] >= numbers[3]:
        raise ValueError(
            f"{numbers} are no bounds; write left, top, right, bottom, such as [0, 48, 720, 144]"
        )
    return numbers


Bounds = Annotated[list[int], AfterValidator(_four)]
Text = str
Values = dict[str, Text]


class Part(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, coerce_numbers_to_str=True, populate_by_name=False, defer_build=True
    )


class Deed(Part):
    """What a touch or the back key leads to; several things happen in the order of the keys here."""

    after: Seconds | None = Field(None, description="How much later it happens.")
    set: Values = Field({}, description="Values that change; texts show them as ${NAME}.")
    toast: Text | None = Field(None, description="A message that the phone shows.")
    screen: str | None = Field(None, description="The screen that opens. One that lies below comes up again.")
    back: bool = Field(False, description="Leads back, as the back key does by itself.")
    start: str | None = Field(None, description="The package of an app that comes to the front.")


class Item(Part):
    """One view: a leaf, or a column or row of others."""

    cls: str | None = Field(
        None,
        alias="class",
        description="Its class: `Button`, or a full name. By default a layout, an EditText for what is editable, "
        "a CheckBox for what is checkable, a Button for what has a tap and a text, a TextView.",
    )
    id: str | None = Field(None, description="Its resource-id, without the package.")
    text: Text = Field("", description="Its text; of a field, what it holds at first.")
    desc: Text = Field("", description="Its content-desc.")
    hint: Text = Field("", description="What an empty field shows.")
    bounds: Bounds | None = Field(
        None, description="Left, top, right, bottom, instead of its place in the layout."
    )
    width: int | None = Field(None, ge=1, description="In a row: pixels; what has none shares the rest.")
    height: int | None = Field(None, ge=1, description="In a column: pixels; by default what it needs.")
    column: "list[Item] | None" = Field(None, description="Views below each other.")
    row: "list[Item] | None" = Field(None, description="Views beside each other.")
    scrollable: bool = Field(False, description="A column or row that swipes move.")
    repeat: int | list[Text] | None = Field(
        None, description="So many of it, or one for each text; ${number} and ${item} tell them apart."
    )
    after: Seconds | None = Field(None, description="It appears so long after its screen has opened.")
    when: Values = Field({}, description="It is there while these values are so.")
    tap: Deed | None = Field(None, description="What a tap leads to.")
    long_press: Deed | None = Field(None, description="What a touch of half a second leads to.")
    pinch_in: Deed | None = Field(None, description="What two fingers that come together lead to.")
    pinch_out: Deed | None = Field(None, description="What two fingers that move apart lead to.")
    clickable: bool | None = Field(None, description="By default, whether it has a tap.")
    checkable: bool = Field(
        False, description="A tap turns it on and off: its id has the value `true` or `false`."
    )
    checked: bool = Field(False, description="Whether it is on at first.")
    editable: bool = Field(False, description="What is typed is shown, and is the value of its id.")
    enabled: bool = Field(True, description="False for what takes no touch.")
    password: bool = Field(False, description="What is typed is shown as dots.")
    selected: bool = Field(False, description="As a tab that is shown is.")

    @property
    def children(self) -> "list[Item] | None":
        return self.column if self.column is not None else self.row

    @property
    def is_editable(self) -> bool:
        return self.editable or self.cls == "EditText"

    @property
    def is_checkable(self) -> bool:
        return self.checkable or self.cls in ("CheckBox", "Switch", "RadioButton")


class Screen(Part):
    """One page, or a dialog over the page below it."""

    activity: str | None = Field(
        None, description="Its class: `.Main`, or a full name. By default its own name."
    )
    dialog: bool = Field(False, description="A box in the middle; a tap beside it leads back.")
    column: list[Item] | None = Field(None, description="Its views, below each other.")
    row: list[Item] | None = Field(None, description="Its views, beside each other.")
    scrollable: bool = Field(False, description="Swipes move what does not fit.")
    back: Deed | None = Field(None, description="What the back key does; `{}` for nothing.")

    @property
    def root(self) -> Item:
        return Item.model_construct(column=self.column, row=self.row, scrollable=self.scrollable)


class AppFile(Part):
    """An app of one's own on a virtual phone."""

    version: Annotated[int, Field(ge=1, le=1, description="Of this format: 1.")]
    package: str = Field(
        pattern=PACKAGE,
        json_schema_extra={"patternErrorMessage": "Names with dots between."},
        description="Its package, such as com.example.shop.",
    )
    label: str = Field(description="What stands below its icon.")
    version_name: str = Field("1.0.0", description="What the package manager calls its version.")
    permissions: list[str] = Field(
        [], description="What its manifest asks for, such as android.permission.CAMERA."
    )
    values: Values = Field({}, description="What values are at first.")
    links: dict[str, str] = Field({}, description="Beginnings of addresses, and the screen that each opens.")
    start: str | None = Field(None, description="The screen that a start opens; by default the first one.")
    screens: dict[str, Screen] = Field(min_length=1, description="Its screens, by name.")

    @property
    def first(self) -> str:
        return self.start or next(iter(self.screens))

    def activity(self, screen: str) -> str:
        """The full class name of a screen's activity."""
        name = self.screens[screen].activity or f".{''.join(word.capitalize() for word in screen.split('_'))}"
        return self.package + name if name.startswith(".") else name
