"""Expressions: what they compute, what they refuse, and that none of them costs much."""

from contextlib import suppress

import pytest

from runner.flows.expressions import LONGEST, ExpressionError, compute, names_of
from runner.flows.language import read_flow
from runner.flows.steps import ACTIONS
from runner.flows.templates import fill
from runner.tasks import AttemptOutcome

KNOWN = {
    "n": "4",
    "half": "2.5",
    "word": "Hello",
    "digits": "007",
    "list": "a\nb\n\nc",
    "yes": "true",
    "config.most": "10",
    "config.name": "demo",
    "evidence.count": "3",
}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("n + 1", "5"),
        ("n - 5", "-1"),
        ("n * half", "10"),
        ("n / 8", "0.5"),
        ("n / 2", "2"),
        ("n // 3", "1"),
        ("n % 3", "1"),
        ("1 / 3", "0.333333333"),
        ("-n", "-4"),
        ("n > 3", "true"),
        ("n > 3 and n < 4", "false"),
        ("not yes", "false"),
        ("n == 4", "true"),
        ("digits == 7", "false"),
        ("digits == '007'", "true"),
        ("config.most > evidence.count", "true"),
        ("config.name ~ '_' ~ n", "demo_4"),
        ("word + ' there'", "Hello there"),
        ("word | upper", "HELLO"),
        ("word | lower | replace('l', 'L')", "heLLo"),
        ("word | length", "5"),
        ("n | length", "1"),
        ("word[:4]", "Hell"),
        ("word[0]", "H"),
        ("'ell' in word", "true"),
        ("word in ['Hello', 'Bye']", "true"),
        ("list | lines | length", "4"),
        ("list | first", "a"),
        ("list | last", "c"),
        ("list | lines | join(', ')", "a, b, , c"),
        ("'many' if n > 3 else 'few'", "many"),
        ("half | round", "2"),
        ("(2.345 | round(1)) ~ ''", "2.3"),
        ("' 12 ' | number + 1", "13"),
        ("half | int", "2"),
        ("(0 - n) | abs", "4"),
        ("'  x ' | trim", "x"),
        ("['a', 1, true]", "a\n1\ntrue"),
    ],
)
def test_what_is_computed(expression, value):
    assert compute(expression, KNOWN) == value


def test_the_names_of_an_expression():
    names = names_of("n + config.most if word | length > n else evidence.count")
    assert sorted(names) == ["config.most", "evidence.count", "n", "word"]


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("", "this is no expression"),
        ("n +", "this is no expression"),
        ("n n", "the expression ends before 'n'"),
        ("n ** 9", "an expression has no pow"),
        ("word.upper()", "an expression calls nothing"),
        ("range(9)", "an expression calls nothing"),
        ("word.__class__", "only `config` and `evidence` have names behind a point"),
        ("config.most.real", "only `config` and `evidence` have names behind a point"),
        ("word['__class__']['__mro__']", None),
        ("word | attr('__class__')", "there is no filter 'attr'"),
        ("word | format", "there is no filter 'format'"),
        ("n is odd", "an expression has no test"),
        ("{'a': 1}", "an expression has no dict"),
        ("(" * 21 + "n" + ")" * 21, "an expression has at most 20 brackets within each other"),
        ("n + " * 80 + "1", f"an expression has at most {LONGEST} characters"),
    ],
)
def test_what_is_refused_when_it_is_read(expression, message):
    if message is None:
        names_of(expression)  # a look into a text with a text is no name: it fails when it is computed
        with pytest.raises(ExpressionError, match="cannot be computed"):
            compute(expression, KNOWN)
        return
    with pytest.raises(ExpressionError) as refused:
        names_of(expression)
    assert refused.value.message.startswith(message)


@pytest.mark.parametrize(
    "expression",
    [
        "word > 3",
        "n / 0",
        "word * 9",
        "9 * word",
        "'%99999999d' % n",
        "word | number",
        "word | replace('', 'x')",
        "word[99]",
        "word[n:'x']",
        "nobody + 1",
        "n | join(1, 2, 3)",
        "yes | round('x')",
    ],
)
def test_what_cannot_be_computed_says_so(expression):
    with pytest.raises(ExpressionError):
        compute(expression, KNOWN)


@pytest.mark.parametrize(
    "expression",
    [
        "'x' * 999999999",
        "'%999999999d' % 1",
        "long | replace('x', long)",
        "long ~ long",
        "not " * 70 + "yes",
        "- " * 140 + "n",
        "n" + " if n else n" * 20,
        "'" + "x" * 280 + "' | replace('x', long) | replace('x', long)",
        "9999999 * 9999999" + " * 9999999" * 20,
        "[" * 20 + "n" + "]" * 20,
        "n" + "|abs" * 70,
        "n[n" * 20 + "]" * 20,
    ],
)
def test_none_takes_much_time_or_memory(expression):
    """What it takes is bounded by what may be written: here it either is a short text or an error."""
    with suppress(ExpressionError):
        assert len(compute(expression, KNOWN | {"long": "x" * 9000})) <= 10_000


# in flows


def test_expressions_stand_wherever_a_text_has_variables(world, flow_of):
    world.flow = flow_of(
        "  - set: {name: n, value: '${2 + config.wait}'}\n"
        "  - when: ${n == 7 and target == '@demo'}\n"
        "    then:\n"
        "      - tap: {text: \"${('fol' ~ 'LOW') | title}\", timeout: '${n * 2}s'}\n"
        "  - swipe: {direction: up, times: '${n - 5}'}\n"
        "  - when: {any: ['${n > 9}', {expr: '${n < 3}'}]}\n"
        "    else:\n"
        "      - finish: \"${'seven' if n == 7 else 'other'} of ${n}\"\n"
    )
    world.phone.show = lambda: ["Follow"]
    assert world.run().message == "seven of 7"
    assert len(world.phone.done("swipe")) == 2


def test_an_expression_that_cannot_be_computed_fails_the_step_and_says_why(world, flow_of):
    world.flow = flow_of("  - set: {name: n, value: '${caption + 1}'}\n")
    outcome = world.run()
    assert outcome.outcome is AttemptOutcome.FAILED
    assert "`+` is for numbers, and 'Hi' + '1' is none" in outcome.message
    world.rows.clear()
    world.flow = flow_of("  - swipe: {direction: up, times: '${caption > 1}'}\n")
    assert "cannot be computed" in world.run().message


@pytest.mark.parametrize("condition", ["${config.wait}", "${caption}"])
def test_a_condition_that_is_neither_true_nor_false_fails(world, flow_of, condition):
    world.flow = flow_of(f"  - when: {condition}\n    then:\n      - finish: so\n")
    assert "neither true nor false" in world.run().message


def test_a_condition_with_an_unread_value_is_not_true(world, flow_of):
    world.flow = flow_of(
        "  - remember: {name: seen, unknown: true}\n"
        "  - when: \"${seen != 'x'}\"\n    then:\n      - finish: so\n"
        "  - finish: \"not so: ${seen ~ '!'}\"\n"
    )
    assert world.run().message == "not so: (not read)!"


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("finish: '${m + 1}'", "5:13: unknown variable 'm' [unknown-variable]"),
        ("finish: '${config.way | upper}'", "5:13: unknown variable 'config.way' [unknown-variable]"),
        ("finish: '${1 +}'", "5:13: this is no expression"),
        ("finish: '${user.strip()}'", "5:13: an expression calls nothing [bad-expression]"),
        ("finish: '${user|shout}'", "5:13: there is no filter 'shout' [bad-expression]"),
        ("when: 'if ${user} then'", "5:11: a condition in words is one expression"),
        ("when: {expr: user}", "5:18: a condition in words is one expression"),
        ("when: {expr: '${user}', gone: name}", "5:11: a condition says exactly one of"),
        ("swipe: {direction: up, times: '${m + 1}'}", "5:35: unknown variable 'm'"),
    ],
)
def test_a_mistake_in_an_expression_is_told_with_its_place(step, expected, problems):
    (problem,) = problems(f"steps:\n  - {step}\n")
    assert problem.startswith(expected)


def test_a_key_with_a_hyphen_is_a_name_and_no_difference(profile):
    text = "version: 1\nname: f\napp: small\nsteps:\n  - finish: '${config.my-key} ${ user }'\n"
    _, problems = read_flow(text, "f.yaml", {"my-key": {}}, ACTIONS, lambda app: profile)
    assert problems == []
    assert fill("${config.my-key} ${ user }", {"config.my-key": "x", "user": "y"}) == "x y"
