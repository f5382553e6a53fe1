"""Each feature that a prose report uses is read right in both outputs, or refused with its file and line."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from pypdf import PdfReader

from pivot.errors import ProseError
from pivot.prose.book import Book
from pivot.publish.embedded import EmbeddedRenderer
from pivot.publish.render import Inputs, silent
from tests.site.features import FEATURES, Feature

PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="50"><rect width="90" height="50"/></svg>'
)
BOOK = """\
lang: en
book:
  title: Features
  author: Nobody
  chapters: [index.qmd, doc.qmd]
"""
Build = Callable[..., tuple[str, str]]


@pytest.fixture
def build(renderer: EmbeddedRenderer, tmp_path: Path) -> Build:
    """Builds a small book of one chapter, and returns the text of its page and of the PDF."""

    def make(text: str, book: str = BOOK, **files: str) -> tuple[str, str]:
        named = {
            "_quarto.yml": book,
            "index.qmd": "# Preface {.unnumbered}\n",
            "doc.qmd": text,
            "pic.svg": PICTURE,
        }
        for name, content in {**named, **files}.items():
            (tmp_path / name).write_text(content, "utf-8")
        out = tmp_path / "out"
        inputs = Inputs({}, {}, tmp_path / "figures", tmp_path / "generated")
        renderer.render(Book.load(tmp_path), inputs, out, silent)
        article = re.search(r"<article>(.*)</article>", (out / "doc.html").read_text("utf-8"), re.DOTALL)
        assert article
        pages = PdfReader(io.BytesIO((out / "report.pdf").read_bytes())).pages
        pdf = "\n".join(page.extract_text() for page in pages)
        return article[1], re.sub(r"\s+", " ", pdf)

    return make


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.name)
def test_it_is_read_right_or_refused(build: Build, feature: Feature) -> None:
    front = f"---\n{feature.front}\n---\n" if feature.front else ""
    text = f"{front}# Doc\n\n{feature.text}\n"
    if feature.refused:
        with pytest.raises(ProseError) as caught:
            build(text)
        rows = [row.strip() for row in str(caught.value).splitlines() if row.startswith("  doc.qmd:")]
        assert [
            row for row in rows if feature.refused in row and row.startswith(f"doc.qmd:{feature.line}: ")
        ], rows
        return
    page, pdf = build(text)
    assert feature.page or feature.pdf or feature.absent
    for pattern in feature.page:
        assert re.search(pattern.replace(" ", r"\s+"), page), pattern
    for words in feature.pdf:
        assert words in pdf.replace("\N{NO-BREAK SPACE}", " "), words
    for words in feature.absent:
        assert words not in page + pdf
    assert "style=" not in page


def test_the_first_citation_of_a_book_without_a_bibliography_is_named(build: Build) -> None:
    with pytest.raises(ProseError, match="names no bibliography") as caught:
        build("# Doc\n\nOne.\nSee [@nobody].\n")
    assert (caught.value.where, caught.value.got) == ("doc.qmd:4", "[@nobody]")


def test_names_of_the_features_are_a_table() -> None:
    names = [feature.name for feature in FEATURES]
    assert len(names) == len(set(names)) > 60
