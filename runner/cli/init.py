"""`runner init`: start a repository of campaigns, with an example that passes."""

import json
from importlib.metadata import distribution
from pathlib import Path

import click

import runner
from runner.cli.output import say, say_lines
from runner.errors import UsageError
from runner.machine_zone import UnnamedZone
from runner.schema_file import NAMES, schema_path
from runner.settings import Settings

_TEMPLATES = Path(__file__).with_name("init_files")
_HIDDEN = "dot_"
"""The start of a template's name whose file begins with a dot: by its own name a .gitignore would count here too."""


@click.command(
    epilog="""\b
Examples:
  runner init my-campaigns && cd my-campaigns && runner validate && runner plan
  runner init                                        in the current folder"""
)
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(path_type=Path))
def init(folder: Path) -> None:
    """Start a repository of campaigns in DIR (default: the current folder).

    An example campaign that passes, an app profile, schemas for editors, and files for pre-commit, GitHub, GitLab and
    git. It overwrites nothing.
    """
    files = _files()
    in_the_way = [str(name) for name in files if _blocked(folder, name)]
    if in_the_way:
        raise UsageError(
            f"nothing was written to {folder}: in the way are {', '.join(in_the_way)}",
            hint="name an empty or a new folder, or move them away",
        )
    try:
        for name, content in files.items():
            _write(folder / name, content)
    except OSError as error:
        raise UsageError(f"{error.filename} cannot be written: {error.strerror}") from error
    say(f"wrote {len(files)} files:")
    for name in files:
        say(f"  {folder / name}")
    if requirement().startswith("#"):
        say("requirements.txt names no runner yet: write where your CI can install it from")
    say("next:")
    if folder != Path():
        say(f"  cd {folder}")
    say_lines(["  runner validate", "  runner plan", "  runner run campaigns/first.yaml --virtual"])


def _files() -> dict[Path, bytes]:
    """The content of every file, by its path in the new repository."""
    zone = Settings.from_environment().zone
    named = "UTC" if isinstance(zone, UnnamedZone) else zone.key
    values = {"{timezone}": named, "{requirement}": requirement()}
    files = {Path("campaigns/media/clip.mp4"): _clip().read_bytes()}
    for name in NAMES:
        files[Path("schemas", schema_path(name).name)] = schema_path(name).read_bytes()
    for template in _TEMPLATES.rglob("*"):
        if template.is_file() and template.suffix != ".mp4":
            text = template.read_text(encoding="utf-8")
            for mark, value in values.items():
                text = text.replace(mark, value)
            files[_target(template.relative_to(_TEMPLATES))] = text.encode()
    return dict(sorted(files.items()))


def requirement() -> str:
    """A line for requirements.txt that installs this very runner on another machine, from where it was installed here.

    Nobody else finds a folder of this machine: for that, the line is a comment that says what to write.
    """
    installed = distribution("campaign-runner")
    # PEP 610: pip writes this file for what it installs from a URL or a folder, and none for a package of
    # an index.
    origin = json.loads(installed.read_text("direct_url.json") or "{}")
    url, vcs = origin.get("url", ""), origin.get("vcs_info")
    if vcs:
        return f"{installed.name} @ {vcs['vcs']}+{url}@{vcs['commit_id']}"
    if url.startswith(("http:", "https:")):
        return f"{installed.name} @ {url}"
    if url:
        return f"# {installed.name} @ git+https://HOST/PATH@COMMIT"
    return f"{installed.name}=={installed.version}"


def _target(template: Path) -> Path:
    return Path(
        *("." + part.removeprefix(_HIDDEN) if part.startswith(_HIDDEN) else part for part in template.parts)
    )


def _clip() -> Path:
    """The example's video: among the templates in an installed package, the one of the demo in a checkout."""
    packaged = _TEMPLATES / "campaigns" / "media" / "clip.mp4"
    return packaged if packaged.is_file() else Path(runner.__file__).parents[1] / "campaigns/media/demo.mp4"


def _blocked(folder: Path, name: Path) -> bool:
    """Whether something is in the way of the file, or of a folder above it."""
    above = [folder, *(folder / parent for parent in name.parents if parent != Path())]
    file = folder / name
    return file.exists() or file.is_symlink() or any(path.exists() and not path.is_dir() for path in above)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:  # never over a file that appeared meanwhile
        file.write(content)
