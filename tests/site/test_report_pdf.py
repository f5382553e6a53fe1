"""The real report on paper: short, no page nearly empty, numbers and sources to be found, all tagged."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise

import pytest
from pypdf import PdfReader

from pivot.claims import values
from pivot.claims.quantities import SPACE
from pivot.words import long_day
from tests.conftest import NEWEST, ledger_of
from tests.report import report
from tests.site.pdf_boxes import Run, runs
from tests.site.pdf_tags import Tags, tags

MARGIN = 70.86  # points; 2.5 cm
TOP, BOTTOM = 771, 65  # of the text
HANGING = 5.0  # Typst lets hyphens and stops hang into the margin


@cache
def pdf() -> PdfReader:
    return PdfReader(report() / "report.pdf")


@cache
def pages() -> list[str]:
    """The text of each page on one line, without the joiners that Typst sets in its contents."""
    texts = (page.extract_text().replace("\N{WORD JOINER}", "") for page in pdf().pages)
    return [re.sub(r"\s+", " ", text) for text in texts]


@cache
def lines() -> list[Run]:
    return list(runs(pdf()))


@cache
def tagged() -> Tags:
    return tags(report() / "report.pdf")


def squeezed(text: str) -> str:
    """Without what a line's end or a column's may put between."""
    return re.sub(r"\s", "", text)


def account_order() -> list[str]:
    """The claims in the order of their accounts: the first has number 1."""
    return re.findall(r'<h3 id="claim-([\w-]+)"', (report() / "chapters/ledger.html").read_text("utf-8"))


def test_it_is_short() -> None:
    text = [squeezed(page) for page in pages()]
    [ledger] = [at for at, page in enumerate(text) if "ATheledgerEveryclaim" in page]
    [sources] = [at for at, page in enumerate(text) if "BSourcesandsnapshotsAllthat" in page]
    assert 10 <= sources - ledger + 1 <= 20
    assert 30 <= len(text) <= 45


def test_no_page_is_nearly_empty() -> None:
    lowest = dict.fromkeys(range(1, len(pages()) + 1), TOP)
    for run in lines():
        if BOTTOM < run.line < lowest[run.page]:
            lowest[run.page] = round(run.line)
    # What a page ends with may be a picture, whose letters are no text.
    assert {page: line for page, line in lowest.items() if line > (2 * TOP + BOTTOM) / 3} == {}


def test_nothing_leaves_the_text_area() -> None:
    found = lines()
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


def test_an_account_opens_with_its_number_on_the_page_of_its_heading() -> None:
    def letters(text: str) -> str:
        return re.sub(r"\W", "", text)

    entries = ledger_of(NEWEST).entries
    assert len(entries) == 58
    for number, id_ in enumerate(account_order(), 1):
        opening = letters(f"{number}{entries[id_].statement} {values.ARTICLE}")
        [page] = [text for text in map(letters, pages()) if opening in text]
        rest = page.partition(opening)[2]
        assert letters(values.EVIDENCE) in rest[:200], f"{id_}: only the first row stands under its heading"


def test_a_value_has_the_number_of_its_account() -> None:
    order = account_order()
    linked = {
        claim
        for page in report().rglob("*.html")
        if page.name != "ledger.html"
        for kind, claim in re.findall(r'data-var="(\w+)\.([\w-]+)[^"]*" href', page.read_text("utf-8"))
        if kind != "verdict"
    }
    noted = {int(number) for text in pages() for number in re.findall(r"(?<=\S)\[(\d+)\]", text)}
    assert len(linked) > 30
    assert noted == {order.index(claim) + 1 for claim in linked}


def test_a_source_is_a_numbered_note() -> None:
    text = squeezed("".join(pages()))
    pieces = [piece for entry in ledger_of(NEWEST).entries.values() for piece in entry.evidence]
    addressed = [piece for piece in pieces if piece.address.startswith("http")]
    assert len(addressed) > 90
    for piece in addressed:
        bare = re.escape(piece.address.partition("//")[2].rstrip("/"))
        [name] = set(re.findall(rf"(S\d+){bare}(?=S\d|also|[A-Z]|$)", text)) or {f"no S before {bare}"}
        # Paper leaves what bears on nothing to the site, and lists its source all the same.
        assert piece.bearing == "context" or squeezed(piece.publisher) + name in text, piece.address


def test_it_is_read_in_order_and_says_what_it_shows() -> None:
    found = tagged()
    assert (found.language, found.title_shown, found.standard) == ("en", True, "1")
    levels = [int(tag.role[1:]) for tag in found.all if re.fullmatch(r"H\d", tag.role)]
    assert len(levels) > 100
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    pictures, formulas = found.of("Figure"), found.of("Formula")
    assert len(pictures) >= 9
    assert len(formulas) >= 40
    assert not [tag for tag in pictures if len(tag.alt) < 40]
    assert not [tag for tag in formulas if not tag.alt or re.search(r"[\\{}^_=]", tag.alt)]
    assert all(tag.links for tag in found.of("Link"))
    assert {tag.children for tag in found.of("LI")} == {("Lbl", "LBody")}
    assert {tag.children[-2:] for tag in found.of("Table")} == {("THead", "TBody")}
    assert {frozenset(tag.children) for tag in found.of("TR")} == {frozenset({"TH"}), frozenset({"TD"})}


def test_what_is_painted_is_what_is_read_and_in_that_order() -> None:
    found = tagged()
    assert len(found.painting) == len(pages())
    # A footnote stands at the foot, a chart at the foot or the head; both are read where the text has them.
    moved = [{page for page, _ in tag.marks} for tag in found.of("Note", "Figure")]
    for page, (read, painted) in enumerate(zip(found.reading, found.painting, strict=True), 1):
        assert sorted(read) == sorted(painted)
        places = [read.index(mark) for mark in painted]
        back = sum(before > after for before, after in pairwise(places))
        assert back <= sum(page in one for one in moved), f"page {page}"


def test_the_name_of_a_part_opens_its_first_chapter_only() -> None:
    assert sum(text.count("APPENDICES") for text in pages()) == 1


@pytest.mark.parametrize("page", [0, 5, -1])
def test_title_page_and_foot_name_the_day(page: int) -> None:
    assert f"Evidence as of {long_day(NEWEST)}" in pages()[page]


def test_its_data_say_what_it_is_about_and_of_which_day() -> None:
    data = pdf().metadata
    assert data is not None
    assert data.subject is not None
    assert data.subject.startswith("A fact-checkable report")
    assert data.subject.endswith(f"Evidence as of {long_day(NEWEST, SPACE)}")
    assert "difficulty" in str(data.get("/Keywords"))
    assert data.creation_date is not None
    assert data.creation_date.date() == NEWEST
