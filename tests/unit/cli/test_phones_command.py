"""What `runner phones` says before a phone is there."""

from pathlib import Path

from click.testing import CliRunner

from runner.cli.phones import diagnosis_lines, phones
from runner.queries.phone_doctor import Diagnosis


def test_each_thing_wrong_with_an_app_of_ones_own_has_its_line(tmp_path: Path) -> None:
    app = tmp_path / "shop.yaml"
    app.write_text("version: 1\npackage: com.example.shop\nscreens:\n  a:\n    - tapp\n")
    result = CliRunner().invoke(phones, ["--virtual", "--app", str(app)], standalone_mode=False)
    assert result.return_value == 2
    assert result.output.splitlines() == [
        f"{app}:1:1: the key `label` is missing",
        f"{app}:4:3: `a` is a mapping, with keys of its own",
    ]


def test_the_doctor_says_how_to_begin_where_there_is_no_phone() -> None:
    first, last = diagnosis_lines(Diagnosis(5037, 41, (), ()))
    assert "USB debugging" in first
    assert last.startswith("nothing is wrong: 0 phones")
