"""Plans as Markdown: what a pull request shows, and nothing that campaigns say can be markup."""

import re
import sys
from pathlib import Path

from runner.campaign.resolve import ResolvedCampaign

sys.path.append(str(Path(__file__).parents[1] / "planning"))

from resolved_campaigns import day, greet, publish, resolved

from runner.planning.difference import differences
from runner.planning.notes import Note
from runner.planning.plan import plan
from runner.reports import plan_markdown

DAY = day("2026-11-22T00:00")


def rendered(*campaigns: ResolvedCampaign, notes: tuple[Note, ...] = ()) -> list[str]:
    return list(plan_markdown.render(plan(list(campaigns), DAY), notes))


def changed(before: ResolvedCampaign, after: ResolvedCampaign) -> list[str]:
    plans = plan([before], DAY), plan([after], DAY)
    return list(plan_markdown.render_differences(*plans, list(differences(*plans)), "main"))


def test_a_row_for_each_entry_and_instant() -> None:
    lines = rendered(resolved(greet("09:00")), notes=(Note("held-back", "1 task waits", "demo", "greet"),))

    assert lines == [
        "### 4 tasks from 2026-11-22 00:00Z to 2026-11-23 00:00Z",
        "",
        "- `demo: Europe/Stockholm, backend device, commit f40866b`",
        "",
        "| day | time | entry | script | targets, files and texts | devices |",
        "| --- | --- | --- | --- | --- | --- |",
        "| Sun 2026-11-22 | 09:00 | `greet` | `follow` | `@north`, `@south` | `R58M123ABC`, `R58M456DEF` |",
        "",
        "**Note**",
        "",
        "- `demo/greet`: `1 task waits`",
    ]


def test_what_changed_stands_with_the_values_before_and_after() -> None:
    before = resolved(publish("09:30"))
    after = resolved(publish("10:15").replace("[a.mp4]", "[a.mp4], captions: '{New|Old} drop'"))

    assert changed(before, after) == [
        "### Plan: 2 moved",
        "",
        "since `main`, from 2026-11-22 00:00Z to 2026-11-23 00:00Z",
        "",
        "#### `demo/publish`: 2 moved",
        "",
        "| | when | where |",
        "| --- | --- | --- |",
        "| moved | Sun 2026-11-22 09:30 -> 10:15 | `R58M123ABC, R58M456DEF` |",
        "",
        "| setting | before | now |",
        "| --- | --- | --- |",
        '| `captions` | `""` | `"{New\\|Old} drop"` |',
    ]
    assert changed(before, before)[0] == "### Plan: no changes"


def test_thirty_devices_are_one_line() -> None:
    devices = tuple(f"R58M{number:06}" for number in range(30))
    lines = changed(resolved(publish("09:30", devices=devices)), resolved(publish("10:15", devices=devices)))

    assert lines[0] == "### Plan: 30 moved"
    assert "| moved | Sun 2026-11-22 09:30 -> 10:15 | `30 devices` |" in lines


def test_what_campaigns_say_is_no_markup_and_mentions_nobody() -> None:
    caption = "@octocat <img src=x> | [link](javascript:1) ``` `x`"
    text = f"{caption!r}"
    before = resolved(publish("09:00", devices=("A|1",)))
    after = resolved(publish("09:00", devices=("A|1",)).replace("[a.mp4]", f"[a.mp4], captions: {text}"))

    for line in changed(before, after) + rendered(after):
        bare = re.sub(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", "", line)  # without its code spans
        assert not re.search(r"[@<\[]|(?<!\\)\|\d", bare), line


def test_a_comment_is_never_longer_than_github_takes() -> None:
    users = tuple(f"@{'user' * 14}{number}" for number in range(40))
    devices = tuple(f"R58M{number:06}" for number in range(40))
    every_minute = publish("09:00").replace("['09:00']", "{every: 1m, between: '00:00-24:00'}")

    shown = rendered(resolved(greet("02:00", devices=devices, users=users)), resolved(every_minute))
    assert any("rows more: `runner plan` shows them all" in line for line in shown)
    assert any(f"`{users[4]}` and 35 more" in line for line in shown)

    many = greet("02:00", users=users).replace("['02:00']", "{every: 5m, between: '00:00-24:00'}")
    lines, differing = rendered(resolved(many)), changed(resolved(publish("09:00")), resolved(many))
    assert lines[-1] == "... and more than fits here: `runner plan` shows it all"
    assert max(len("\n".join(lines)), len("\n".join(differing))) < 65_536
