import subprocess
from pathlib import Path

import pytest

from runner.campaign.revision import files_at, parse_status, revision, revisions
from runner.errors import UsageError


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with one commit, of `campaigns/autumn.yaml`."""
    folder = tmp_path / "repository"
    (folder / "campaigns").mkdir(parents=True)
    (folder / "campaigns" / "autumn.yaml").write_text("version: 1\n")
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "Autumn")
    return folder


def git(folder: Path, *arguments: str) -> str:
    author = ("-c", "user.name=Tester", "-c", "user.email=tester@example.org", "-c", "commit.gpgsign=false")
    answer = subprocess.run(
        ["git", *author, *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return answer.stdout.strip()


def test_a_committed_file_has_the_commit(repository: Path) -> None:
    assert revision(repository / "campaigns" / "autumn.yaml") == git(repository, "rev-parse", "HEAD")


def test_a_changed_file_is_dirty_and_its_neighbour_is_not(repository: Path) -> None:
    campaign, other = repository / "campaigns" / "autumn.yaml", repository / "campaigns" / "winter.yaml"
    other.write_text("version: 1\n")
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "--message", "Winter")
    campaign.write_text("version: 1\nname: autumn\n")
    head = git(repository, "rev-parse", "HEAD")

    assert revisions([campaign, other]) == {campaign: f"{head}-dirty", other: head}


@pytest.mark.parametrize("ignored", ["", "new.yaml", "/drafts/"])
def test_a_file_that_is_not_in_the_commit_is_dirty(repository: Path, ignored: str) -> None:
    (repository / ".git" / "info" / "exclude").write_text(ignored)
    (repository / "drafts").mkdir()
    draft = repository / "drafts" / "new.yaml"
    draft.write_text("version: 1\n")

    assert revision(draft) == git(repository, "rev-parse", "HEAD") + "-dirty"


def test_a_link_belongs_to_the_repository_of_its_file(repository: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.yaml"
    link.symlink_to(repository / "campaigns" / "autumn.yaml")

    assert revision(link) == git(repository, "rev-parse", "HEAD")


def test_there_is_no_revision_outside_of_a_repository_or_before_the_first_commit(tmp_path: Path) -> None:
    outside, inside = tmp_path / "outside.yaml", tmp_path / "new" / "inside.yaml"
    inside.parent.mkdir()
    git(inside.parent, "init", "--quiet")
    for path in (outside, inside):
        path.write_text("version: 1\n")

    assert revisions([outside, inside]) == {outside: None, inside: None}


def test_a_hooks_environment_does_not_mislead(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))

    assert revision(repository / "campaigns" / "autumn.yaml") is not None


def test_there_is_no_revision_without_git(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    assert revision(repository / "campaigns" / "autumn.yaml") is None


def test_the_status_of_git_is_read_with_all_its_records() -> None:
    sample = (
        "# branch.oid f40866b\0# branch.head main\0"
        "1 .M N... 100644 100644 100644 aaa bbb a b.yaml\0"
        "u UU N... 100644 100644 100644 100644 a b c conflict.yaml\0"
        "? new file.yaml\0! ignored/\0"
    )

    assert parse_status(sample) == (
        "f40866b",
        frozenset({"a b.yaml", "conflict.yaml", "new file.yaml", "ignored/"}),
    )
    assert parse_status("# branch.oid (initial)\0") == (None, frozenset())


def test_files_are_read_as_they_were(repository: Path) -> None:
    """Whatever their names and contents; only YAML files, and no links."""
    folder = repository / "campaigns"
    contents = {"å ä.yaml": b"\xff\x00", "two\nlines.yml": b"", "long.yaml": b"x\n" * 100_000}
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    (folder / "clip.mp4").write_bytes(b"no YAML")
    (folder / "link.yaml").symlink_to("autumn.yaml")
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "--message", "Names")
    for path in list(folder.iterdir()):
        path.unlink()

    expected = {folder / name: content for name, content in contents.items()}
    assert files_at("HEAD", [folder]) == expected | {folder / "autumn.yaml": b"version: 1\n"}
    assert files_at("HEAD~1", [repository]) == {folder / "autumn.yaml": b"version: 1\n"}
    assert files_at("HEAD", [folder / "long.yaml"]) == {folder / "long.yaml": contents["long.yaml"]}


def test_flows_beside_a_campaign_come_with_it(repository: Path) -> None:
    flow = repository / "campaigns" / "flows" / "wave.yaml"
    flow.parent.mkdir()
    flow.write_text("name: wave\n")
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "--message", "Flow")

    assert set(files_at("HEAD", [repository / "campaigns" / "autumn.yaml"])) == {
        repository / "campaigns" / "autumn.yaml",
        flow,
    }


def test_nothing_at_a_place_is_no_error(repository: Path) -> None:
    assert files_at("HEAD", [repository / "elsewhere"]) == {}


def test_what_cannot_be_asked_of_git_is_refused(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UsageError, match="has no revision nowhere"):
        files_at("nowhere", [repository])
    with pytest.raises(UsageError, match="is in no git repository"):
        files_at("HEAD", [tmp_path])
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="git could not be asked"):
        files_at("HEAD", [repository])
