"""What paper does not do by itself: wide and long tables, digits to be copied, and what Typst refuses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pivot.errors import RenderError
from tests.site.conftest import Built, Workshop
from tests.site.pdf_boxes import runs

TWO = "chapters/two.qmd"


def table(columns: int, rows: int, head: str = "Quarter") -> str:
    heads = " | ".join(f"{head} {number}" for number in range(columns))
    row = "| " + " | ".join(f"1,234,5{number:02}" for number in range(columns)) + " |\n"
    return f"| {heads} |\n{'|--:' * columns}|\n{row * rows}\n"


@pytest.mark.parametrize(("columns", "rows"), [(9, 60), (12, 5), (16, 60), (24, 4)])
def test_a_wide_table_is_set_so_that_no_column_is_over_another(
    workshop: Workshop, tmp_path: Path, columns: int, rows: int
) -> None:
    workshop.add(TWO, table(columns, rows))
    pdf = workshop.build(tmp_path / "out").pdf()
    pages = [page.extract_text() for page in pdf.pages]
    shown = re.findall(r"1,234,5\d\d", " ".join(pages))
    assert len(shown) == columns * rows
    assert not re.search(r"1,234,5\d\d1,234", " ".join(pages))
    width, height = (float(side) for side in pdf.pages[0].mediabox[2:])
    assert max(run.right for run in runs(pdf)) < max(width, height)


def test_a_table_that_nobody_could_read_is_refused_with_its_chapter(
    workshop: Workshop, tmp_path: Path
) -> None:
    workshop.add(TWO, table(60, 2))
    with pytest.raises(RenderError) as caught:
        workshop.build(tmp_path / "out")
    assert caught.value.where.startswith(TWO)
    assert "a table of 60 columns is too wide" in caught.value.got


@pytest.mark.parametrize(
    "head",
    [
        "See [the list](https://example.org/list)",
        "Level {{< var claim.lake-level >}}",
        "At @sec-one",
        "A^[b]",
    ],
)
def test_a_link_in_the_head_of_a_table_survives_its_second_page(
    workshop: Workshop, tmp_path: Path, head: str
) -> None:
    workshop.add(TWO, f"| {head} | Power |\n|---|--:|\n" + "| Row | 1 |\n" * 90)
    assert workshop.build(tmp_path / "out").pdf_text().count("Row 1") == 90


def test_a_plain_head_is_repeated(workshop: Workshop, tmp_path: Path) -> None:
    workshop.add(TWO, "| Site | Power |\n|---|--:|\n" + "| Row | 1 |\n" * 90)
    assert workshop.build(tmp_path / "out").pdf_text().count("Site Power") > 1


def test_digits_are_copied_without_joiners(site: Built) -> None:
    text = "".join(page.extract_text() for page in site.pdf().pages)
    assert "\N{WORD JOINER}" not in text
    assert "7.7%" in text


@pytest.mark.usefixtures("raw_typst")
@pytest.mark.parametrize("code", ["#nothing()", '#text(font: "None such")[x]'])
def test_what_typst_refuses_or_warns_of_names_chapter_and_line(
    workshop: Workshop, tmp_path: Path, code: str
) -> None:
    line = workshop.add(TWO, f"```{{=typst}}\n{code}\n```")
    with pytest.raises(RenderError) as caught:
        workshop.build(tmp_path / "out")
    assert caught.value.where == f"{TWO}:{line + 1}"


def test_headings_have_their_names_and_the_frame_its_own(workshop: Workshop, tmp_path: Path) -> None:
    names = ("Results", "Theme", "Query", "Main", "Found", "Cite")
    workshop.add(TWO, "\n\n".join(f"## {name}" for name in names))
    page = workshop.build(tmp_path / "out").html("chapters/two.html")
    for name in names:
        assert re.findall(rf'<(\w+) id="{name.lower()}"', page) == ["h2"]
        assert f'href="#{name.lower()}"' in page
