"""The declarations of all backends, without the code that carries tasks out.

Checks and plans of campaigns go by these declarations, so this is quick to import. Built-in backends come first; any
other name is looked for in the entry points of other packages.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from runner.errors import RunnerError
from runner.targets import INSTAGRAM, TIKTOK

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from runner.settings import Settings

ENTRY_POINTS = "runner.backends"
"""The group of entry points: each has the name by which campaigns call the backend, and gives a BackendDeclaration."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppSupport:
    """What a backend can do in one app: the built-in `scripts` that it carries out there.

    `values` are the legal values of config keys, by script, if it cannot do all of them; the first one stands for a key
    that is missing. `reasons` say why, by key, where a person would ask. `unrecorded` says what nobody has recorded of
    the app, of a script that therefore fails plainly before any effect.
    """

    scripts: tuple[str, ...] = ()
    values: Mapping[str, Mapping[str, tuple[Any, ...]]] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    unrecorded: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class BackendDeclaration:
    """What a backend is, for code that must know it before the backend is made, or without it.

    `factory` names the function that makes it, `module:function`, which takes a `runner.backends.backend.BackendSetup`;
    the module is imported only to carry tasks out. `place` says in words where that happens.

    Which scripts: `scripts` are the built-in ones that it carries out in any app, `runs_flows` says whether it carries
    out flows of the user's own too. `values` are the legal values of config keys in every app, as `AppSupport` has
    them. `apps` is what it can do in each app, for a backend that tells them apart; any other chooses the app itself.
    `entry_keys` are those of `KEYS_OF_SOME` that it can do.

    How: a backend that `takes_batches` is a BatchBackend, any other has a lane for each device. One that
    `goes_on_alone` carries on with its tasks after this process has ended. `takes_accounts` means that an entry may
    name accounts, whose device it finds; `works_as_accounts`, that it sees to it that a phone shows the account of the
    task; `has_material`, that it finds something to post if a config names nothing. One that `reads_files_here` posts
    the files of this machine; else they may lie on another one. One that `speaks_local_api` sends tasks to the Local
    API that the settings name. One that `can_rehearse` reaches nothing but the phones behind the adb server of the
    settings, so that virtual phones can take their place.
    """

    name: str
    factory: str
    place: "Callable[[Settings], str]"
    scripts: tuple[str, ...] = ()
    runs_flows: bool = False
    values: Mapping[str, Mapping[str, tuple[Any, ...]]] = field(default_factory=dict)
    apps: Mapping[str, AppSupport] = field(default_factory=dict)
    entry_keys: tuple[str, ...] = ()
    takes_batches: bool = False
    goes_on_alone: bool = False
    takes_accounts: bool = False
    works_as_accounts: bool = False
    has_material: bool = False
    reads_files_here: bool = True
    speaks_local_api: bool = False
    can_rehearse: bool = False

    def apps_of(self, script: str) -> tuple[str, ...]:
        """The apps in which it carries out a built-in script; none if it chooses the app itself."""
        return tuple(app for app, support in self.apps.items() if script in support.scripts)

    def apps_that_can(self, script: str, refused: "Refusal") -> tuple[str, ...]:
        """The apps in which it can do a setting that it refuses in another one."""
        config = {refused.key: refused.value}
        return tuple(app for app in self.apps_of(script) if not any(self.refusals(script, app, config)))

    def refusals(self, script: str, app: str, config: Mapping[str, Any]) -> "Iterator[Refusal]":
        """The settings of a built-in script that it cannot do in an app."""
        support = self.apps.get(app, AppSupport())
        possible = {**self.values.get(script, {}), **support.values.get(script, {})}
        for key, values in possible.items():
            value = config.get(key, values[0])
            if value not in values:
                yield Refusal(key, value, values, support.reasons.get(key))


class Refusal(NamedTuple):
    """A setting that a backend cannot do: its value, those that it can do, and why, where a person would ask."""

    key: str
    value: Any
    possible: tuple[Any, ...]
    reason: str | None


KEYS_OF_SOME = ("app", "multi_account", "min_interval", "max_interval")
"""Keys of an entry that only some backends can do."""

MOST_IN_GALLERY = 15
"""How many files can be chosen in the gallery of TikTok's app without scrolling it."""

MOST_IN_INSTAGRAMS_GALLERY = 5
"""The same for Instagram's app, which shows the first of them in large above the cells."""

_ON_TIKTOK = AppSupport(
    scripts=("post", "follow", "unfollow", "like", "comment", "account_warmup", "profile"),
    values={
        "account_warmup": {"generate_by_chatgpt": (False,)},
        "comment": {"comment_image_path": ("",)},
        "post": {
            "image_count": tuple(range(1, MOST_IN_GALLERY + 1)),
            "add_sound": ("-1", "0", "1", -1, 0, 1),
            "origin_sound_volume": (50,),
            "add_sound_volume": (50,),
            "add_product_link": (0,),
            "placement": ("reel",),
            "share_limited_reach": (False,),
        },
    },
    reasons={
        "image_count": "the gallery of TikTok's app shows no more at once",
        "add_sound": "nobody has recorded how TikTok's editor searches a sound",
        "origin_sound_volume": "nobody has recorded where TikTok's editor sets volumes",
        "add_sound_volume": "nobody has recorded where TikTok's editor sets volumes",
        "add_product_link": "nobody has recorded how TikTok's app takes a product link",
        "generate_by_chatgpt": "the phones write the comments that the config names",
        "comment_image_path": "nobody has recorded how TikTok's app takes an image into a comment",
        "placement": "only Instagram has stories",
        "share_limited_reach": "only Instagram asks this",
    },
    unrecorded={"profile": "the pages on which TikTok's app edits a profile"},
)
_ON_INSTAGRAM = AppSupport(
    scripts=("post", "follow", "unfollow", "like", "comment", "account_warmup", "profile"),
    values={
        "account_warmup": {"topic": ("",), "generate_by_chatgpt": (False,)},
        "comment": {"comment_image_path": ("",)},
        "post": {
            "image_count": tuple(range(1, MOST_IN_INSTAGRAMS_GALLERY + 1)),
            "add_sound": ("-1", "0", -1, 0),
            "origin_sound_volume": (50,),
            "add_sound_volume": (50,),
            "add_product_link": (0,),
        },
        "profile": {"link_url": ("",), "avatars_path": ("",)},
    },
    reasons={
        "topic": "nobody has recorded how Instagram's app shows the reels of a topic",
        "generate_by_chatgpt": "the phones write the comments that the config names",
        "image_count": "the gallery of Instagram's app shows no more at once",
        "add_sound": "nobody has recorded how Instagram's editor searches a sound",
        "origin_sound_volume": "nobody has recorded where Instagram's editor sets volumes",
        "add_sound_volume": "nobody has recorded where Instagram's editor sets volumes",
        "link_url": "nobody has recorded how Instagram's app takes a link",
        "avatars_path": "nobody has recorded how Instagram's app takes a picture of the account",
        "add_product_link": "only TikTok has product links",
        "comment_image_path": "Instagram's comments have no images",
    },
)

DEVICE = BackendDeclaration(
    name="device",
    factory="runner.backends.device:make",
    place=lambda settings: "the phones that adb sees",
    scripts=tuple(dict.fromkeys((*_ON_TIKTOK.scripts, *_ON_INSTAGRAM.scripts))),
    runs_flows=True,
    apps={TIKTOK: _ON_TIKTOK, INSTAGRAM: _ON_INSTAGRAM},
    entry_keys=("app", "multi_account"),
    works_as_accounts=True,
    can_rehearse=True,
)

LOCAL_API = BackendDeclaration(
    name="local_api",
    factory="runner.backends.local_api.backend:make",
    place=lambda settings: f"the Local API at {settings.api_url}",
    scripts=("post", "follow", "unfollow", "like", "comment", "account_warmup", "profile"),
    values={"post": {"share_limited_reach": (False,)}},
    entry_keys=("multi_account", "min_interval", "max_interval"),
    takes_batches=True,
    goes_on_alone=True,
    takes_accounts=True,
    has_material=True,
    reads_files_here=False,
    speaks_local_api=True,
)

BUILT_IN = {declared.name: declared for declared in (DEVICE, LOCAL_API)}
"""The runner's own backends by name."""

DEFAULT = DEVICE.name
"""The backend of a campaign that names none."""


def names() -> tuple[str, ...]:
    """The names of all backends that there are, without loading any of them."""
    return tuple(dict.fromkeys((*BUILT_IN, *_points())))


def find(name: str) -> BackendDeclaration | None:
    """The declaration of the backend with this name; None if there is none.

    Raises RunnerError if another package's declaration cannot be loaded.
    """
    if built_in := BUILT_IN.get(name):
        return built_in
    point = _points().get(name)
    return _load(point) if point else None


def declared(name: str) -> BackendDeclaration:
    """As `find`, for a name that has been checked, or that the ledger holds. A backend that has been uninstalled since
    counts as one that has lanes and can do nothing."""
    try:
        found = find(name)
    except RunnerError:  # told when tasks are carried out; it must not keep them from being shown
        found = None
    return found or BackendDeclaration(name=name, factory="", place=lambda settings: f"the backend {name}")


@cache
def batched_backends() -> frozenset[str]:
    """The names of the backends that take many tasks with one call."""
    return frozenset(name for name in names() if declared(name).takes_batches)


@cache
def _points() -> "Mapping[str, EntryPoint]":
    """The entry points of other packages. To find them is slow: it reads the metadata of all installed packages."""
    from importlib.metadata import entry_points

    return {point.name: point for point in entry_points(group=ENTRY_POINTS)}


@cache
def _load(point: "EntryPoint") -> BackendDeclaration:
    package = f"the package {point.dist.name} {point.dist.version}" if point.dist else "another package"
    what, hint = f"the backend {point.name!r} of {package}", "update the package, or uninstall it"
    try:
        found = point.load()
    except Exception as error:
        why = f"{point.value} raises {type(error).__name__}: {error}"
        raise RunnerError(f"{what} cannot be loaded: {why}", hint=hint) from error
    if not isinstance(found, BackendDeclaration) or found.name != point.name:
        raise RunnerError(
            f"{what} cannot be loaded: {point.value} is no BackendDeclaration of that name", hint=hint
        )
    return found
