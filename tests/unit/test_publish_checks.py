"""`pivot check`: the real report passes, and whatever is typed, broken or lost in it does not."""

from __future__ import annotations

import ast
import datetime as dt
import json
import math
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest
from msgspec.structs import replace

from analysis.measures import difficulty
from analysis.report import ARTICLE
from pivot.blocks import generated
from pivot.charts import draw as charts
from pivot.charts.draw import Chart
from pivot.claims.ledger import Ledger
from pivot.names import CACHE
from pivot.prose.book import Book
from pivot.prose.comparisons import comparisons, typed_comparisons
from pivot.prose.numerals import numerals, typed_numerals
from pivot.prose.scan import Line, lines
from pivot.prose.variables import guards, variables
from pivot.publish import checks
from tests.conftest import AS_READ, DAYS, NEWEST, ROOT, ledger_of, vintage_of
from tests.regression.edited import SHIPPED
from tests.unit.revisions import git
from tests.unit.test_cli import place, rehash, repository, run

__all__ = ["place", "repository"]

BODY = [chapter.source for chapter in Book.load(ROOT).chapters]
VAR = re.compile(r"\{\{<\s*var\s+(\S+)\s*>\}\}")


def shown(day: dt.date) -> Mapping[str, str]:
    return variables(ledger_of(day), vintage_of(day), len(ARTICLE.drawings), ARTICLE.title)


def read(text: str) -> list[Line]:
    return list(lines("a.qmd", text))


def what(check: checks.Check) -> list[str]:
    return [found.what for found in check.findings]


def test_the_report_passes_every_check_and_each_saw_something() -> None:
    found = checks.check(ROOT)
    assert [one.name for one in found] == list(ARTICLE.floors)
    assert [str(finding) for one in found for finding in one.findings] == []
    assert all(count > 0 for one in found for count in one.seen.values())


@pytest.mark.parametrize("name", BODY)
def test_typing_any_value_of_a_chapter_is_found_on_its_line(name: str) -> None:
    """Each `var` in turn gives way to the words it shows, at each edition."""
    text = (ROOT / name).read_text("utf-8")
    rows = text.split("\n")
    missed = []
    for day in DAYS:
        texts = shown(day)
        for found in VAR.finditer(text):
            said = texts[found[1]]
            number = text.count("\n", 0, found.start()) + 1
            is_number = any(numerals(said))
            is_comparison = any(comparisons(line) for line in read(f"{said} the {{{{< var claim.x >}}}}"))
            is_free = found[1].startswith("cited.") or "holds:" in rows[number - 1]
            if not is_number and (is_free or not is_comparison):
                continue  # a name, a verdict, the article's own words, or words that a guard protects
            changed = text[: found.start()] + said + text[found.end() :]
            line = [line for line in lines(name, changed) if line.number == number]
            findings = [*typed_numerals(line, {})[1], *typed_comparisons(line, guards(ledger_of(day)))[1]]
            if not any("is typed" in finding.what for finding in findings):
                missed.append((day, number, found[1], said))
    assert missed == []


def test_the_chapters_have_enough_values_to_try() -> None:
    texts = shown(NEWEST)
    values = [name for chapter in BODY for name in VAR.findall((ROOT / chapter).read_text("utf-8"))]
    assert sum(any(numerals(texts[name])) for name in values) > 250


def test_check_fails_with_file_and_line_and_tells_what_to_do(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chapter = repository / "chapters/overview.qmd"
    text = chapter.read_text("utf-8")
    rank = "{{< var claim.difficulty-drop-rank-year >}}"
    number = text.count("\n", 0, text.index(rank)) + 1
    chapter.write_text(text.replace(rank, "second-largest", 1) + "\nIt took 33 days.\n", "utf-8")
    assert run("--root", repository, "check") == 1
    out = capsys.readouterr().out
    assert re.search(
        rf'^chapters/overview\.qmd:{number}:\d+: numeral "second-largest" is typed$', out, re.MULTILINE
    )
    assert f'chapters/overview.qmd:{text.count(chr(10)) + 2}:9: numeral "33" is typed' in out
    assert f"{SHIPPED.verify()['snapshots']} snapshots" in out
    assert re.search(r"^numerals +\d found +[\d,]+ lines, ", out, re.MULTILINE)


def test_a_guard_that_evidence_breaks_fails_the_check_at_its_sentences(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = SHIPPED.snapshots("article")[-1].path
    cited = (repository / name).read_text("utf-8").replace("4652000000,4652000000", "4052000000,4052000000")
    (repository / name).write_text(cited, "utf-8")
    rehash(repository, name)
    assert run("--root", repository, "check", "--json") == 1
    found = {check["name"]: check for check in json.loads(capsys.readouterr().out)}["guards"]
    places = {f"{finding['file']}:{finding['line']}" for finding in found["findings"]}
    protected = {
        f"{chapter}:{number}"
        for chapter in BODY
        for number, row in enumerate((ROOT / chapter).read_text("utf-8").split("\n"), 1)
        if "holds: btc-over-ai" in row
    }
    assert places == protected
    assert len(places) > 2
    days = ", ".join(map(str, DAYS))
    assert found["findings"][0]["what"].startswith(f"reads wrong as of {days}: broken: it needs that mining")


def test_a_claim_that_only_an_appendix_uses_is_found(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for chapter in Book.load(repository).chapters:
        text = (repository / chapter.source).read_text("utf-8")
        changed = text.replace(".edwards-back", ".watch-horizon")
        (repository / chapter.source).write_text(changed, "utf-8")
    limits = repository / "chapters/limits.qmd"
    limits.write_text(limits.read_text("utf-8") + "\n{{< var claim.edwards-back >}}\n", "utf-8")
    assert run("--root", repository, "check") == 1
    assert "no chapter uses the claim edwards-back" in capsys.readouterr().out


def broken(ledger: Ledger, id_: str) -> Ledger:
    entry = ledger[id_]
    assert entry.guard
    state = replace(entry.guard, holds=False, margin=-1.0)
    return Ledger(ledger.as_of, {**ledger.entries, id_: replace(entry, guard=state)})


def three_of(day: dt.date) -> Ledger:
    """A ledger of three claims, each with a guard."""
    ids = ("difficulty-drop-rank-record", "hashprice-low", "btc-over-ai")
    return Ledger(day, {id_: ledger_of(day)[id_] for id_ in ids})


def test_a_guard_that_fell_at_one_edition_is_found_at_its_sentence() -> None:
    text = read(
        "Low. <!-- holds: hashprice-low, btc-over-ai -->\nSo. <!-- holds: difficulty-drop-rank-record -->"
    )
    at = {AS_READ: three_of(AS_READ), NEWEST: broken(three_of(NEWEST), "hashprice-low")}
    check = checks.check_guards(text, at)
    assert check.seen == {"guards": 3, "editions": 2, "sentences": 3}
    assert [finding.line for finding in check.findings] == [1]
    assert what(check)[0].startswith(f"reads wrong as of {NEWEST}: ")
    assert checks.check_guards(text, {AS_READ: three_of(AS_READ)}).findings == []
    assert "the guard of difficulty-drop-rank-record protects no sentence" in what(
        checks.check_guards(text[:1], at)
    )


def test_the_ledger_page_lists_every_guard_with_its_state() -> None:
    ledger = broken(ledger_of(NEWEST), "hashprice-low")
    rows = generated(ARTICLE, ledger, vintage_of(NEWEST))["guards"].strip().split("\n")[2:]
    assert len(rows) == len(guards(ledger)) > 2
    assert [row.split(" | ")[1] for row in rows if "hashprice-low" in row] == ["**broken**"]
    assert all("a margin of" in row for row in rows)


def test_every_guard_has_a_margin_and_every_number_its_way_to_the_next_rounding(ledger: Ledger) -> None:
    held = [entry for entry in ledger.entries.values() if entry.guard]
    assert len(held) > 2
    for entry in held:
        assert entry.guard
        assert math.isfinite(entry.guard.margin)
        assert (entry.guard.margin > 0) == entry.guard.holds
        assert re.fullmatch(r"holds while .+ is (above|below) .+; it is .+, a margin of .+", entry.guard.text)
    shows = [entry for entry in ledger.entries.values() if f"shows {entry.display} from " in entry.margin]
    made = {entry.id for entry in ledger.entries.values() if entry.kind in {"computed", "derived"}}
    ranges = {entry.id for entry in ledger.entries.values() if entry.ours and entry.ours.low is not None}
    words = {entry.id for entry in ledger.entries.values() if isinstance(entry.value, str)}
    assert {entry.id for entry in shows} == made - ranges - words
    assert len(shows) > 6


@pytest.mark.parametrize("name", ARTICLE.floors)
def test_each_check_fails_below_its_floors(name: str) -> None:
    floors = ARTICLE.floors[name]
    assert checks.with_floors(checks.Check(name, floors), floors).findings == []
    assert len(checks.with_floors(checks.Check(name, {}), floors).findings) == len(floors) > 0
    for counted, least in floors.items():
        short = checks.with_floors(checks.Check(name, {**floors, counted: least - 1}), floors)
        assert what(short) == [f"{name} saw only {least - 1} {counted}"]


def test_a_broken_shortcode_is_found_on_its_line(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chapter = repository / "chapters/limits.qmd"
    text = chapter.read_text("utf-8")
    chapter.write_text(f"{text}\nIt is {{{{ var claim.x }}}}.\n{{{{< vra x >}}}}\n", "utf-8")
    assert run("--root", repository, "check") == 1
    out, number = capsys.readouterr().out, text.count("\n") + 2
    assert f"chapters/limits.qmd:{number + 1}:1: unknown shortcode vra" in out
    assert f"chapters/limits.qmd:{number}:7: {{{{ var claim.x }}}} is no shortcode" in out
    assert "write {{< name argument >}} on one line" in out


def test_a_comparison_without_a_figure_is_found_on_its_line(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chapter = repository / "chapters/limits.qmd"
    text = chapter.read_text("utf-8")
    chapter.write_text(f"{text}\nIt is higher than ever.\n", "utf-8")
    assert run("--root", repository, "check") == 1
    number = text.count("\n") + 2
    assert f'chapters/limits.qmd:{number}:7: comparison "higher than" is typed' in capsys.readouterr().out


def test_what_a_chapter_includes_is_checked_too(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "parts").mkdir()
    (repository / "parts/_more.md").write_text("It took 33 days (@sec-nothing).\n", "utf-8")
    (repository / "chapters/_left.md").write_text("Nobody includes these 44 words.\n", "utf-8")
    chapter = repository / "chapters/limits.qmd"
    chapter.write_text(chapter.read_text("utf-8") + "\n{{< include /parts/_more.md >}}\n", "utf-8")
    assert run("--root", repository, "check") == 1
    out = capsys.readouterr().out
    assert 'parts/_more.md:1:9: numeral "33" is typed' in out
    assert "parts/_more.md:1:18: sec-nothing is no label of the book" in out
    assert "leads nowhere" not in out
    assert "_left.md" not in out


def test_a_variable_without_a_text_at_one_edition_is_found() -> None:
    text = read("A {{< var claim.a >}} and {{< var report.b >}}.")
    texts = {"claim.a": "7", "report.b": "8"}
    check = checks.check_variables(text, {AS_READ: {**texts, "report.b": " "}, NEWEST: {"report.b": "8"}})
    assert check.seen == {"uses": 2, "editions": 2}
    assert what(check) == [f"claim.a has no text as of {NEWEST}", f"report.b has no text as of {AS_READ}"]


def test_a_claim_that_no_chapter_uses_is_found() -> None:
    ledger = ledger_of(NEWEST)
    names = [id_ for id_ in ledger.entries if id_ != "hashprice-low"]
    text = read("\n".join(f"{{{{< var verdict.{name} >}}}}" for name in names))
    assert what(checks.check_claims(text, ledger)) == ["no chapter uses the claim hashprice-low"]


LINKS: dict[str, tuple[str, list[str]]] = {
    "fine": (
        (
            "# A {#sec-a}\n\nSee @sec-a, [a](#sec-a), [b](b.qmd#fig-b), [it](/a/b.qmd), [@key; -@key], "
            "[w](https://example.org), ![x](/figures/x.svg), [entry](#claim-one), `@sec-no`."
        ),
        [],
    ),
    "labels of listings and boxes": (
        "```{#lst-a .bash}\nls\n```\n\n::: {#wrn-b .callout-warning}\n:::\n\nSee @lst-a, @wrn-b, @lst-c.",
        ["lst-c is no label of the book"],
    ),
    "nothing in code or comments": ("```\n# A {#sec-a}\n@no\n```\n<!-- [@no] -->\n\n# A {#sec-a}", []),
    "a reference to nothing": ("See @fig-none.", ["fig-none is no label of the book"]),
    "a citation of nothing": ("See [@nobody].", ["nobody is not in the bibliography"]),
    "a label twice": ("# A {#sec-a}\n\n## B {#sec-a}", ["the label sec-a is given twice"]),
    "a dead file": ("See [it](c.qmd).", ["the link c.qmd leads nowhere"]),
    "an include that no check reads": ("{{< include /c.qmd >}}", ["the link /c.qmd leads nowhere"]),
    "a dead anchor": ("See [it](b.qmd#fig-c).", ["the link b.qmd#fig-c leads nowhere"]),
}


@pytest.mark.parametrize("name", LINKS)
def test_links(name: str) -> None:
    text, expected = LINKS[name]
    prose = {"a/a.qmd": text, "a/b.qmd": "![B](/figures/b.svg){#fig-b fig-alt='B'}", "_quarto.yml": "a: '@x'"}
    read_ = [line for file, source in prose.items() for line in lines(file, source)]
    assert what(checks.check_links(read_, ["key"], ["one"])) == expected


ALT = "A line that falls and rises again, with a band around it and points."
FIGURES: dict[str, tuple[str, str]] = {
    "no alt text": (
        "![Cap.](/figures/hashrate.svg){#fig-hashrate}",
        "a figure without caption, label or alt text",
    ),
    "no label": (
        f'![Cap.](/figures/hashrate.svg){{fig-alt="{ALT}"}}',
        "a figure without caption, label or alt text",
    ),
    "a label for alt text": (
        '![Cap.](/figures/hashrate.svg){#fig-hashrate fig-alt="Hash rate."}',
        "the alt text is a label or repeats the caption",
    ),
    "the caption again": (
        f'![{ALT} Computed.](/figures/hashrate.svg){{#fig-hashrate fig-alt="{ALT}"}}',
        "the alt text is a label or repeats the caption",
    ),
    "no such chart": (f'![Cap.](/figures/none.svg){{#fig-none fig-alt="{ALT}"}}', "there is no chart none"),
    "an image of another kind": ("![Cap.](photo.jpg)", "a figure without caption, label or alt text"),
}


@pytest.mark.parametrize("name", FIGURES)
def test_figures(name: str) -> None:
    rest = "\n".join(
        f'![C.](/figures/{chart}.svg){{#fig-{chart} fig-alt="{ALT}"}}' for chart in ARTICLE.drawings
    )
    text, expected = FIGURES[name]
    assert what(checks.check_figures(read(f"{rest}\n{text}"), ARTICLE.drawings)) == [expected]


def test_a_chart_that_no_chapter_shows_is_found() -> None:
    assert what(checks.check_figures([], ARTICLE.drawings)) == [
        f"no chapter shows the chart {name}" for name in ARTICLE.drawings
    ]


# What stood in the charts before their texts were checked, and what stands there now.
DRAWN: dict[str, tuple[str, str, str]] = {
    "a year": ("retargets", "since {record.parts['since'].display}", "since 2009"),
    "a number in words": (
        "revenue",
        "mining revenue of the {ledger['top10-count'].cited} miners, a year",
        "mining revenue of ten miners, a year",
    ),
    "a rank": (
        "coins-sold",
        "coins sold, {ledger['hashrate-q1-decline'].parts['quarter'].display}: ",
        "coins sold, first quarter: ",
    ),
    "a window": ("hashrate", "hash rate, EH/s, {DRAWN}", "hash rate, EH/s, 7-day average"),
    "a count": (
        "concentration",
        "share of the {group} pools, % of blocks",
        "share of the five largest pools, % of blocks",
    ),
}


@cache
def drawings() -> list[tuple[Chart, frozenset[str]]]:
    plotted = charts.prepare(ARTICLE.drawings, vintage_of(NEWEST), ledger_of(NEWEST))
    return [
        (ARTICLE.drawings[name], charts.texts(ARTICLE.drawings[name], one)) for name, one in plotted.items()
    ]


def modules() -> dict[Path, str]:
    return {
        module: module.read_text("utf-8")
        for chart in ARTICLE.drawings.values()
        for module in charts.code(chart)
    }


def test_a_drawing_says_all_its_texts() -> None:
    texts = {chart.NAME: texts for chart, texts in drawings()}
    assert set(texts) == set(ARTICLE.drawings)
    assert {"+14.73%", "change of difficulty at each retarget"} <= texts["retargets"]
    known = len(difficulty.retargets(vintage_of(NEWEST).data("epochs").frame))
    assert f"third-largest cut of 2026,\n19th of {known} retargets\nsince 2009" in texts["retargets"]


@pytest.mark.parametrize("name", DRAWN)
def test_a_numeral_typed_in_a_chart_is_found(name: str) -> None:
    chart, computed, typed = DRAWN[name]
    source = modules()
    module = charts.code(ARTICLE.drawings[chart])[0]
    assert source[module].count(computed) == 1
    source[module] = source[module].replace(computed, typed)
    words = [(other, texts | {typed} if chart == other.NAME else texts) for other, texts in drawings()]
    (finding,) = checks.check_drawings(source, words).findings
    assert finding.file == module.relative_to(ROOT).as_posix()
    assert typed in finding.sentence
    assert re.search(r'^numeral "[\w-]+" is typed$', finding.what)


def test_a_literal_that_no_chart_draws_may_hold_a_numeral() -> None:
    nothing = [(chart, frozenset[str]()) for chart in ARTICLE.drawings.values()]
    source = {module: re.sub("# numeral.*", "", text) for module, text in modules().items()}
    check = checks.check_drawings(source, nothing)
    assert check.findings == []
    assert check.seen == {"drawings": len(ARTICLE.drawings), "texts": 0, "typed": 0}
    assert len(checks.with_floors(check, ARTICLE.floors["drawings"]).findings) == 3


def test_a_waiver_in_a_chart_that_waives_nothing_is_found() -> None:
    source = modules()
    module = charts.code(ARTICLE.drawings["contracts"])[0]
    source[module] = source[module].replace('"billion USD over', '"USD over')
    assert what(checks.check_drawings(source, drawings())) == ['"billion" is not there to be waived']


def test_a_setting_that_the_embedded_renderer_ignores_is_found(repository: Path) -> None:
    path = repository / "_quarto.yml"
    path.write_text(path.read_text("utf-8") + "\nexecute:\n  echo: false\n", "utf-8")
    check = checks.check_settings(Book.load(repository))
    assert what(check) == ["the embedded renderer ignores execute.echo"]
    assert check.findings[0].line == path.read_text("utf-8").count("\n")


def test_what_a_command_keeps_may_not_come_with_a_commit(tmp_path: Path) -> None:
    forged = tmp_path / CACHE / "evaluations" / "0.json"
    forged.parent.mkdir(parents=True)
    forged.write_text("{}", "utf-8")
    git(tmp_path, "init", "--quiet")
    assert checks.brought_results(tmp_path) == []
    git(tmp_path, "add", "--force", CACHE)
    (finding,) = checks.brought_results(tmp_path)
    assert finding.file == f"{CACHE}/evaluations/0.json"
    assert f"git rm -r {CACHE}" in finding.hint


# Words in the code of generated tables that name a number, and why they may.
_IN_TABLES = {
    "Hut 8": "the name of a company",
    "AI scenario, doubled": "the article's name for its scenario",
    "the same, doubled": "the same, after its AI scenario",
    "SHA-256": "the name of a hash",
    "sha256sum": "the name of a tool",
    "7-day": "the averaging window, as its publisher names it",
}


def test_generated_tables_type_no_numerals_but_these() -> None:
    tree = ast.Module(
        [
            statement
            for name in ("analysis/tables", "analysis/scenarios", "pivot/accounts", "pivot/blocks")
            for statement in ast.parse((ROOT / f"{name}.py").read_text("utf-8")).body[1:]
        ],
        [],
    )
    formats = {
        part for node in ast.walk(tree) if isinstance(node, ast.FormattedValue) and node.format_spec
        for part in ast.walk(node.format_spec)
    }  # fmt: skip
    docstrings = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    texts = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node not in formats | docstrings
        and " " in node.value
    ]
    assert len(texts) > 60
    typed = {text for text in texts if any(numerals(text)) and not any(name in text for name in _IN_TABLES)}
    assert typed == set()
