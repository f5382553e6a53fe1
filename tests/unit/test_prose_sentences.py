"""Where the book uses a claim: plain sentences with a place that can be linked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from analysis.report import ARTICLE
from pivot.prose.book import Book
from pivot.prose.labels import labels
from pivot.prose.sentences import by_claim
from pivot.prose.variables import variables
from tests.conftest import AS_READ, ROOT, ledger_of, vintage_of

BOOK = """
project:
  type: book
book:
  title: Salt
  chapters: [index.qmd, lake.qmd]
  appendices: [method.qmd]
"""
CHAPTERS = {
    "index.qmd": "# Start {#sec-start .unnumbered}\n\n## Why {#sec-why}\n",
    "lake.qmd": (
        "# The lake {#sec-lake}\n\n## Level {#sec-level}\n\n## *Salt* {#sec-salt}\n\n### Deep {#sec-deep}\n\n"
        "## Aside {#sec-aside .unnumbered}\n\n"
        '![Level of @eq-level.](/level.svg){#fig-level fig-alt="A line at {{< var claim.lake >}}."}\n\n'
        "**Verdict:** {{< var verdict.lake >}}, by @eq-level in @sec-method [@source].\n\n"
        "```\n## no heading {#sec-no}\n```\n"
    ),
    "method.qmd": "# Method {#sec-method}\n\n$$a = b$$ {#eq-level}\n",
}


@pytest.fixture
def book(tmp_path: Path) -> Path:
    (tmp_path / "_quarto.yml").write_text(BOOK, "utf-8")
    for name, text in CHAPTERS.items():
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def test_labels_count_as_the_renderers_do(book: Path) -> None:
    found = {
        id_: label.text.replace("\N{NO-BREAK SPACE}", " ")
        for id_, label in labels(Book.load(book).chapters).items()
    }
    assert found == {
        "sec-start": "Start", "sec-why": "Why", "sec-lake": "Chapter 1", "sec-level": "Section 1.1",
        "sec-salt": "Section 1.2", "sec-deep": "Section 1.2.1", "sec-aside": "Aside",
        "fig-level": "Figure 1.1", "sec-method": "Appendix A", "eq-level": "Equation A.1",
    }  # fmt: skip


def test_a_use_is_a_plain_sentence_with_its_place(book: Path) -> None:
    alt, verdict = by_claim(book, {"claim.lake": "7.7%", "verdict.lake": "differs"})["lake"]
    assert (alt.text, alt.part, alt.address, alt.place) == (
        "A line at 7.7%.", "alt text", "lake.html#fig-level", "Figure\N{NO-BREAK SPACE}1.1",
    )  # fmt: skip
    assert (
        verdict.text.replace("\N{NO-BREAK SPACE}", " ") == "Verdict: differs, by Equation A.1 in Appendix A."
    )
    assert (verdict.file, verdict.line, verdict.place) == ("lake.qmd", 13, "Aside")


def uses(root: Path, claim: str = "lake") -> list[tuple[str, str, int, str, str]]:
    found = by_claim(root, {"claim.lake": "7.7%"})[claim]
    return [(use.address, use.file, use.line, use.part, use.text) for use in found]


def test_a_comment_in_code_that_looks_like_a_heading_is_none(book: Path) -> None:
    (book / "index.qmd").write_text(
        "# Start {#sec-start}\n\n```bash\n# a comment {#sec-x}\n```\n\nIt fell by {{< var claim.lake >}}.\n",
        "utf-8",
    )
    assert uses(book)[0] == ("index.html#sec-start", "index.qmd", 7, "sentence", "It fell by 7.7%.")
    assert "sec-x" not in labels(Book.load(book).chapters)


def test_the_sentences_of_an_included_file_stand_on_the_page_that_includes_it(book: Path) -> None:
    (book / "parts").mkdir()
    (book / "parts/_more.md").write_text(
        "---\nnote: no text\n---\nMore: {{< var claim.lake >}}.\n\n{{< include _last.md >}}\n", "utf-8"
    )
    (book / "parts/_last.md").write_text(
        '![Last.](/last.svg){#fig-last fig-alt="At {{< var claim.lake >}}."}\n\n'
        "{{< include /parts/_more.md >}}\n",
        "utf-8",
    )
    (book / "index.qmd").write_text(
        "# Start {#sec-start}\n\n{{< include parts/_more.md >}}\n\nThen {{< var claim.lake >}}.\n", "utf-8"
    )
    assert uses(book)[:3] == [
        ("index.html#sec-start", "parts/_more.md", 4, "sentence", "More: 7.7%."),
        ("index.html#fig-last", "parts/_last.md", 1, "alt text", "At 7.7%."),
        ("index.html#sec-start", "index.qmd", 5, "sentence", "Then 7.7%."),
    ]
    assert labels(Book.load(book).chapters)["fig-last"].text == "Figure\N{NO-BREAK SPACE}1.1"


def test_the_words_below_a_table_are_its_caption(book: Path) -> None:
    (book / "index.qmd").write_text(
        "# Start {#sec-start}\n\n::: {#tbl-x}\n\n| a |\n|---|\n| {{< var claim.lake >}} |\n\n"
        "By {{< var claim.lake >}}.\n:::\n\n"
        "Then {{< var claim.lake >}}.\n\n| b |\n|:--|\n| 1 |\n\n: All of {{< var claim.lake >}} {#tbl-y}\n",
        "utf-8",
    )
    assert [(address, part, text) for address, _, _, part, text in uses(book)[:4]] == [
        ("index.html#tbl-x", "table", "7.7%"),
        ("index.html#tbl-x", "caption", "By 7.7%."),
        ("index.html#sec-start", "sentence", "Then 7.7%."),
        ("index.html#tbl-y", "caption", "All of 7.7%"),
    ]


def test_a_title_in_the_front_matter_heads_its_chapter(book: Path) -> None:
    text = (
        '---\ntitle: "Of {{< var claim.lake >}}"\n---\n\n## Why {#sec-why}\n\n'
        '```{#lst-x .bash lst-cap="By {{< var claim.lake >}}"}\nls\n```\n'
    )
    (book / "index.qmd").write_text(text, "utf-8")
    found = labels(Book.load(book).chapters)
    assert [found[id_].text[-3:] for id_ in ("sec-why", "lst-x")] == ["1.1", "1.1"]
    assert uses(book)[:2] == [
        ("index.html", "index.qmd", 2, "sentence", "Of 7.7%"),
        ("index.html#sec-why", "index.qmd", 7, "caption", "By 7.7%"),
    ]


def test_what_is_commented_out_is_no_sentence(book: Path) -> None:
    (book / "index.qmd").write_text("# Start\n\n<!-- Not\n{{< var claim.lake >}} -->\n", "utf-8")
    assert "index.qmd" not in {file for _, file, *_ in uses(book)}


def test_no_markup_is_left_in_any_sentence_of_the_book() -> None:
    texts = variables(ledger_of(AS_READ), vintage_of(AS_READ), charts=0, title=ARTICLE.title)
    uses = [use for found in by_claim(ROOT, texts).values() for use in found]
    assert len(uses) > 150
    marked = re.compile(r"!\[|\]\(|\{#|\{\{|\*\*|<!--|@\w|\[@|^#|^- ")
    assert [use.text for use in uses if marked.search(use.text)] == []
    assert all(use.text and use.place and "#" in use.address for use in uses)
