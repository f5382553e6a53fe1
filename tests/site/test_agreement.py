"""A page and the PDF that do not say the same stop the build."""

from __future__ import annotations

from pathlib import Path

import pytest

from pivot.errors import ProseError, RenderError
from pivot.publish.embedded.agreement import differences
from pivot.publish.embedded.document import typst_project
from pivot.publish.embedded.words import page_text, typst_text
from tests.site.conftest import Workshop


@pytest.mark.parametrize(
    ("page", "typst"),
    [
        ("<p>2<sup>32</sup> a</p>", "2#super[32] a"),
        ("<p>CO<sub>2</sub></p>", "CO#sub[2]"),
        ("<p>was <del>9.9%</del></p>", "was #strike[9.9%]"),
        ("<p>one<br />\ntwo</p>", "one \\\ntwo"),
        ("<p><em>a</em>b</p>", "#emph[a]b"),
        ("<h2><span>1.1</span> Fall</h2>", "== #secno[1.1];Fall <x>"),
        ("<p>see <a href='#x'>Figure 1</a>.</p>", 'see #link(<x>)[#"Figure 1";];.'),
        ('<p><a href="l">7.7%</a></p>', '#claim(<claim-x>, "", "7.7%");'),
        ("<td>1</td><td>2</td>", "#table(columns: 2, table.header([1], [2],))"),
        ("<figcaption>Cap</figcaption><p>x</p>", '#exhibit("tbl", caption: [Cap])[\nx\n]'),
        ("<p>a [b] #c $d *e</p>", "a \\[b\\] \\#c \\$d \\*e"),
        ("<p>a <code>x(1)</code></p>", "a `x(1)`"),
        ("<p>f <math><mn>7</mn></math> g</p>", 'f #formula("7")[$7$]; g'),
        ('<p>a<a class="footnote-ref" href="#n">1</a></p><p>Note</p>', "a#footnote[Note]"),
        ("<p>“low” – it’s…</p>", '"low" -- it\'s...'),
        ("<p>https://e.org/x</p>", '#link("https://e.org/x")'),
        ("<p>a ⟦o:⟧web⟦e:⟧ b</p>", "a b ⟦o:⟧paper⟦e:⟧"),
    ],
)
def test_what_says_the_same_agrees(page: str, typst: str) -> None:
    assert differences(page_text(page), typst_text(typst)) == []


@pytest.mark.parametrize(
    ("page", "typst", "first"),
    [
        ("<p>2<sup>32</sup></p>", "232", "232"),
        ("<p>was <del>9.9%</del></p>", "was 9.9%", "9.9%"),
        ("<p>7.7% and 8%</p>", "7.7% and 9%", "8%"),
        ("<p>7.7% and 7.7%</p>", "7.7% and", "7.7%"),
        ("<p>fell</p>", "fell \\[draft\\]", "draft"),
        ("<table><td>17</td></table>", "", "17"),
        ("<p>-0.5 −0.5</p>", "-0.5 0.5", "0.5"),
    ],
)
def test_what_does_not_is_named_with_numbers_first(page: str, typst: str, first: str) -> None:
    assert first in {word for word, _ in differences(page_text(page), typst_text(typst))}


def test_a_chapter_that_is_not_in_the_pdf_stops_the_build(
    workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without_one(*arguments: object) -> dict[str, bytes]:
        project = typst_project(*arguments)  # type: ignore[arg-type]
        main = project["main.typ"].decode().replace('#include "chapters-one.typ"\n', "")
        return {**project, "main.typ": main.encode()}

    monkeypatch.setattr("pivot.publish.embedded.renderer.typst_project", without_one)
    with pytest.raises(RenderError, match=r"(?s)not once in the PDF.*chapters/one\.qmd"):
        workshop.build(tmp_path / "out")


def test_a_number_that_only_the_page_has_stops_the_build_at_its_line(
    workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = workshop.add("chapters/two.qmd", "A lake of 4711 boats.")

    def without_it(*arguments: object) -> dict[str, bytes]:
        project = typst_project(*arguments)  # type: ignore[arg-type]
        return {name: content.replace(b"4711", b"471") for name, content in project.items()}

    monkeypatch.setattr("pivot.publish.embedded.renderer.typst_project", without_it)
    with pytest.raises(ProseError) as caught:
        workshop.build(tmp_path / "out")
    assert f"chapters/two.qmd:{line}: the page and the PDF differ: '4711' is in the page alone" in str(
        caught.value
    )
    assert not (tmp_path / "out" / "index.html").exists()


@pytest.mark.parametrize("leak", ["::: {.x", "[^missing]", "$$", "\\frac12", "[x] ](y)"])
def test_markup_that_leaks_stops_the_build(workshop: Workshop, tmp_path: Path, leak: str) -> None:
    line = workshop.add("chapters/two.qmd", f"Words \\{leak} words.")
    with pytest.raises(ProseError, match=rf"chapters/two\.qmd:{line}: .* would be read as it stands"):
        workshop.build(tmp_path / "out")
