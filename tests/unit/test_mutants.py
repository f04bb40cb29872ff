"""The mutants fit the code and the tests as they are; `make mutants` makes them."""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "mutants"))

import mutants
from promises import MUTANTS, Mutant


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.promise)
def test_each_has_its_place_and_its_tests(mutant: Mutant) -> None:
    assert mutants.place(mutant).parts[0] == "runner"
    assert mutants.changed(mutant) != mutants.changed(Mutant("", mutant.old, mutant.old, ()))
    assert all(mutants.test_file(name).parts[0] == "tests" for name in mutant.tests)


def test_no_promise_is_there_twice() -> None:
    assert len({mutant.promise for mutant in MUTANTS}) == len(MUTANTS)


def test_a_text_that_is_gone_is_said() -> None:
    gone = Mutant("a promise", "no_such_text_in_the_code()", "pass", ("test_no_promise_is_there_twice",))
    assert "does not apply" in str(mutants.complaint(gone))


def test_a_text_that_stands_twice_is_said() -> None:
    with pytest.raises(mutants.Misfit, match="should stand once in runner/, and stands"):
        mutants.place(Mutant("a promise", "import ", "", ()))


def test_a_mutant_that_no_test_notices_survives() -> None:
    dead = Mutant(
        "a promise",
        "SWIPE_STEPS_PER_S = 200",
        "SWIPE_STEPS_PER_S = 201",
        ("test_a_text_that_is_gone_is_said",),
    )
    assert mutants.complaint(dead) == "it survives: test_a_text_that_is_gone_is_said passes"


def test_a_test_that_is_gone_is_said() -> None:
    kept = MUTANTS[0]
    gone = Mutant("a promise", kept.old, kept.new, ("test_that_nobody_has_written",))
    assert "0 files have the test test_that_nobody_has_written" in str(mutants.complaint(gone))
