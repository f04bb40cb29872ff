"""`runner app suggest`: proposals for elements that a profile does not find on a case."""

from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from runner.campaign.app_file import FOLDER
from runner.cli.app_completion import complete_app, complete_case
from runner.cli.app_screens import with_campaigns
from runner.cli.format_option import format_option
from runner.cli.output import print_json, say_lines
from runner.cli.own_profiles import profiles_beside
from runner.cli.several import taking_several
from runner.errors import UsageError
from runner.exit_codes import EXIT_PROBLEMS

if TYPE_CHECKING:
    from runner.flows.cases import Case
    from runner.flows.profile import Profile
    from runner.flows.suggesting import Proposal


@click.command(
    cls=taking_several("--element"),
    epilog="""\b
Examples:
  runner app suggest tiktok share                          for all that is expected there and not found
  runner app suggest tiktok share --element post_button
  runner app suggest tiktok share --write                  put it into campaigns/apps/tiktok.yaml""",
)
@click.argument("name", metavar="APP", shell_complete=complete_app)
@click.argument("case_name", metavar="CASE", shell_complete=complete_case)
@click.option("--element", "elements", multiple=True, metavar="ELEMENT...",
              help="Elements to look for (default: those that are expected and not found).")  # fmt: skip
@click.option("--write", "writes", is_flag=True, help="Write the first proposal of each into your profile.")
@with_campaigns
@format_option
@click.pass_context
def suggest(
    ctx: click.Context,
    name: str,
    case_name: str,
    *,
    elements: tuple[str, ...],
    writes: bool,
    folder: Path,
    form: str,
) -> None:
    """Propose what an element may be on the recorded screen CASE, as an overlay for apps/APP.yaml.

    Every proposal finds exactly one element there, and nothing on the other cases where the element is expected
    absent. Whether it is the right one only a person can tell: look at the picture of the case.
    """
    from runner.flows.suggesting import missing, patch, suggest

    profile, case, others = cases_of(name, case_name, folder)
    wanted = elements or tuple(missing(case))
    refuse_unknown(profile, case, wanted)
    proposals = {element: suggest(element, case, others) for element in wanted}
    language = case.check().language
    overlay = patch(profile, language, [made[0] for made in proposals.values() if made])
    path = folder / FOLDER / f"{name}.yaml"
    if form == "json":
        print_json({"app": name, "case": case_name, "proposals": _as_json(proposals), "overlay": overlay})
    else:
        say_lines(told(path, name, proposals, overlay))
    if writes and any(proposals.values()):
        write(path, name, overlay)
        if form == "text":
            say_lines([f"written to {path}; `runner app check {name}` holds it against all cases"])
    if not all(proposals.values()):
        ctx.exit(EXIT_PROBLEMS)


def cases_of(name: str, case_name: str, folder: Path) -> "tuple[Profile, Case, list[Case]]":
    """The profile, the case of this name, and the other cases of the app. Raises UsageError without such a case."""
    from runner.flows.cases import cases, folder_of
    from runner.flows.reading import legal

    profile = profiles_beside(folder).load(name)
    found = {case.name: case for case in cases(folder, name)}
    if case_name not in found:
        record = f"record one: runner app record {case_name} --serial SERIAL --app {name}"
        raise UsageError(
            f"there is no case {case_name!r} in {folder_of(folder, name)}",
            hint=legal(case_name, found) if found else record,
        )
    return profile, found.pop(case_name), list(found.values())


def refuse_unknown(profile: "Profile", case: "Case", wanted: Sequence[str]) -> None:
    """Raise UsageError if there is nothing to look for, or nothing that says what it is."""
    from runner.flows.reading import legal

    if not wanted:
        raise UsageError(
            f"the profile finds all that {case} expects", hint="name what you look for with --element"
        )
    known = {*profile.elements, *case.expected.found}
    if unknown := [one for one in wanted if one not in known and not _is_name(one)]:
        raise UsageError(f"an element cannot be called {unknown[0]!r}", hint=legal(unknown[0], known))


def _is_name(name: str) -> bool:
    import re

    return re.fullmatch(r"[a-z][a-z0-9_]*", name) is not None


def told(
    path: Path, name: str, proposals: "Mapping[str, Sequence[Proposal]]", overlay: dict[str, Any]
) -> Iterator[str]:
    """The proposals, and the overlay with the first of each."""
    from runner.flows.pointing import in_yaml

    for element, made in proposals.items():
        if not made:
            yield f"# {element}: nothing on this screen is like it"
        for proposal in made:
            left, top, right, bottom = proposal.found.bounds
            place = f"[{left},{top}][{right},{bottom}]"
            why = "; ".join(proposal.reasons) or "it is the likeliest"
            yield f"# {element}: {in_yaml(proposal.said)} at {place}, {proposal.likeness:.0%} alike: {why}"
    if any(proposals.values()):
        yield f"# for {path}"
        yield from _dumped({"version": 1, "app": name, **overlay}).splitlines()


def _dumped(data: Mapping[str, Any]) -> str:
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.width = 4096
    out = StringIO()
    yaml.dump(_in_style(data), out)
    return out.getvalue()


def _in_style(value: Any) -> Any:
    """Selectors on one line each, and everything around them below each other."""
    from ruamel.yaml.comments import CommentedMap, CommentedSeq

    if isinstance(value, Mapping):
        return CommentedMap({key: _in_style(one) for key, one in value.items()})
    if isinstance(value, list | tuple):
        listed = CommentedSeq([_in_style(one) for one in value])
        for one in listed:
            if isinstance(one, CommentedMap):
                one.fa.set_flow_style()
        if not any(isinstance(one, CommentedMap) for one in listed):
            listed.fa.set_flow_style()
        return listed
    return value


def write(path: Path, name: str, overlay: Mapping[str, Any]) -> None:
    """Put an overlay into the user's own profile, which is made if there is none. All else in it stays as it is, its
    comments too. Raises UsageError."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    yaml = YAML()
    yaml.width, yaml.preserve_quotes = 4096, True
    try:
        whole = yaml.load(path.read_text(encoding="utf-8")) if path.exists() else None
        if whole is None:
            whole = _in_style({"version": 1, "app": name})
        _put(whole, overlay)
        out = StringIO()
        yaml.dump(whole, out)
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_suffix(".new")
        new.write_text(out.getvalue(), encoding="utf-8")
        new.replace(path)
    except (OSError, YAMLError) as error:
        raise UsageError(f"{path} cannot be written: {error}") from error


def _put(into: Any, overlay: Mapping[str, Any]) -> None:
    for key, value in overlay.items():
        if isinstance(value, Mapping) and isinstance(into.get(key), dict):
            _put(into[key], value)
        else:
            into[key] = _in_style(value)


def _as_json(proposals: "Mapping[str, Sequence[Proposal]]") -> dict[str, Any]:
    return {
        element: [
            {
                "selector": dict(one.said),
                "bounds": list(one.found.bounds),
                "words": one.found.words,
                "likeness": round(one.likeness, 2),
                "reasons": list(one.reasons),
            }
            for one in made
        ]
        for element, made in proposals.items()
    }
