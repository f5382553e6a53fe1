"""What a chapter can hold, in HTML."""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from pivot.publish.embedded.engine import ASSETS
from tests.site.conftest import GUARDS, VARIABLES, tiny_inputs

if TYPE_CHECKING:
    from pathlib import Path

    from tests.site.conftest import Built, Workshop

PAGES = (
    "index.html",
    "chapters/one.html",
    "chapters/two.html",
    "chapters/ledger.html",
    "chapters/references.html",
)
CLAIM = (
    '<a class="claim" data-var="claim.lake-level" href="../chapters/ledger.html#claim.lake-level">7.7%</a>'
)


def words(fragment: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", "", fragment))).strip()


def test_every_page_is_there_and_has_no_hole_left(site: Built) -> None:
    pages = [name for name in site.bytes() if name.endswith(".html")]
    assert sorted(pages) == sorted(PAGES)
    for page in pages:
        text = site.html(page)
        assert "⟦" not in text
        assert not re.search(r'"(?:doc|xref|image|file):', text)
        assert "{{<" not in text


@pytest.mark.parametrize("page", PAGES)
def test_every_link_and_file_of_a_page_exists_in_the_site(site: Built, page: str) -> None:
    text = site.html(page)
    targets = re.findall(r'\s(?:href|src)="([^"]*)"', text)
    assert len(targets) > 15
    outside = [target for target in targets if re.match(r"https?:|//", target)]
    assert {target.split("/")[2] for target in outside} <= {"example.org"}
    for target in targets:
        if re.match(r"https?:|data:", target) or target.endswith("ledger.json"):
            continue
        path, _, anchor = target.partition("#")
        assert not path.startswith("/"), f"{target} works in one place only"
        file = (site.out / page).parent / path if path else site.out / page
        assert file.is_file(), target
        if anchor:
            assert f'id="{anchor}"' in file.read_text("utf-8"), target


@pytest.mark.parametrize("page", PAGES)
def test_an_id_stands_once_in_a_page(site: Built, page: str) -> None:
    ids = re.findall(r'\sid="([^"]+)"', site.html(page))
    assert len(ids) > 4
    assert sorted(ids) == sorted(set(ids))


def test_no_page_loads_anything_from_elsewhere(site: Built) -> None:
    for page in PAGES:
        loads = re.findall(r'<(?:script|img|link|source|iframe)[^>]*(?:src|href)="([^"]*)"', site.html(page))
        assert loads
        assert not [load for load in loads if re.match(r"https?:|//", load)]
    assert "@import" not in site.html("assets/site.css")
    assert "url(" not in site.html("assets/site.css")


def test_a_page_with_all_it_loads_is_light(site: Built) -> None:
    loads = (
        "chapters/one.html",
        "assets/site.css",
        "assets/site.js",
        "figures/level.svg",
        "figures/plain.svg",
    )
    assert sum(len(gzip.compress((site.out / name).read_bytes())) for name in loads) < 30_000


def test_a_value_links_to_its_entry(site: Built) -> None:
    article = site.article("chapters/one.html")
    assert f"The level fell by {CLAIM}; compare" in article
    two = site.article("chapters/two.html")
    cited = 'data-var="cited.lake-level" href="../chapters/ledger.html#claim-lake-level"'
    assert two.count("over 7%") == two.count(">over 7%</a>") == 1
    assert f'<a class="claim" {cited}>over 7%</a>' in two


def test_a_part_links_to_the_entry_of_its_claim(site: Built) -> None:
    named = 'data-var="part.lake-level.rank" href="../chapters/ledger.html#claim-lake-level"'
    assert f'<a class="claim" {named}>second</a>' in site.article("chapters/two.html")
    assert 'href="chapters/ledger.html#claim.lake-level">7.7%</a>' in site.article("index.html")


def test_a_verdict_has_a_class_of_its_own(site: Built) -> None:
    assert (
        '<a class="claim verdict verdict-reproduced-rounded" data-var="verdict.lake-level"'
        ' href="chapters/ledger.html#verdict.lake-level">'
        "reproduced, rounded</a>"
    ) in site.article("index.html")


def test_values_are_plain_where_a_link_can_not_stand(site: Built) -> None:
    page = site.html("chapters/one.html")
    assert "<title>A level of 7.7% – A tiny report</title>" in page
    assert '<meta name="description" content="How the lake fell by 7.7%.">' in page
    assert '<h1 id="sec-one"><span class="secno">1</span> A level of 7.7%</h1>' in page
    assert "<code>level = 7.7%</code>" in page
    assert "Windows of 7.7%</p>" in page
    assert 'alt="A line that falls by 7.7%, &quot;fast&quot; &amp; late."' in page
    assert "<mn>69</mn>" in page


def test_on_their_own_page_values_do_not_link_to_themselves(site: Built) -> None:
    ledger = site.article("chapters/ledger.html")
    for name, value in (("claim", "7.7%"), ("exact", "−7.7557%")):
        assert (
            f'<span class="claim" data-var="{name}.lake-level" id="{name}.lake-level">{value}</span>'
            in ledger
        )
    assert 'verdict-contradicted" data-var="verdict.boats" id="verdict.boats">contradicted</span>' in ledger


def test_a_value_is_escaped(site: Built) -> None:
    assert "3 &quot;big&quot; &lt;boats&gt; &amp; #1" in site.article("chapters/ledger.html")


def test_meta_and_include_and_literal_shortcodes(site: Built) -> None:
    one, two = words(site.article("chapters/one.html")), words(site.article("chapters/two.html"))
    assert "A tiny report has no waves" in one
    assert "A shortcode is written {{< var name >}}." in one
    assert "Included on 2026-05-08." in two


def test_chapters_are_numbered_and_appendices_lettered(site: Built) -> None:
    sidebar = re.search(r'<nav class="side".*?</nav>', site.html("index.html"), re.DOTALL)
    assert sidebar
    assert words(sidebar[0]) == (
        "Summary Findings 1 A level of 7.7% 2 Years & tables Appendices A The ledger References"
    )
    assert '<a href="index.html" aria-current="page">' in sidebar[0]
    assert '<span class="secno">1.1.1</span> How it is measured' in site.article("chapters/one.html")
    assert '<h2 id="unnumbered">Unnumbered</h2>' in site.article("chapters/one.html")
    assert '<span class="secno">A.1</span> lake-level' in site.article("chapters/ledger.html")


@pytest.mark.parametrize(
    ("page", "link"),
    [
        ("index.html", '<a href="chapters/one.html#sec-one" class="xref">Chapter 1</a>'),
        ("chapters/one.html", '<a href="../chapters/two.html#tbl-years" class="xref">Table 2.1</a>'),
        ("chapters/one.html", '<a href="#eq-level" class="xref">Equation 1.1</a>'),
        ("chapters/one.html", '<a href="#wrn-ice" class="xref">Warning 1.1</a>'),
        ("chapters/one.html", '<a href="#lst-read" class="xref">Listing 1.1</a>'),
        ("chapters/one.html", '<a href="#fig-level" class="xref">Figure 1.1</a>'),
        ("chapters/one.html", 'see <a href="../chapters/two.html#sec-two" class="xref">2.1</a>'),
        ("chapters/one.html", ', <a href="#sec-fall" class="xref">1.1</a> and'),
        ("index.html", '<a href="chapters/ledger.html#claim-lake-level">account of the level</a>'),
        ("chapters/one.html", '<a href="../chapters/two.html">tables</a>'),
        ("chapters/one.html", '<a href="../ledger.json">the file</a>'),
    ],
)
def test_references_and_links(site: Built, page: str, link: str) -> None:
    assert link in site.article(page).replace("\N{NO-BREAK SPACE}", " ")


def test_a_figure_has_its_twin_its_size_and_its_data(site: Built) -> None:
    article = site.article("chapters/one.html")
    light, dark = re.findall(r"<img class=[^>]*>", article)
    assert light.startswith('<img class="only-light" src="../figures/level.svg" alt="A line')
    assert dark.startswith('<img class="only-dark" src="../figures/level-dark.svg" alt="A line')
    for image in (light, dark):
        assert 'width="480" height="240"' in image
        assert 'loading="lazy"' in image
    assert '<a class="data" href="../figures/level.csv" download>Data (CSV)</a>' in article
    assert set(site.bytes()) >= {"figures/level.svg", "figures/level-dark.svg", "figures/level.csv"}


def test_a_figure_without_twin_data_or_caption_is_one_picture(site: Built) -> None:
    article = site.article("chapters/one.html")
    figure = re.search(r'<figure id="fig-plain".*?</figure>', article, re.DOTALL)
    assert figure
    assert figure[0].count("<img") == 1
    assert 'alt="A plain square." width="100" height="50"' in figure[0]
    assert words(figure[0]).replace("\N{NO-BREAK SPACE}", " ") == "Figure 1.2"
    assert "download" not in figure[0]


def test_a_table_scrolls_in_a_named_region_that_the_keyboard_reaches(site: Built) -> None:
    article = site.article("chapters/two.html")
    region = '<div class="table-scroll" role="group" tabindex="0" '
    assert article.count(region) == article.count("<table") == 3
    assert region + 'aria-labelledby="tbl-years-caption">' in article
    assert region + 'aria-label="Table: a, b">' in article
    caption = re.search(r'<figcaption id="tbl-years-caption">(.*?)</figcaption>', article, re.DOTALL)
    assert caption
    assert words(caption[1]).replace("\N{NO-BREAK SPACE}", " ") == "Table 2.1: Levels by year, 7.7% at most."


def test_column_widths(site: Built) -> None:
    assert re.findall(r'<col width="(\d+)%"', site.article("chapters/two.html")) == [
        "55", "15", "15", "15",
    ]  # fmt: skip


def test_heads_of_tables_say_what_they_stand_over(site: Built) -> None:
    article = site.article("chapters/two.html")
    assert '<th scope="col">Year</th>\n<th class="right" scope="col">Level</th>' in article
    assert '<th scope="row">2019</th>\n<td class="right">' in article
    heads = re.findall(r"<th\b[^>]*>", article)
    assert len(heads) == 13
    assert not [head for head in heads if "scope=" not in head]


def test_what_is_wider_than_a_phone_scrolls_in_a_named_region(site: Built) -> None:
    article = site.article("chapters/one.html")
    region = 'role="group" tabindex="0"'
    assert f'<div class="picture-scroll" {region} aria-labelledby="fig-level-caption">\n<img' in article
    assert f'<span class="math-scroll" {region} aria-label="Formula"><math display="block"' in article
    assert article.count('class="math-scroll"') == 1
    for name in re.findall(r'aria-labelledby="([^"]*)"', article):
        assert f'id="{name}"' in article


def test_a_date_is_marked_and_so_never_broken(site: Built, workshop: Workshop, tmp_path: Path) -> None:
    assert "Included on <time>2026-05-08</time>." in site.article("chapters/two.html")
    link = '[x](https://example.org/2026-01-05 "2026-01-06")'
    dates = f"In 2026-03, `a/2026-01-05.csv`, {link}, 12026-01-07, 2027-28."
    workshop.add("chapters/two.qmd", dates)
    article = workshop.build(tmp_path / "out").article("chapters/two.html")
    assert re.findall(r"<time>(.*?)</time>", article) == ["2026-05-08", "2026-03", "2026-01-05"]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_may_load_only_what_its_policy_says(site: Built, page: str) -> None:
    text = site.html(page)
    assert text.index("Content-Security-Policy") < text.index("<script")
    policy = policy_of(text)
    assert policy["default-src"] == policy["base-uri"] == policy["form-action"] == ["'none'"]
    assert sorted(policy) == [
        "base-uri",
        "connect-src",
        "default-src",
        "form-action",
        "img-src",
        "script-src",
        "style-src",
    ]
    inline = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    assert [f"'sha256-{digest(script)}'" for script in inline] == policy["script-src"][2:]
    assert not re.search(r"<[^>]*\s(?:style|on\w+)=|<style", text)


def test_the_pages_of_the_archive_have_the_same_policy() -> None:
    templates = ASSETS.parent / "templates"
    frame = (templates / "frame.html").read_text("utf-8")
    assert frame.index('{% include "policy.html" %}') < frame.index("<title>")
    assert "<script>" not in frame
    assert '{% extends "frame.html" %}' in (templates / "editions/around.html").read_text("utf-8")
    moved = (templates / "editions/moved.html").read_text("utf-8")
    assert policy_of(moved)["default-src"] == ["'none'"]
    assert "<script" not in moved


def policy_of(text: str) -> dict[str, list[str]]:
    found = re.search(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', text)
    assert found
    rules = (rule.split() for rule in found[1].split(";"))
    return {name: sources for name, *sources in rules}


def digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def test_the_foot_links_what_is_published_with_the_site(
    site: Built, workshop: Workshop, tmp_path: Path
) -> None:
    [foot] = re.findall(r"<footer.*</footer>", site.html("chapters/one.html"), re.DOTALL)
    assert re.findall(r'href="([^"]*)"', foot) == [
        "https://example.org/repo",
        "https://example.org/repo/issues/new",
    ]
    workshop.edit("_quarto.yml", "  repo-url: https://example.org/repo\n", "")
    given = (("The ledger as data", "ledger.json"), ("All editions", "../../editions/index.html"))
    built = workshop.build(
        tmp_path / "out", replace(tiny_inputs(workshop.inputs), links=given, edition="2026-05-08")
    )
    [foot] = re.findall(r"<footer.*</footer>", built.html("chapters/one.html"), re.DOTALL)
    assert re.findall(r'href="([^"]*)">([^<]*)<', foot) == [
        ("../ledger.json", "The ledger as data"),
        ("../../../editions/index.html", "All editions"),
    ]
    assert '<p class="edition">Edition 2026-05-08. Edition 1' in built.html("index.html")
    workshop.build(tmp_path / "out")
    assert "<ul>" not in re.findall(r"<footer.*</footer>", built.html("index.html"), re.DOTALL)[0]


def test_where_mistakes_are_reported_can_be_set(workshop: Workshop, tmp_path: Path) -> None:
    workshop.edit("_quarto.yml", "  output-file", "  issue-url: https://example.org/tell\n  output-file")
    assert 'href="https://example.org/tell">Report a mistake' in workshop.build(tmp_path / "out").html(
        "index.html"
    )


def test_callouts(site: Built) -> None:
    article = site.article("chapters/one.html")
    assert '<div class="callout callout-note">' in article
    assert '<details class="callout callout-warning">' in article
    assert '<summary class="callout-title"><span class="callout-kind">Warning</span> Folded away' in article
    assert '<details class="callout callout-tip" open>' in article
    assert '<div id="wrn-ice" class="callout callout-warning">' in article
    assert "Folded away" not in re.findall(r"<h\d.*", article)


def test_maths_is_mathml_and_needs_no_script(site: Built) -> None:
    article = site.article("chapters/one.html")
    assert article.count("<math ") == 3
    assert '<span class="equation-number">(1.1)</span>' in article.replace("\N{NO-BREAK SPACE}", " ")
    assert "<script" not in article


def test_citations_link_to_the_references(site: Built) -> None:
    article = site.article("chapters/one.html")
    assert (
        '(<a href="../chapters/references.html#ref-gauge2020" role="doc-biblioref">Doe and Roe 2020, 3</a>'
        in article
    )
    references = words(site.article("chapters/references.html"))
    assert references.startswith("References Doe, Jane, and Richard Roe. 2020.")
    assert "The county. 2021." in references


def test_footnotes(site: Built) -> None:
    article = site.article("chapters/one.html")
    assert f'<li id="fn1"><p>A note with {CLAIM} and' in article
    assert re.search(
        r'<button [^>]*popovertarget="note-fn1"><sup>1</sup></button>'
        r'<span class="note" id="note-fn1" popover role="note"><sup>1</sup> A note with ',
        article,
    )


def test_a_source_stands_beside_the_text_that_cites_it_first(site: Built) -> None:
    article = site.article("chapters/one.html")
    noted = re.findall(r'#ref-gauge2020"[^>]*>[^<]*</a>(<span class="note" role="note">Doe, Jane)?', article)
    assert noted[0]
    assert not any(noted[1:])
    assert len(noted) > 1


def test_code_is_highlighted_and_its_comments_are_kept(site: Built) -> None:
    article = site.article("chapters/one.html")
    assert '<span class="st">&quot;7.7%&quot;</span>' in article
    assert "&lt;!-- holds: not-a-guard --&gt;" in article


def test_what_is_for_paper_is_not_on_the_web(site: Built) -> None:
    assert "Only on the web." in site.article("chapters/two.html")
    assert "Only on paper." not in site.article("chapters/two.html")


def test_the_frame_of_a_page(site: Built) -> None:
    page = site.html("chapters/one.html")
    assert page.startswith("<!DOCTYPE html>\n")
    assert '<html lang="en-GB">' in page
    assert page.index('<a class="skip" href="#frame-main">') < page.index("<header")
    assert '<main id="frame-main" tabindex="-1">' in page
    assert '<p class="edition">Edition 1, as of 8 May 2026</p>' in page
    assert '<a class="button" href="../report.pdf">PDF</a>' in page
    assert '<a rel="prev" href="../index.html">' in page
    assert '<a rel="next" href="../chapters/two.html">' in page
    assert '<a href="#how-it-is-measured">How it is measured</a>' in page
    assert "canonical" not in page
    assert 'rel="prev"' not in site.html("index.html")


def test_without_an_edition_line_none_is_shown(workshop: Workshop, tmp_path: Path) -> None:
    inputs = tiny_inputs(workshop.inputs)
    variables = {key: value for key, value in VARIABLES.items() if key != "report.edition-line"}
    built = workshop.build(
        tmp_path / "out", type(inputs)(variables, GUARDS, inputs.figures, inputs.generated)
    )
    assert 'class="edition"' not in built.html("index.html")


def test_the_search_index_is_plain_text_by_section(site: Built) -> None:
    script = site.html("assets/search-index.js")
    assert script.startswith("window.pivotIndex=")
    rows = json.loads(script.removeprefix("window.pivotIndex="))
    by_address = {row[0]: row for row in rows}
    assert by_address["chapters/one.html#sec-fall"][1:3] == ["A level of 7.7%", "1.1 The fall"]
    assert "Figure 1.1: The level fell by 7.7%; compare Table 2.1." in by_address[
        "chapters/one.html#sec-fall"
    ][3].replace("\N{NO-BREAK SPACE}", " ")
    everything = "".join("".join(row) for row in rows)
    assert not re.search(r"<\w|⟦|↩|Data \(CSV\)", everything.replace("<boats>", ""))


def test_a_guard_that_holds_leaves_no_trace(site: Built) -> None:
    article = site.article("index.html")
    assert "holds" not in article
    assert "deepest in the county.\nBoats" in article


def test_a_guard_that_fell_marks_its_sentence_and_no_other(workshop: Workshop, tmp_path: Path) -> None:
    inputs = tiny_inputs(workshop.inputs, {**GUARDS, "lake-rank": False})
    built = workshop.build(tmp_path / "out", inputs)
    article = built.article("index.html")
    marked = re.findall(r'<mark class="broken-guard">(.*?)</mark>', article, re.DOTALL)
    assert [words(text) for text in marked] == [
        "It is still the second deepest in the county. [no longer holds]"
    ]
    assert '<span class="guard-note">' in marked[0]
    assert "Boats still cross it." in article
    assert "deepest in the county. [no longer holds]" in built.pdf_text().replace("\N{NO-BREAK SPACE}", " ")


def test_claims_without_an_entry_are_not_linked(workshop: Workshop, tmp_path: Path) -> None:
    workshop.edit("_quarto.yml", "    - chapters/ledger.qmd\n", "")
    workshop.edit(
        "index.qmd", ", or go to the [account of the level](chapters/ledger.qmd#claim-lake-level)", ""
    )
    built = workshop.build(tmp_path / "out")
    assert 'fell by <span class="claim" data-var="claim.lake-level">7.7%</span>' in built.article(
        "index.html"
    )
