"""Intents as `am` reads and prints them."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from runner.virtual.apps.app import Intent
from runner.virtual.commands.call import UsageError
from runner.virtual.package import Package
from runner.virtual.phone import Phone

MAIN, LAUNCHER = "android.intent.action.MAIN", "android.intent.category.LAUNCHER"
_HOME = "android.intent.category.HOME"

_EXTRAS = ("--es", "-e", "--eu", "--ei", "--el", "--ef", "--ez", "--ecn", "--esa", "--esal")
_WITH_VALUE = ("--user", "--display", "-i", "--windowingMode", "--activityType", "--receiver-permission")
_WITHOUT_VALUE = ("-W", "-S", "-D", "-N", "--grant-read-uri-permission", "--grant-write-uri-permission")


@dataclass(slots=True)
class Wish:
    """What `am start` or `am broadcast` was asked for."""

    action: str = ""
    data: str = ""
    mime_type: str = ""
    component: str = ""
    package: str = ""
    categories: list[str] = field(default_factory=list)
    flags: str = ""
    extras: dict[str, str] = field(default_factory=dict)
    wait: bool = False
    stop_first: bool = False

    @property
    def intent(self) -> Intent:
        return Intent(self.action, self.data, self.mime_type, self.component, self.package, self.extras)

    def __str__(self) -> str:
        """As `am` prints it; the rest of an address is hidden, as Android does."""
        parts = {
            "act": self.action,
            "cat": f"[{','.join(self.categories)}]" if self.categories else "",
            "dat": _shortened(self.data),
            "typ": self.mime_type,
            "flg": self.flags,
            "pkg": self.package,
            "cmp": shortened_component(self.component),
        }
        words = [f"{name}={value}" for name, value in parts.items() if value]
        return f"Intent {{ {' '.join([*words, *(['(has extras)'] if self.extras else [])])} }}"


def parse(arguments: list[str]) -> Wish:
    """Read the arguments of `am start` and `am broadcast`. Raises UsageError."""
    wish = Wish()
    words = iter(arguments)
    for word in words:
        try:
            _take(wish, word, words)
        except StopIteration:
            raise UsageError(f"Error: Argument expected after {word!r}") from None
    if not wish.action and wish.data:
        wish.action = "android.intent.action.VIEW"
    return wish


def _take(wish: Wish, word: str, words: Iterator[str]) -> None:
    fields = {
        "-a": "action",
        "-d": "data",
        "-t": "mime_type",
        "-p": "package",
        "-n": "component",
        "-f": "flags",
    }
    if word == "-n":
        wish.component = full_component(next(words))
    elif word in fields:
        setattr(wish, fields[word], next(words))
    elif word == "-c":
        wish.categories.append(next(words))
    elif word in _EXTRAS:
        name = next(words)
        wish.extras[name] = next(words)
    elif word in _WITH_VALUE:
        next(words)
    elif word in _WITHOUT_VALUE or word.startswith("--activity-"):
        wish.wait = wish.wait or word == "-W"
        wish.stop_first = wish.stop_first or word == "-S"
    elif word.startswith("-"):
        raise UsageError(f"Error: Unknown option: {word}")
    elif ":" in word:
        wish.data = word
    elif "/" in word:
        wish.component = full_component(word)
    else:
        wish.package, wish.action, wish.categories = word, MAIN, [LAUNCHER]


def resolve(phone: Phone, wish: Wish) -> tuple[Package, str] | None:
    """The package and the activity that an intent reaches; None if there is none."""
    if wish.component:
        package, _, name = wish.component.partition("/")
        found = phone.packages.startable(package)
        # Of a package that names no activity nobody knows which ones it has.
        has = found is not None and (name in found.activities or not found.activities)
        return (found, name) if found and has else None
    if wish.action == MAIN:
        return launcher(phone, phone.packages.home if _HOME in wish.categories else wish.package)
    for app in phone.packages.apps:
        found = phone.packages.startable(app.package)
        if found and wish.package in ("", app.package) and app.accepts(wish.intent):
            return found, app.activities[0]
    return None


def launcher(phone: Phone, package: str) -> tuple[Package, str] | None:
    """What the icon of a package on the home screen starts; None if it has no icon."""
    found, app = phone.packages.startable(package), phone.packages.app(package)
    if found is None or app is None or (found.activities and found.launcher is None):
        return None
    return found, found.launcher or app.activities[0]


def full_component(text: str) -> str:
    """`package/.Name` as `package/package.Name`."""
    package, slash, name = text.partition("/")
    if not slash or not package or not name:
        raise UsageError(f"Error: Bad component name: {text}")
    return f"{package}/{package}{name}" if name.startswith(".") else text


def shortened_component(component: str) -> str:
    """`package/package.Name` as `package/.Name`."""
    package, _, name = component.partition("/")
    return f"{package}/{name.removeprefix(package)}" if name.startswith(package + ".") else component


def _shortened(data: str) -> str:
    scheme, separator, rest = data.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}/..." if separator and "/" in rest else data
