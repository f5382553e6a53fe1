"""What a stranger writes into a book is refused with its place, and never runs, leads or reads elsewhere."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from pivot.errors import OutputError, ProseError, SnapshotError
from pivot.folders import OutputFolder
from pivot.names import BOOK_FILE, SNAPSHOTS
from pivot.prose.book import Book
from pivot.publish.build import published_files
from pivot.publish.checks import check_markup
from pivot.publish.quarto.staged import stage_book
from tests.site.conftest import tiny_inputs

if TYPE_CHECKING:
    from pathlib import Path

    from tests.site.conftest import Workshop

ONE = "chapters/one.qmd"


def refused(workshop: Workshop, tmp_path: Path) -> str:
    out = tmp_path / "out"
    with pytest.raises(ProseError) as caught:
        workshop.build(out)
    assert not (out / "index.html").exists()
    return str(caught.value)


HTML = (
    '<meta http-equiv="refresh" content="0;url=http://127.0.0.1:9/">',
    '<iframe src="https://e.x/"></iframe>',
    "<style>main { display: none }</style>",
    "<script>alert(1)</script>",
    "It is <b onclick=alert(1)>so</b>.",
    "It is <b>so.",
    "It is so.</main>",
    "It is <x-y>so</x-y>.",
    '`<img src="x">`{=html}',
    "` <!-- x --><script>alert(1)</script>`{=html}",
    "`<b>{{< var claim.boats >}}</b>`{=html}",
    "```{=html}\n<a href=x>x</a>\n```",
    '```{.r #lst-x lst-cap="Of <script>x</script>"}\nx\n```',
)
OTHER = (
    ("`#panic()`{=typst}", "raw typst is a program"),
    ("```{=typst}\n#while true {}\n```", "raw typst is a program"),
    ("`a`{=html}`#panic()`{=typst}", "raw typst is a program"),
    ("\\newpage", "raw tex is in neither"),
    ("[x](javascript:alert(1))", "'javascript:alert(1)' is no address of the web"),
    ("[x](data:text/html,x)", "'data:text/html,x' is no address"),
    ("[x](file:///etc/passwd)", "is no address"),
    ("[x](//e.x)", "'//e.x' is no address"),
    ("[x](<java&#9;script:alert(1)>)", "is no address"),
    ("[x]( &#106;avascript:alert(1))", "is no address"),
)
ON_PAGES = '::: {.content-visible when-format="html"}\n\n'


@pytest.mark.parametrize(
    ("line", "words"),
    [
        *((line, "raw HTML") for line in HTML),
        *((f"{ON_PAGES}{line}\n\n:::", "raw HTML") for line in HTML),
        *OTHER,
    ],
)
def test_raw_text_and_links_are_held_to_a_list(
    workshop: Workshop, tmp_path: Path, line: str, words: str
) -> None:
    number = workshop.add(ONE, line)
    places = range(number, number + line.count("\n") + 1)
    text = refused(workshop, tmp_path)
    assert words in text
    assert "&#" in line or any(f"\n  {ONE}:{place}: " in text for place in places)
    if "var" not in line:
        found = check_markup(Book.load(workshop.root)).findings
        assert any(words in str(one) for one in found), "`pivot check` says so too"


@pytest.mark.parametrize(
    ("line", "html"),
    [
        ("H<sub>2</sub>O <br> <kbd>x</kbd>", "<sub>2</sub>"),
        (f'{ON_PAGES}<abbr title="so">s</abbr>\n\n:::', '<abbr title="so">s</abbr>'),
        ("[x](mailto:a@e.org)", 'href="mailto:a@e.org"'),
        ("[x](https://e.org/a_(b)?c=d&e)", 'href="https://e.org/a_(b)?c=d&amp;e"'),
        ("<!-- a note --> Text.", "Text."),
    ],
)
def test_what_is_on_the_list_stands(workshop: Workshop, tmp_path: Path, line: str, html: str) -> None:
    workshop.add(ONE, line)
    assert html in workshop.build(tmp_path / "out").html("chapters/one.html")
    assert not check_markup(Book.load(workshop.root)).findings


def test_a_bibliography_links_addresses_of_the_web_alone(workshop: Workshop, tmp_path: Path) -> None:
    entry = "@misc{bad, title={A}, author={B}, year={2020}, url={javascript:alert(1)}}\n"
    bibliography = workshop.root / "references.bib"
    number = bibliography.read_text("utf-8").count("\n") + 1
    bibliography.write_text(bibliography.read_text("utf-8") + entry, "utf-8")
    workshop.add(ONE, "As [@bad] has it.")
    text = refused(workshop, tmp_path)
    assert f"references.bib:{number}: 'https://javascript:alert(1)' is no address of the web" in text


def secret(tmp_path: Path) -> Path:
    file = tmp_path / "secret.md"
    file.write_text("# Hidden\n\nThe password.\n", "utf-8")
    return file


@pytest.mark.parametrize(
    ("name", "line", "words"),
    [
        ("chapters/_leak.md", "{{< include _leak.md >}}", "include _leak.md does not exist"),
        ("chapters/leak.svg", "![A lake of several boats](leak.svg)", "picture leak.svg does not exist"),
    ],
)
def test_a_link_is_not_followed_out_of_the_book(
    workshop: Workshop, tmp_path: Path, name: str, line: str, words: str
) -> None:
    (workshop.root / name).symlink_to(secret(tmp_path))
    workshop.add(ONE, line)
    assert words in refused(workshop, tmp_path)
    stage = tmp_path / "stage"
    stage_book(Book.load(workshop.root), tiny_inputs(workshop.inputs), stage)
    assert not (stage / name).exists(), "nor is it copied for Quarto"


def test_neither_a_chapter_nor_a_bibliography_is_a_link_out_of_the_book(
    workshop: Workshop, tmp_path: Path
) -> None:
    for name in (ONE, "references.bib"):
        (workshop.root / name).unlink()
        (workshop.root / name).symlink_to(secret(tmp_path))
    with pytest.raises(ProseError) as caught:
        Book.load(workshop.root)
    assert f"chapter {ONE} does not exist" in str(caught.value)
    assert "bibliography references.bib does not exist in the book" in str(caught.value)


def test_evidence_that_leads_elsewhere_is_not_published(tmp_path: Path) -> None:
    (tmp_path / SNAPSHOTS / "prices").mkdir(parents=True)
    (tmp_path / SNAPSHOTS / "prices" / "2026-05-08.csv").symlink_to(os.devnull)
    (tmp_path / SNAPSHOTS / "prices" / "leak.csv").symlink_to(secret(tmp_path.parent))
    with pytest.raises(SnapshotError) as caught:
        published_files(tmp_path)
    assert caught.value.where == f"{SNAPSHOTS}/prices/leak.csv"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("output-file", "../../x"),
        ("output-file", "/x"),
        ("output-file", "a/b"),
        ("output-file", ".hidden"),
        ("repo-url", "javascript:alert(1)"),
        ("issue-url", "data:text/html,x"),
        ("site-url", 'https://e.x/"><script>'),
    ],
)
def test_a_setting_that_leads_elsewhere_is_refused(workshop: Workshop, key: str, value: str) -> None:
    number = workshop.edit(BOOK_FILE, "book:\n", f"book:\n  {key}: '{value}'\n") + 1
    lines = (workshop.root / BOOK_FILE).read_text("utf-8").splitlines()
    kept = [
        line for place, line in enumerate(lines, 1) if place == number or not line.startswith(f"  {key}:")
    ]
    (workshop.root / BOOK_FILE).write_text("\n".join(kept) + "\n", "utf-8")
    with pytest.raises(ProseError) as caught:
        Book.load(workshop.root)
    assert caught.value.where == f"{BOOK_FILE}:{number}"
    assert caught.value.got == repr(value)


@pytest.mark.parametrize("name", ["../x", "/x", "a/../../x", ""])
def test_no_file_is_written_outside_of_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(OutputError, match="outside of its folder"):
        OutputFolder(tmp_path / "out").write(name, b"x")
    assert not any((tmp_path / "out").iterdir())
