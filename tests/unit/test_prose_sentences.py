"""Where the book uses a claim: plain sentences with a place that can be linked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

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


def test_no_markup_is_left_in_any_sentence_of_the_book() -> None:
    texts = variables(ledger_of(AS_READ), vintage_of(AS_READ), charts=0)
    uses = [use for found in by_claim(ROOT, texts).values() for use in found]
    assert len(uses) > 150
    marked = re.compile(r"!\[|\]\(|\{#|\{\{|\*\*|<!--|@\w|\[@|^#|^- ")
    assert [use.text for use in uses if marked.search(use.text)] == []
    assert all(use.text and use.place and "#" in use.address for use in uses)
