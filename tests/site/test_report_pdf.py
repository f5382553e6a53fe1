"""The real report on paper: nothing leaves the text area, no heading stands alone, its data are set."""

from __future__ import annotations

import re
from functools import cache

import pytest
from pypdf import PdfReader

from tests.conftest import NEWEST, ledger_of
from tests.report import report
from tests.site.pdf_boxes import runs

MARGIN = 76.54  # points; 2.7 cm
HANGING = 5.0  # Typst lets hyphens and stops hang into the margin


@cache
def pdf() -> PdfReader:
    return PdfReader(report() / "report.pdf")


@cache
def pages() -> list[str]:
    """The text of each page on one line, without the joiners that Typst sets in its contents."""
    texts = (page.extract_text().replace("\N{WORD JOINER}", "") for page in pdf().pages)
    return [re.sub(r"\s+", " ", text) for text in texts]


def test_nothing_leaves_the_text_area() -> None:
    found = list(runs(pdf()))
    width = float(pdf().pages[0].mediabox.width)
    assert len(found) > 5_000
    assert {run.page for run in found} == set(range(1, len(pages()) + 1))
    assert min(run.left for run in found) > MARGIN - 1
    wide = {(run.page, round(run.right)) for run in found if run.right > width - MARGIN + HANGING}
    assert wide == set()


def test_every_checksum_is_whole() -> None:
    text = re.sub(r"\s+", "", "".join(pages()))
    shipped = {
        line.split()[0]
        for line in (report() / "data-snapshots/SHA256SUMS").read_text("utf-8").splitlines()
        if line.endswith(".csv")
    }
    assert len(shipped) >= 11
    assert {digest for digest in shipped if digest not in text} == set()


def test_an_account_opens_on_the_page_of_its_heading() -> None:
    def letters(text: str) -> str:
        return re.sub(r"\W", "", text)

    entries = ledger_of(NEWEST).entries.values()
    assert len(entries) == 42
    for entry in entries:
        opening = letters(f"{entry.statement} Claim {entry.id} Cited")
        [page] = [text for text in map(letters, pages()) if opening in text]
        rest = page.partition(opening)[2]
        assert "Wehave" in rest[:200], f"{entry.id}: only the first row stands under its heading"


def test_the_name_of_a_part_opens_its_first_chapter_only() -> None:
    assert sum(text.count("APPENDICES") for text in pages()) == 1


@pytest.mark.parametrize("page", [0, 5, -1])
def test_title_page_and_foot_name_the_day(page: int) -> None:
    assert "Evidence as of 21 August 2026" in pages()[page]


def test_its_data_say_what_it_is_about_and_of_which_day() -> None:
    data = pdf().metadata
    assert data is not None
    assert data.subject is not None
    assert data.subject.startswith("A fact-checkable report")
    assert data.subject.endswith("Evidence as of 21\N{NO-BREAK SPACE}August 2026")
    assert "difficulty" in str(data.get("/Keywords"))
    assert data.creation_date is not None
    assert data.creation_date.date() == NEWEST
