"""The report: what `pivot diff` says of two editions and of perturbed evidence, in each of its four forms."""

from __future__ import annotations

import io
import json
import random
import re
from collections import defaultdict
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

import jsonschema
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from msgspec import structs
from playwright.sync_api import Browser
from rich.console import Console

from pivot.claims.ledger import Ledger
from pivot.errors import ReportError
from pivot.prose.book import Book
from pivot.prose.findings import Problems
from pivot.prose.variables import guards
from pivot.publish.embedded.expand import expand
from pivot.publish.render import Inputs
from pivot.records import convert
from pivot.revisions import numbers, pages, text
from pivot.revisions.causes import shapley_shares
from pivot.revisions.difference import Difference
from pivot.revisions.numbers import LEVELS
from pivot.revisions.report import Report, compare, difference
from pivot.revisions.rows import rows
from pivot.revisions.sides import Side
from pivot.revisions.states import State
from pivot.schemas import SCHEMAS
from tests.conftest import AS_READ, ROOT, ledger_of
from tests.unit.revisions import CLOSES, NEWEST_DAY, copy, edit, evaluated, rehash, shipped, side

LUXOR = "data-snapshots/hashprice-published/2026-11-22.csv"
SCHEMA = json.loads(SCHEMAS["report.schema.json"]())


def spring_to_summer() -> Report:
    return shipped("2026-05-08", "2026-06-30")


def printed(report: Report, width: int = 90, *, colour: bool = False) -> str:
    out = io.StringIO()
    text.render(
        report,
        Console(file=out, width=width, force_terminal=colour, color_system="standard" if colour else None),
    )
    return out.getvalue()


def between(old: Side, new: Side) -> Report:
    return compare(old, new, rows(old, new))


@cache
def base() -> Side:
    return evaluated(copy(Path(mkdtemp(prefix="pivot-base-"))))


def state(side: Side) -> State:
    assert side.state
    return side.state


# What a fact-checker opens it for


@pytest.mark.parametrize("width", [80, 100])
def test_the_first_screen_tells_the_rank_the_row_and_the_sentence(width: int) -> None:
    lines = printed(spring_to_summer(), width).splitlines()
    flat, whole = (" ".join(" ".join(part).split()) for part in (lines[:40], lines))
    assert "difficulty-drop-rank-year: second-largest → third-largest" in flat
    assert "epochs 953568 added (block 953,568: difficulty −10.09%)" in flat
    assert "it is the [-second-largest-] among the" in flat
    assert "it is the {+third-largest+} among the" in flat
    assert "is [-24 February-] 2026, at [-$28.04-]" in whole
    assert "is {+30 June+} 2026, at {+$27.73+}" in whole


def test_no_line_of_the_terminal_is_too_long_or_ends_in_blanks() -> None:
    lines = printed(spring_to_summer(), 80).splitlines()
    assert len(lines) > 200
    assert max(map(len, lines)) <= 80
    assert [line for line in lines if line != line.rstrip()] == []


def test_colour_marks_words_without_brackets() -> None:
    said = printed(spring_to_summer(), colour=True)
    assert "\x1b[32mthird-largest\x1b[0m" in said
    assert "{+" not in said


def test_claims_that_did_not_move_are_counted() -> None:
    report = spring_to_summer()
    assert report.unmoved + len(report.numbers) == 58
    assert len(report.numbers) > 10
    levels = [LEVELS.index(number.level) for number in report.numbers]
    assert levels == sorted(levels)


def test_every_form_counts_alike_and_says_generated_tables_last() -> None:
    report = spring_to_summer()
    moved, behind, total = len(report.at("reading")), len(report.behind), len(report.numbers)
    line = report.verdict_line()
    shown = sum(one.shown for one in report.at("reading"))
    flips = sum(one.verdict_changed for one in report.numbers)
    assert not any(one.also for one in report.numbers), "no cited text was corrected"
    assert line.startswith(
        f"{moved} claims moved ({shown} show another number, {flips} have another verdict), "
    )
    assert line.endswith(f"; {len(report.tables)} rows of generated tables")
    levels = [len(report.at(level)) for level in LEVELS[1:]]
    assert sum(int(count) for count in re.findall(r"(\d+)(?: claims differ)? only in", line)) == behind
    assert (moved + behind, behind) == (total, sum(levels))
    screen, comment, page = printed(report, 200), pages.markdown(report), pages.page(report)
    for form in (screen, comment, page):
        assert line in form.replace("\n", " ")
        assert f"{total} of 58 claims differ" in form
    for form in (screen, comment):
        heads = [f"claims that moved ({moved})", f"claims that differ only behind the number ({behind})"]
        heads.append(f"rows of generated tables ({len(report.tables)})")
        places = [form.lower().index(head) for head in heads]
        assert places == sorted(places)
        assert all(form.rindex(number.id) > 0 for number in report.numbers)
    counts = dict(re.findall(r'<a href="#(\w+)">[^<(]* \((\d+)\)</a>', page))
    assert counts | {"claims": str(moved), "behind": str(behind)} == counts
    assert list(counts)[-1] == "tables"
    one = replace(report, numbers=report.numbers[:1])
    assert one.of_all() == f"1 of {1 + report.unmoved} claims differs"


def test_a_movement_that_is_a_number_and_no_more_needs_no_words() -> None:
    report = spring_to_summer()
    alone = tuple(one for one in report.at("reading") if one.shown and not one.verdict_changed)
    assert replace(report, numbers=alone).verdict_line().startswith(f"{len(alone)} claims moved, ")
    came = replace(report, numbers=(*alone, replace(alone[0], old=None)))
    assert "show another number, 1 is new), " in came.verdict_line()


def test_the_heading_names_the_days_and_else_what_was_asked() -> None:
    report = spring_to_summer()
    assert report.title() == "What changed from 8\xa0May 2026 to 30\xa0June 2026"
    assert f"<h1>{report.title()}</h1>" in pages.page(report)
    branches = [replace(report.old, kind="revision", label=name) for name in ("main", "HEAD")]
    assert replace(report, old=branches[0], new=branches[1]).title() == "What changed from main to HEAD"
    assert "as of 2026-05-08 to" in replace(report, old=branches[0], new=branches[0]).title()


def test_an_account_says_nothing_of_what_did_not_move_nor_of_the_middle_of_a_range() -> None:
    report = spring_to_summer()
    same = next(one for one in report.behind if one.id == "consecutive-cut-threshold")
    assert [what for what, *_ in pages._readings(same)] == ["single cuts over the threshold this year"]
    was = ledger_of(AS_READ)["hashrate-q1-decline"]
    assert was.ours
    assert was.ours.low is not None
    now = structs.replace(was, ours=structs.replace(was.ours, low=was.ours.low + 1, exact="4.5% to 8.4%"))
    assert numbers._distance(was, now) == (None, None)
    ranged = replace(same, old=numbers._state(was), new=numbers._state(now), absolute=None, relative=None)
    assert ("unrounded", was.exact, "4.5% to 8.4%") in pages._readings(ranged)
    assert "(\N{MINUS SIGN}15.25%)" in pages.page(report)
    assert "(-15.25%)" not in pages.page(report) + printed(report)


def test_tables_have_names_and_every_heading_of_them_says_something() -> None:
    said = pages.page(spring_to_summer())
    assert len(re.findall("<th[ >]", said)) > 100
    assert not re.search(r"<th[^>]*>\s*</th>", said)
    labels = re.findall(r'role="group" aria-label="([^"]*)"', said)
    assert len(set(labels)) == len(labels) > 10
    assert all(re.match(r"\w", label) for label in labels)
    assert not re.search(r"<span[^>]*aria-label", said)
    assert len(re.findall('<tr><th scope="row">', said)) > 100


def test_on_the_site_places_and_claims_are_links_into_the_editions() -> None:
    gone = "chapters/limits.html"
    ways = pages.Ways(
        lambda path: f"../editions/a/{path}",
        lambda path: "" if path.startswith(gone) else f"../editions/b/{path}",
        lambda path: f"The page {path}",
        lambda path: f"<img alt='{path} before'>",
        lambda path: f"<img alt='{path} after'>",
    )
    said = pages.body(spring_to_summer(), ways)
    assert gone in said
    assert f'b/{gone}"' not in said
    assert (
        '<a href="../editions/b/chapters/overview.html#sec-rank">Section\xa01.2, How rare such a cut is</a>'
        in said
    )
    assert '<a href="../editions/a/claims/difficulty-drop-rank-year.html">before</a>' in said
    assert '<a href="../editions/b/claims/difficulty-drop-rank-year.html">after</a>' in said
    for when in ("before", "after"):
        assert f"<figure><img alt='chapters/overview.html#fig-retargets {when}'>" in said
    assert "because of new rows of epochs: block 953,568: difficulty −10.09%" in said
    assert "<h1" not in said
    assert "<style" not in said
    assert ".qmd" not in said
    assert "roposed kind" not in said


def test_what_only_says_the_new_day_is_no_finding() -> None:
    report = spring_to_summer()
    assert len(report.dated) > 5
    assert all(re.search("30\\sJune|2026-06-30", sentence.after) for sentence in report.dated)


def test_the_charts_that_show_other_data_are_named_with_their_labels() -> None:
    charts = {chart.name: chart for chart in spring_to_summer().charts}
    assert "retargets" in charts
    assert charts["retargets"].address == "chapters/overview.html#fig-retargets"
    assert "third-largest" in charts["retargets"].labels[0][1]


def test_a_day_against_itself() -> None:
    report = shipped("2026-05-08", "2026-05-08")
    assert (report.exit_code, report.verdict_line()) == (0, "Nothing that a reader sees moved")
    assert (report.sentences, report.numbers, report.charts, report.changed) == ((), (), (), ())


# Perturbed evidence, against a full rebuild of both sides


def reading(side: Side) -> dict[tuple[str, int], list[str]]:
    """Every line of every chapter as the site's own renderer fills it in, and its guards, by place."""
    built = state(side)
    inputs = Inputs(built.texts, {}, Path(), side.root / "_generated")
    inputs.generated.mkdir()
    for name, block in built.blocks.items():
        (inputs.generated / f"{name}.md").write_text(block, "utf-8")
    book = Book.load(side.root)
    lines: dict[tuple[str, int], list[str]] = defaultdict(list)
    for chapter in book.chapters:
        expanded = expand(book, chapter, inputs, Problems())
        for place, line in zip(expanded.origins, expanded.text.split("\n"), strict=False):
            filled = re.sub("⟦v:([^⟧]*)⟧", lambda hole: built.texts[hole[1]], line)
            made = re.sub(r"`data-snapshots/[^`]*`|`[0-9a-f]{12}(?:[0-9a-f]{52})?`|[\d,]+ bytes", "", filled)
            file = place[0] if place[0].startswith("generated") else chapter.source
            lines[file, place[1]].append(made)
    holds = guards(built.ledger)
    for chapter in book.chapters:
        for number, line in enumerate(chapter.text.splitlines(), chapter.first_line):
            named = " ".join(re.findall(r"<!-- holds: ([\w\s,-]+) -->", line))
            lines[chapter.source, number] += [str(holds[id_]) for id_ in re.findall(r"[\w-]+", named)]
    assert len(lines) > 500
    return lines


def account(ledger: Ledger) -> dict[str, object]:
    """What a ledger says of each claim, but for the places it comes from."""
    said = json.loads(ledger.to_json({}))["claims"]
    return {
        id_: {k: v for k, v in entry.items() if k not in ("inputs", "code")} for id_, entry in said.items()
    }


@cache
def base_reading() -> dict[tuple[str, int], list[str]]:
    return reading(base())


NEWEST_FILES = [max(folder.glob("*.csv")) for folder in sorted((ROOT / "data-snapshots").glob("*/"))]
COLUMNS = [
    (file.relative_to(ROOT).as_posix(), column)
    for file in NEWEST_FILES
    for column in range(len(file.read_text("utf-8").partition("\n")[0].split(",")))
]
FACTORS = (0.6, 0.9, 1.2, 1.3)


def perturb(file: Path, column: int, factor: float, places: list[float]) -> None:
    """Multiply a few cells of a snapshot, or put a word behind them; a number that is both ends stays so."""
    rows = pd.read_csv(file, dtype=str, keep_default_na=False)
    for row in (int(place * (len(rows) - 1)) for place in places):
        cell = rows.iloc[row, column]
        try:
            rows.iloc[row, column] = f"{float(cell) * factor:.8f}"
        except ValueError:
            rows.iloc[row, column] = f"{cell} indeed".strip()
        if {"relation", "low"} <= {*rows.columns} and rows.loc[row, "relation"] == "=":
            rows.loc[row, "high"] = rows.loc[row, "low"]
    rows.to_csv(file, index=False, lineterminator="\n")


def agreed(what: tuple[str, int, float], places: list[float]) -> int:
    """Hold the report on perturbed evidence against a rebuild of both sides; how many lines differ."""
    name, column, factor = what
    with TemporaryDirectory() as folder:
        root = copy(Path(folder))
        perturb(root / name, column, factor, places)
        rehash(root, name)
        try:
            new = evaluated(root)
        except ReportError:  # a contract that is broken, or a claim that has no value
            assert difference(base(), side(root)).verdict_line().startswith("Could not be decided: ")
            return 0
        report = between(base(), new)
        old_lines, new_lines = base_reading(), reading(new)
    before, after = account(state(base()).ledger), account(state(new).ledger)
    assert {number.id for number in report.numbers} == {id_ for id_ in after if before[id_] != after[id_]}
    differ = {place for place in new_lines if old_lines.get(place) != new_lines[place]}
    prose = {place for place in differ if not place[0].startswith("generated")}
    blocks = {place[0].removeprefix("generated:").removesuffix(".md") for place in differ - prose}
    assert {(one.file, one.line) for one in report.sentences if not one.block} == prose
    assert {one.block for one in report.sentences if one.block} == blocks
    assert report.exit_code == bool(differ or report.charts)
    return len(prose)


PLACES = st.lists(st.floats(0, 1), min_size=1, max_size=3)


@settings(max_examples=8, deadline=None, derandomize=True, phases=[Phase.generate])
@given(st.sampled_from(COLUMNS), st.sampled_from(FACTORS), PLACES)
def test_moved_claims_and_sentences_are_those_of_a_full_rebuild(
    column: tuple[str, int], factor: float, places: list[float]
) -> None:
    agreed((*column, factor), places)


@pytest.mark.many
@pytest.mark.parametrize("column", COLUMNS, ids=str)
def test_each_column_once(column: tuple[str, int]) -> None:
    """A column takes 1.5 s of one core; of the small report there are a thousand cheaper cases."""
    dice = random.Random(str(column))  # noqa: S311 -- drawn again alike at every run
    agreed((*column, dice.choice(FACTORS)), [dice.random() for _ in range(2)])


def test_the_newest_close_moves_many_sentences_and_all_are_named() -> None:
    closes = pd.read_csv(ROOT / CLOSES)
    place = closes.index[closes["date"] == NEWEST_DAY][0] / (len(closes) - 1)
    assert agreed((CLOSES, 1, 0.9), [place + 1e-9]) > 5


def test_a_guard_that_breaks_is_said_first(tmp_path: Path) -> None:
    root = copy(tmp_path)
    edit(root, LUXOR, lambda said: said.replace(",34.21,34.21,", ",20.5,20.5,"))
    report = between(base(), evaluated(root))
    assert [sentence.wrong for sentence in report.sentences[:1]] == [("hashprice-low",)]
    assert report.numbers[0].id == "hashprice-low"
    assert report.numbers[0].guard == "broke"
    assert report.numbers[0].kind == "correction"
    assert [(row.data_set, row.change) for row in report.numbers[0].tipped] == [
        ("hashprice_points", "revised")
    ]
    assert re.match(
        r"1 claim moved \(1 has another verdict, 1 guard turned\), \d sentences? reads? wrong, ",
        report.verdict_line(),
    )
    screen = printed(report).split("CLAIMS THAT MOVED")[0]
    assert "READS WRONG NOW" in screen
    assert "because broken: it needs that the lowest daily hash price is below $20.50" in " ".join(
        screen.split()
    )
    mended = between(evaluated(root), base())
    assert mended.numbers[0].guard == "mended"
    assert {sentence.mended for sentence in mended.sentences if sentence.mended} == {("hashprice-low",)}


def test_words_that_stay_may_read_wrong(tmp_path: Path) -> None:
    said = "\n\nWords that rest on it.<!-- holds: hashprice-low -->\n"

    def resting(side: Side) -> Side:
        prose = state(side).prose
        first, *others = prose.chapters
        prose = replace(prose, chapters=(replace(first, text=first.text + said), *others))
        return replace(side, state=replace(state(side), prose=prose))

    root = copy(tmp_path)
    edit(root, LUXOR, lambda said: said.replace(",34.21,34.21,", ",20.5,20.5,"))
    report = between(resting(base()), resting(evaluated(root)))
    one = next(one for one in report.wrong if one.file == "index.qmd")
    assert (one.before, one.after, one.edited) == ("Words that rest on it.", "Words that rest on it.", False)
    assert "= Words that rest on it." in printed(report)
    assert "Words that rest on it." in pages.markdown(report)


def test_hidden_digits_are_no_reading(tmp_path: Path) -> None:
    root = copy(tmp_path)
    edit(root, CLOSES, lambda said: said.replace("2026-08-21,78456.69", "2026-08-21,78456.70"))
    report = between(base(), evaluated(root))
    levels = {number.id: number.level for number in report.numbers}
    assert levels["hashprice-range"] == "hidden"
    assert "reading" not in levels.values()
    assert "1 row revised, restated although append-only" in printed(report)


# Four forms of one object


def test_json_has_everything_and_keeps_its_schema() -> None:
    said = json.loads(pages.to_json(spring_to_summer()))
    jsonschema.validate(said, SCHEMA)
    assert convert(said, Difference, "a difference", "JSON").unmoved == said["unmoved"]
    rows = {diff["name"]: diff for diff in said["rows"]}
    assert len(rows["prices"]["added"]) == 53
    assert rows["epochs"]["added"][2] == {
        **rows["epochs"]["added"][2],
        "height": 953568,
        "bits": "170240c3",
        "timestamp": "2026-06-14T00:17:19Z",
    }
    rank = next(number for number in said["numbers"] if number["id"] == "difficulty-drop-rank-year")
    assert rank["tipped"][0]["key"] == "953568"
    assert said["exit_code"] == 1


def huge() -> Report:
    """More of everything than any comment holds, in texts that try to break out of it."""
    report = spring_to_summer()
    nasty = "`</details>` @everyone #1 <script>alert(1)</script> | $x$ ```\n" * 40
    sentence = replace(
        report.prose[0],
        before=nasty,
        after=nasty[1:],
        words=(("del", nasty), ("same", nasty), ("ins", nasty)),
    )
    number = replace(report.numbers[0], old=None, statement=nasty)
    rows = pd.DataFrame({"series": [nasty] * 1_000}, index=pd.RangeIndex(1_000, name="height"))
    diffs = tuple(replace(diff, added=rows, removed=rows) for diff in report.rows)
    return replace(
        report,
        sentences=(replace(sentence, wrong=("hashprice-low",)), *[sentence] * 500),
        numbers=(number,) * 500,
        rows=diffs,
        notes=(nasty,) * 50,
    )


@pytest.mark.parametrize("make", [spring_to_summer, huge])
def test_markdown_fits_into_a_comment(make: object) -> None:
    said = pages.markdown(make())  # type: ignore[operator]
    assert 1_000 < len(said.encode()) <= pages.COMMENT_BYTES
    assert said.count("<details>") == said.count("</details>") > 0
    assert "<script" not in said
    assert not re.search(r"(?<![\w`])@\w", said)
    assert not re.search(r"(?<!&)#\d", said)
    assert "$" not in said


def test_markdown_of_an_undecided_report_is_short_too() -> None:
    report = Report(*(spring_to_summer().old,) * 2, (), (), 0, (), (), undecided="x" * 200_000)
    assert len(pages.markdown(report)) < 5_000


@pytest.mark.parametrize("make", [spring_to_summer, huge])
def test_html_needs_nothing_from_anywhere(make: object) -> None:
    said = pages.page(make())  # type: ignore[operator]
    assert said.startswith("<!DOCTYPE html>")
    assert not re.search(
        r"""(?:src|srcset|href|action)=["'](?!#|data:)|url\(|@import|<link(?! rel="icon")|<script""", said
    )
    ids = re.findall(r'\bid="([^"]+)"', said)
    assert set(re.findall(r'href="#([^"]+)"', said)) <= set(ids)


def test_html_has_an_anchor_for_each_claim_that_moved() -> None:
    report = spring_to_summer()
    ids = re.findall(r'\bid="([^"]+)"', pages.page(report))
    assert len(ids) == len(set(ids))
    assert {f"claim-{number.id}" for number in report.numbers} <= set(ids)


@pytest.mark.browser
def test_html_is_read_by_keyboard_and_on_paper(tmp_path: Path, browser: Browser) -> None:
    file = tmp_path / "report.html"
    file.write_text(pages.page(spring_to_summer()), "utf-8")
    page = browser.new_page(viewport={"width": 320, "height": 800}, color_scheme="dark")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(13, 17, 23)"
    rows = page.locator("#rows-epochs")
    rows.locator("summary").focus()
    assert rows.get_attribute("open") is None
    page.keyboard.press("Enter")
    assert rows.get_attribute("open") is not None
    page.keyboard.press("Enter")
    page.emulate_media(media="print")
    assert page.locator("#rows-prices li, #rows-prices td").first.is_visible()
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    page.close()


# Shares


VALUES = st.lists(st.integers(-1000, 1000), min_size=4, max_size=4).filter(lambda found: found[0] != found[3])


@given(VALUES)
def test_shares_are_bounded_and_who_did_nothing_has_none(values: list[int]) -> None:
    parts = shapley_shares(lambda taken: values[("data" in taken) + 2 * ("code" in taken)])
    assert sum(map(abs, parts.values())) == pytest.approx(1, abs=1e-5)
    assert sum(parts.values()) > 0
    assert parts["prose"] == 0
    if values[0] == values[1] and values[2] == values[3]:
        assert (parts["data"], parts["code"]) == (0, 1)


def test_shares_that_cancel_each_other_say_so() -> None:
    parts = shapley_shares(lambda taken: 1000 * ("data" in taken) - 999 * ("code" in taken))
    assert text.shares(parts) == "data 50%, code \N{MINUS SIGN}50%, which cancel each other"
    assert text.shares({"data": 0.75, "code": 0.25, "prose": 0}) == "data 75%, code 25%"
