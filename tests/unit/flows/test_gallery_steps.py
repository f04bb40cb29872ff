"""`add_to_gallery` and `tap_first`: several files, chosen in an app's gallery."""

from pathlib import Path

from runner.tasks import AttemptOutcome

NONE = "version: 1\nname: follow\napp: small\neffects: none\nsteps:\n"


def run(world, flow_of, steps):
    world.flow = flow_of(NONE + steps)
    return world.run()


def files(folder: Path, count: int) -> list[str]:
    paths = [folder / f"{number}.png" for number in range(count)]
    for path in paths:
        path.write_bytes(b"\x89PNG\r\n\x1a\n")
    return [str(path) for path in paths]


def test_the_first_file_becomes_the_newest_of_the_gallery(world, flow_of, tmp_path):
    paths = files(tmp_path, 3)
    listed = "\\n".join(paths)
    outcome = run(world, flow_of, f'  - add_to_gallery: "{listed}"\n')
    assert outcome.outcome is AttemptOutcome.COMPLETED
    assert world.phone.done("add_to_gallery") == [
        ("add_to_gallery", path, "image/png") for path in reversed(paths)
    ]


def test_nothing_is_copied_if_one_of_the_files_cannot_be_posted(world, flow_of, tmp_path):
    (tmp_path / "notes.txt").write_text("no image")
    listed = "\\n".join([*files(tmp_path, 1), str(tmp_path / "notes.txt")])
    outcome = run(world, flow_of, f'  - add_to_gallery: "{listed}"\n')
    assert "notes.txt is neither a video nor an image" in outcome.message
    assert world.phone.done("add_to_gallery") == []


def test_the_first_elements_are_tapped_in_their_order(world, flow_of):
    world.phone.show = lambda: ["row 1", "Follow", "row 2", "row 3"]
    outcome = run(world, flow_of, "  - tap_first: {element: row, times: 2}\n")
    assert outcome.outcome is AttemptOutcome.COMPLETED
    assert world.phone.done("tap") == [("tap", "row 1"), ("tap", "row 2")]


def test_none_is_tapped_if_there_are_fewer(world, flow_of):
    world.phone.show = lambda: ["row 1", "row 2"]
    outcome = run(world, flow_of, "  - tap_first: {element: row, times: 3, timeout: 2s}\n")
    assert "waited 2 s for 3 of row" in outcome.message and world.phone.done("tap") == []
