"""Bytes of any kind, and sound campaigns with something cut out, put in or moved: never a traceback."""

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from runner.campaign.flow_file import read_flow_file
from runner.campaign.loader import Loaded, load_text
from runner.campaign.resolve import resolve_campaign
from runner.scripts import SCRIPTS

CAMPAIGNS = Path(__file__).parents[2] / "campaigns"
SOUND = [path.read_text(encoding="utf-8") for path in sorted((CAMPAIGNS / "ok").glob("*.yaml"))]
FLOWS = [
    path.read_text(encoding="utf-8")
    for path in sorted((Path(__file__).parents[3] / "runner" / "flows" / "library").glob("*/*.yaml"))
]
MORSELS = st.sampled_from(
    [
        *(
            ":",
            ": ",
            " ",
            "\n",
            "\n  ",
            "\t",
            "-",
            "- ",
            "?",
            ",",
            "[",
            "]",
            "{",
            "}",
            "&a ",
            "*a",
            "!",
            "!!int ",
        ),
        *(
            "#",
            "|",
            ">",
            "'",
            '"',
            "%",
            "@",
            "`",
            "\\",
            "---\n",
            "...\n",
            "<<: ",
            "~",
            "null",
            "true",
            "1e9",
            "0",
        ),
        *(
            "0777",
            "0x",
            ".inf",
            ".nan",
            "12:30:45",
            "09:00",
            "2026-02-30",
            "${env:A}",
            "\ufeff",
            "\x85",
            "\u2028",
        ),
        *("config", "script", "at", "every", "cron", "\r", "\r\n", "é", "🎉", "\x07", "90s", "mon"),
    ]
)


def use(loaded: Loaded) -> None:
    """All that is done with a file that was read: spans of diagnostics exist, sound names resolve."""
    lines = loaded.document.text.count("\n") + loaded.document.text.count("\r") + 1
    assert all(1 <= problem.span.line <= problem.span.end_line <= lines for problem in loaded.diagnostics)
    data = loaded.document.data
    if not loaded.has_errors and _names_are_known(data):
        assert [entry.name for entry in resolve_campaign(loaded).entries] == list(data["scripts"])


def _names_are_known(data: object) -> bool:
    assert isinstance(data, dict)
    return all(
        entry["script"] in SCRIPTS
        and (not isinstance(entry.get("config"), str) or entry["config"] in data.get("configs", {}))
        for entry in data["scripts"].values()
    )


@st.composite
def mutated(draw: st.DrawFn, sound: list[str]) -> str:
    """A file with a few cuts, insertions and moves."""
    text = draw(st.sampled_from(sound))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 12)))
        piece = draw(MORSELS | st.text(max_size=2) | st.just(text[start:end]))
        text = text[:start] + piece + text[draw(st.sampled_from([start, end])) :]
    return text


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60) | st.lists(MORSELS, max_size=30).map("".join).map(str.encode))
def test_any_bytes(raw: bytes) -> None:
    use(load_text(raw, "x.yaml"))
    read_flow_file(raw, "flows/x.yaml")


@settings(max_examples=300, deadline=None)
@given(mutated(SOUND))
def test_campaigns_with_a_slip(text: str) -> None:
    use(load_text(text, "x.yaml"))


@settings(max_examples=200, deadline=None)
@given(mutated(FLOWS))
def test_flows_with_a_slip(text: str) -> None:
    file = read_flow_file(
        text.replace("name: post", "name: own").replace("name: follow", "name: own"), "own.yaml"
    )
    assert (file.script is None) == bool(file.diagnostics)
