"""The same book as a PDF."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.site.conftest import tiny_inputs
from tests.site.pdf_boxes import runs

if TYPE_CHECKING:
    from pathlib import Path

    from tests.site.conftest import Built, Workshop


def links(built: Built) -> tuple[list[str], int]:
    """Addresses outside the document, and the number of links inside it."""
    outside, inside = [], 0
    for page in built.pdf().pages:
        for annotation in page.get("/Annots") or []:
            entry: Any = annotation.get_object()
            if entry.get("/Subtype") != "/Link":
                continue
            action = entry.get("/A")
            if action is not None and "/URI" in action:
                outside.append(str(action["/URI"]))
            else:
                inside += 1
    return outside, inside


def test_title_language_and_tags(site: Built) -> None:
    pdf = site.pdf()
    assert pdf.metadata is not None
    assert pdf.metadata.title == "A tiny report"
    assert pdf.metadata.author == "The test authors"
    root = pdf.root_object
    assert str(root["/Lang"]).lower() == "en-gb"
    marks: Any = root["/MarkInfo"]
    assert marks["/Marked"]
    assert "/StructTreeRoot" in root
    xmp: Any = root["/Metadata"]
    assert b"<pdfuaid:part>1</pdfuaid:part>" in xmp.get_object().get_data()


def test_it_is_dated_by_the_report_and_not_by_the_clock(site: Built) -> None:
    metadata = site.pdf().metadata
    assert metadata is not None
    assert metadata.creation_date is not None
    assert metadata.creation_date.date().isoformat() == "2026-05-08"


def test_it_says_what_the_pages_say(site: Built) -> None:
    text = site.pdf_text().replace("\N{NO-BREAK SPACE}", " ")
    for words in (
        "Everything a chapter can hold",
        "Edition 1, as of 8 May 2026",
        "1 A level of 7.7%",
        "The gauge says “low” – and level = 7.7% is what it prints",
        "(Doe and Roe 2020, 3; The county 2021)",
        "Figure 1.1: The level fell by 7.7%[1]; compare Table 2.1.",
        "Warning 1.1 Thin ice.",
        "By Equation 1.1, Warning 1.1, Listing 1.1, 1.1 and see 2.1.",
        "Table 2.1: Levels by year, 7.7%[1] at most. Year Level 2019 7.7%[1] 2020 second[1]",
        "Boats 2 3 contradicted",
        "Included on 2026-05-08.",
        "1 A.1 lake-level Value 7.7%, unrounded −7.7557%: reproduced, rounded",
        'Boats: 3 "big" <boats> & #1, contradicted',
        "A note with 7.7%[1] and Figure 1.1.",
        'level = "7.7%" # <!-- holds: not-a-guard -->',
        "The county. 2021. Levels of the Year.",
        "Only on paper.",
        "FINDINGS",
        "APPENDICES",
    ):
        assert words in text, words
    assert "Only on the web." not in text
    assert "⟦" not in text


def test_contents_and_bookmarks(site: Built) -> None:
    pdf = site.pdf()
    assert re.search(r"Contents.*Summary.*1 A level of 7\.7%.*1\.1 The fall.*A The ledger", site.pdf_text())
    titles = [entry.title for entry in pdf.outline if not isinstance(entry, list)]
    assert [re.sub(r"\s+", " ", title or "") for title in titles][-5:] == [
        "Summary", "1 A level of 7.7%", "2 Years & tables", "A The ledger", "References",
    ]  # fmt: skip


def test_links_inside_and_outside(site: Built) -> None:
    outside, inside = links(site)
    assert {"https://example.org/x", "https://example.org/gauge"} <= set(outside)
    assert not [address for address in outside if not address.startswith("https://example.org/")]
    assert inside > 25


def test_pictures_have_words(site: Built) -> None:
    data = (site.out / "report.pdf").read_bytes()
    alts: list[str] = []
    pdf = site.pdf()
    for number in range(1, len(pdf.xref_objStm) + sum(len(table) for table in pdf.xref.values()) + 1):
        entry: Any = pdf.get_object(number)
        if isinstance(entry, dict) and "/Alt" in entry:
            alts.append(str(entry["/Alt"]))
    assert len(data) > 20_000
    assert 'A line that falls by 7.7%, "fast" & late.' in alts
    assert "A plain square." in alts
    assert (
        "capital L equals the fraction of capital V times 2 to the power of 32, "
        "over capital A sub lake, end of fraction"
    ) in alts


def test_it_names_its_subject_edition_and_words(workshop: Workshop, tmp_path: Path) -> None:
    workshop.edit("_quarto.yml", "lang: en-GB\n", "lang: en-GB\nkeywords: [lakes, gauges]\n")
    inputs = replace(tiny_inputs(workshop.inputs), edition="2026-05-08")
    built = workshop.build(tmp_path / "out", inputs)
    metadata = built.pdf().metadata
    assert metadata is not None
    line = "Edition 2026-05-08. Edition 1, as of 8 May 2026"
    assert metadata.subject == f"A book for tests. {line}"
    assert str(metadata["/Keywords"]) == "lakes, gauges"
    pages = [re.sub(r"\s+", " ", page.extract_text()) for page in built.pdf().pages]
    assert all(line in page for page in pages)


def test_the_name_of_a_part_stands_over_its_first_chapter_only(site: Built) -> None:
    text = site.pdf_text()
    assert text.count("FINDINGS") == text.count("APPENDICES") == 1


@pytest.mark.usefixtures("raw_typst")
@pytest.mark.parametrize("follows", ["| Left | Right |\n|---|---|\n| 1 | 2 |\n", "- Left\n- Right\n"])
def test_a_paragraph_goes_with_what_it_introduces(workshop: Workshop, tmp_path: Path, follows: str) -> None:
    low = "```{=typst}\n#pagebreak()\n#v(23.9cm)\n```\n\n"
    workshop.add("chapters/two.qmd", f"{low}These words open it:\n\n{follows}")
    pages = [page.extract_text() for page in workshop.build(tmp_path / "out").pdf().pages]
    [page] = [page for page in pages if "These words open it" in page]
    assert re.search(r"it:\s+(?:•\s+)?Left", page)


def test_a_checksum_breaks_in_a_narrow_column_and_is_copied_whole(workshop: Workshop, tmp_path: Path) -> None:
    digest = "0123456789abcdef" * 4
    widths = '{#tbl-narrow tbl-colwidths="[40,20,40]"}'
    table = f"| A | B | C |\n|---|---|---|\n| x | y | `{digest}` |\n\n: Narrow {widths}\n"
    workshop.add("chapters/two.qmd", table)
    built = workshop.build(tmp_path / "out")
    width = float(built.pdf().pages[0].mediabox.width)
    assert max(run.right for run in runs(built.pdf())) < width - 66
    assert digest in re.sub(r"\s", "", "".join(page.extract_text() for page in built.pdf().pages))
