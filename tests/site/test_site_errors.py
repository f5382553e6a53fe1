"""What is wrong with the prose is said with file and line, all of it at once, and nothing is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pivot.errors import OutputError, ProseError
from tests.site.conftest import tiny_inputs

if TYPE_CHECKING:
    from pathlib import Path

    from tests.site.conftest import Workshop

ONE = "chapters/one.qmd"


def complaint(workshop: Workshop, tmp_path: Path) -> str:
    out = tmp_path / "out"
    with pytest.raises(ProseError) as caught:
        workshop.build(out)
    assert not (out / "index.html").exists()
    return str(caught.value)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (
            "{{< var claim.lake-levle >}}",
            "variable claim.lake-levle is not defined; did you mean claim.lake-level",
        ),
        ("{{< meta book.titel >}}", "meta book.titel is not defined"),
        ("{{< include _missing.md >}}", "include _missing.md does not exist"),
        ("{{< include _share.md >}}", "did you mean _shared.md?"),
        (
            "{{< generated yaers >}}",
            "generated yaers does not exist or is not readable; did you mean years.md?",
        ),
        ("{{< vra claim.lake-level >}}", "unknown shortcode vra"),
        ("It fell by {{< var claim.lake-level.", "{{< var claim.lake-level. is no shortcode: write {{<"),
        ("It fell by {{ var claim.lake-level }}.", "{{ var claim.lake-level }} is no shortcode"),
        ("{{< include ../../secret.md >}}", "include ../../secret.md leads out of the book"),
        ("See @fig-levle.", "reference @fig-levle has no target; did you mean fig-level?"),
        ("See [-@tbl-none].", "reference @tbl-none has no target"),
        ("As [@gauge2021] has it.", "citation @gauge2021 is not in the bibliography; did you mean gauge2020"),
        ("![A lake](/figures/lake.svg){#fig-lake}", "picture /figures/lake.svg does not exist"),
        ("![A lake](lake.png)", "picture lake.png does not exist"),
        ("![A lake](https://example.org/lake.png)", "is on another server"),
        ('![A lake](){#fig-lake fig-alt="x"}', "a picture has no address"),
        ("![](/figures/plain.svg)", "picture /figures/plain.svg has no words"),
        ("#### Too deep", "heading of level 4 follows one of level 2"),
        ("## Again {#sec-fall}", "label sec-fall is used twice"),
        ("[x]{#claim-lake-level}", "label claim-lake-level is used twice"),
        ("See [this](three.qmd).", "the book has no chapter chapters/three.qmd"),
        ("See [this](two.qmd#sec-tow).", "no such anchor; did you mean sec-two"),
        (
            "It floats. <!-- holds: lake-boat -->",
            "guard lake-boat is not known; did you mean lake-boats or lake-rank?",
        ),
        ("<!-- holds: lake-boats -->", "a guard must stand at the end of the line of its sentence"),
        ("A ⟦v:x⟧ sign.", "the character ⟦ is the renderer's own"),
    ],
)
def test_it_is_named_with_file_and_line(workshop: Workshop, tmp_path: Path, line: str, words: str) -> None:
    number = workshop.add(ONE, line)
    text = complaint(workshop, tmp_path)
    assert f"\n  {ONE}:{number}: " in text
    assert text.startswith("2 problems" if "used twice" in words else "one problem")
    assert words in text


def test_an_empty_value_is_no_value(workshop: Workshop, tmp_path: Path) -> None:
    number = workshop.add(ONE, "Empty: {{< var report.empty >}}")
    with pytest.raises(ProseError, match=rf"{ONE}:{number}: variable report.empty is empty"):
        workshop.build(tmp_path / "out", tiny_inputs(workshop.inputs, report__empty="  "))


def test_a_place_in_an_included_or_generated_file_is_that_file_s(workshop: Workshop, tmp_path: Path) -> None:
    shared = workshop.root / "chapters/_shared.md"
    shared.write_text(
        "---\ntitle: no\n---\nFine.\n\nNot {{< var report.nothing >}} and @fig-nothing.\n", "utf-8"
    )
    years = workshop.inputs / "generated/years.md"
    years.write_text(years.read_text("utf-8") + "| 2021 | {{< var report.nil >}} |\n", "utf-8")
    text = complaint(workshop, tmp_path)
    assert "chapters/_shared.md:6: variable report.nothing is not defined" in text
    assert "chapters/_shared.md:6: reference @fig-nothing has no target" in text
    assert "generated:years.md:5: variable report.nil is not defined" in text
    assert "3 problems" in text


def test_an_include_of_itself(workshop: Workshop, tmp_path: Path) -> None:
    (workshop.root / "chapters/_shared.md").write_text("{{< include _shared.md >}}\n", "utf-8")
    assert "chapters/_shared.md:1: include _shared.md includes itself" in complaint(workshop, tmp_path)


def test_all_problems_are_told_at_once_in_order(workshop: Workshop, tmp_path: Path) -> None:
    first = workshop.add("chapters/ledger.qmd", "{{< var a.b >}} and @sec-nowhere")
    second = workshop.add(ONE, "[@nobody] saw ![it](nowhere.svg)")
    lines = [line for line in complaint(workshop, tmp_path).splitlines() if line.startswith("  chapters/")]
    assert [line.split(": ")[0].strip() for line in lines] == [
        f"chapters/ledger.qmd:{first}",
        f"chapters/ledger.qmd:{first}",
        f"chapters/one.qmd:{second}",
        f"chapters/one.qmd:{second}",
    ]


def test_a_label_in_two_chapters_names_both(workshop: Workshop, tmp_path: Path) -> None:
    number = workshop.add("chapters/two.qmd", "## Again {#sec-fall}")
    text = complaint(workshop, tmp_path)
    assert f"chapters/two.qmd:{number}: label sec-fall is used twice; also at chapters/one.qmd:10" in text
    assert f"chapters/one.qmd:10: label sec-fall is used twice; also at chapters/two.qmd:{number}" in text


def test_a_shortcode_in_a_description(workshop: Workshop, tmp_path: Path) -> None:
    workshop.edit(ONE, 'lake fell by {{< var claim.lake-level >}}."', 'lake fell by {{< var claim.lake >}}."')
    assert f"{ONE}:2: variable claim.lake is not defined" in complaint(workshop, tmp_path)


def test_a_shortcode_over_two_lines(workshop: Workshop, tmp_path: Path) -> None:
    number = workshop.add(ONE, "Not {{< var\n  claim.lake-level >}} and\n@fig-x.")
    text = complaint(workshop, tmp_path)
    assert f"{ONE}:{number}: {{{{< var is no shortcode" in text
    assert f"{ONE}:{number + 2}: reference @fig-x" in text


def test_what_data_say_can_not_include_a_file(workshop: Workshop, tmp_path: Path) -> None:
    years = workshop.inputs / "generated/years.md"
    years.write_text(years.read_text("utf-8") + "| 2021 | {{< include /index.qmd >}} |\n", "utf-8")
    assert "generated:years.md:5: a generated block has values only, and no shortcode include" in complaint(
        workshop, tmp_path
    )


def test_citations_without_a_place_for_the_references(workshop: Workshop, tmp_path: Path) -> None:
    workshop.edit("chapters/references.qmd", "::: {#refs}\n:::\n", "Gone.\n")
    assert "no chapter has a `::: {#refs}` block" in complaint(workshop, tmp_path)


def test_citations_without_a_bibliography(workshop: Workshop, tmp_path: Path) -> None:
    workshop.edit("_quarto.yml", "bibliography: references.bib\n", "")
    assert "_quarto.yml names no bibliography" in complaint(workshop, tmp_path)


def test_a_bibliography_that_can_not_be_read(workshop: Workshop, tmp_path: Path) -> None:
    workshop.edit("references.bib", "  year = {2021},\n}", "  year = {2021")
    text = complaint(workshop, tmp_path)
    assert "the bibliography could not be read" in text
    assert "references.bib" in text


def test_a_failed_build_leaves_the_good_one(workshop: Workshop, tmp_path: Path) -> None:
    built = workshop.build(tmp_path / "out")
    before = built.bytes()
    workshop.add(ONE, "@fig-nothing")
    with pytest.raises(ProseError):
        workshop.build(built.out)
    assert built.bytes() == before


def test_it_does_not_write_into_a_folder_of_other_things(workshop: Workshop, tmp_path: Path) -> None:
    out = tmp_path / "home"
    out.mkdir()
    (out / "letter.txt").write_text("dear", "utf-8")
    with pytest.raises(OutputError, match="something else stands"):
        workshop.build(out)
    assert (out / "letter.txt").read_text("utf-8") == "dear"


def test_a_folder_that_can_not_be_made(workshop: Workshop, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(OutputError) as caught:
        workshop.build(tmp_path / "file" / "out")
    assert "could not be written" in str(caught.value)
    assert "file" in caught.value.where
