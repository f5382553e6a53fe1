"""The book file and the front matter of chapters: what is read, and what is said when they are wrong."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from pivot.errors import ProseError, RenderError
from pivot.prose.book import Book
from pivot.prose.findings import Problems
from pivot.publish.render import choose_renderer

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """\
project:
  type: book
book:
  title: Lakes
  chapters:
    - index.qmd
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "_quarto.yml").write_text(GOOD, "utf-8")
    (tmp_path / "index.qmd").write_text("# Lakes\n", "utf-8")
    return tmp_path


def rewrite(root: Path, text: str) -> None:
    (root / "_quarto.yml").write_text(text, "utf-8")


def complaint(root: Path) -> str:
    with pytest.raises(ProseError) as caught:
        Book.load(root)
    return str(caught.value)


def test_the_smallest_book(root: Path) -> None:
    book = Book.load(root)
    assert book.title == "Lakes"
    assert [chapter.source for chapter in book.chapters] == ["index.qmd"]
    assert book.chapters[0].href == "index.html"
    assert book.output_file == "report"
    assert book.number_sections
    assert book.ignored == ()


def test_parts_appendices_and_front_matter(root: Path) -> None:
    rewrite(
        root,
        GOOD + "    - part: North\n      chapters: [a/one.qmd]\n  appendices: [a/two.qmd]\n"
        "  author:\n    - name: Ann\n    - Bob\n  output-file: lakes\nlang: en-GB\ntoc-depth: 2\n",
    )
    (root / "a").mkdir()
    (root / "a/one.qmd").write_text("---\ntitle: One\nnumber-sections: false\n---\n\nText\n", "utf-8")
    (root / "a/two.qmd").write_text("# Two\n", "utf-8")
    book = Book.load(root)
    first, one, two = book.chapters
    assert (first.part, one.part, two.part) == ("", "North", "")
    assert (first.appendix, one.appendix, two.appendix) == (False, False, True)
    assert one.meta == {"title": "One", "number-sections": False}
    assert one.meta_line == {"title": 2, "number-sections": 3}
    assert (one.text, one.first_line, one.key) == ("\nText\n", 5, "a-one")
    assert book.authors == ("Ann", "Bob")
    assert (book.output_file, book.lang, book.toc_depth) == ("lakes", "en-GB", 2)


@pytest.mark.parametrize(
    ("setting", "ignored"),
    [
        ("crossref:\n  chapters: false\n", ("crossref.chapters: false",)),
        ("crossref:\n  chapters: true\n", ()),
        ("format:\n  typst:\n    papersize: us-letter\n", ("format.typst.papersize: us-letter",)),
        ("format:\n  html:\n    toc: false\n", ("format.html.toc: false",)),
    ],
)
def test_a_value_that_is_not_done_is_listed_too(root: Path, setting: str, ignored: tuple[str, ...]) -> None:
    (root / "_quarto.yml").write_text(GOOD + setting, "utf-8")
    assert tuple(key for _, key in Book.load(root).ignored) == ignored


def test_keys_that_are_ignored_are_listed_with_their_line(root: Path) -> None:
    rewrite(
        root,
        GOOD + "  cover-image: x.png\nformat:\n  html:\n    theme: cosmo\n    fig-width: 3\n  pdf: default\n",
    )
    assert Book.load(root).ignored == (
        (7, "book.cover-image"),
        (11, "format.html.fig-width"),
        (12, "format.pdf"),
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (GOOD.replace("title: Lakes", "title: [Lakes"), "_quarto.yml:5: broken YAML"),
        (GOOD + "    - part: part.qmd\n      chapters: [index.qmd]\n", "part is not usable"),
        (GOOD + "\tlang: en\n", "_quarto.yml:7: broken YAML"),
        ("- a\n- b\n", "_quarto.yml:1: broken YAML"),
        ("project:\n  type: book\n", "book is not usable"),
        (GOOD.replace("title: Lakes", "subtitle: x"), "book.title is not usable"),
        (
            GOOD.replace("title: Lakes", "title: '{{< var x >}}'"),
            "_quarto.yml:4: book.title must be plain text",
        ),
        (GOOD.replace("    - index.qmd\n", "    index.qmd\n"), "_quarto.yml:5: book.chapters is not usable"),
        (GOOD.replace("    - index.qmd\n", "    - 7\n"), "_quarto.yml:6: book.chapters.0 is not usable"),
        (GOOD.replace("  chapters:\n    - index.qmd\n", ""), "book.chapters is not usable"),
        (GOOD + "    - gone.qmd\n", "_quarto.yml:7: chapter gone.qmd does not exist"),
        (GOOD + "    - 'a#b.qmd'\n", "_quarto.yml:7: chapter a#b.qmd can have no address with #"),
        (GOOD + "    - ../out.qmd\n", "_quarto.yml:7: chapter ../out.qmd is not a .qmd file inside"),
        (GOOD + "bibliography: gone.bib\n", "_quarto.yml:7: bibliography gone.bib does not exist"),
        (GOOD + "csl: gone.csl\n", "_quarto.yml:7: csl gone.csl does not exist"),
        (GOOD + "toc-depth: deep\n", "toc-depth is not usable"),
        (GOOD + "number-sections: no\n", "number-sections is not usable"),
        (GOOD + "  chapters: [index.qmd]\n", "_quarto.yml:7: the key book.chapters is given twice"),
        (GOOD + "lang: en\nlang: de\n", "_quarto.yml:8: the key lang is given twice"),
        (GOOD + "    - {part: a, part: b}\n", "_quarto.yml:7: the key book.chapters.1.part is given twice"),
        (GOOD.replace("index.qmd", "."), "_quarto.yml:6: chapter . is not a .qmd file"),
    ],
)
def test_a_broken_book_file_is_named_with_its_line(root: Path, text: str, words: str) -> None:
    rewrite(root, text)
    assert words in complaint(root)


def test_a_key_of_front_matter_given_twice(root: Path) -> None:
    (root / "index.qmd").write_text("---\ntitle: Old\ntitle: New\n---\n\nText.\n", "utf-8")
    text = complaint(root)
    assert "index.qmd:3: the key title is given twice" in text
    assert "line 2" in text


def test_a_folder_that_is_named_like_a_chapter(root: Path) -> None:
    rewrite(root, GOOD + "    - one.qmd\n")
    (root / "one.qmd").mkdir()
    assert "_quarto.yml:7: chapter one.qmd is a folder" in complaint(root)


@pytest.mark.parametrize("break_", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\N{ZERO WIDTH NO-BREAK SPACE}"])
def test_a_chapter_reads_the_same_from_any_editor(root: Path, mark: str, break_: str) -> None:
    text = mark + "---\ntitle: Lakes\n---\n\nText.\n"
    (root / "index.qmd").write_bytes(text.replace("\n", break_).encode())
    [chapter] = Book.load(root).chapters
    assert (chapter.meta, chapter.text, chapter.first_line) == ({"title": "Lakes"}, "\nText.\n", 4)


@pytest.mark.parametrize(
    "text", ["12:30", "no", "Yes", "on", "2026-05-08", "3.10", "1e3", "1_000", "0123", "1" * 20, ".5", "0x1f"]
)
def test_a_value_of_yaml_stays_as_it_was_written(root: Path, text: str) -> None:
    rewrite(root, GOOD.replace("Lakes", text))
    assert Book.load(root).title == text


@pytest.mark.parametrize(
    "names",
    [
        ("net work.qmd", "net-work.qmd"),
        ("One.qmd", "one.qmd"),
        ("1.0.qmd", "1-0.qmd"),
        ("a/b.qmd", "a-b.qmd"),
        ("\N{CYRILLIC SMALL LETTER A}.qmd", "\N{CYRILLIC SMALL LETTER BE}.qmd", "chapter.qmd"),
    ],
)
def test_each_chapter_has_a_key_of_its_own(root: Path, names: tuple[str, ...]) -> None:
    rewrite(root, GOOD + "".join(f'    - "{name}"\n' for name in names))
    for name in names:
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text("# Lakes\n", "utf-8")
    keys = [chapter.key for chapter in Book.load(root).chapters]
    assert len(set(keys)) == len(names) + 1
    assert all(re.fullmatch(r"[a-z0-9-]+", key) for key in keys)


def test_a_missing_book_file(tmp_path: Path) -> None:
    assert "the book file is missing" in complaint(tmp_path)


def test_broken_front_matter_is_named_with_its_line(root: Path) -> None:
    (root / "index.qmd").write_text("---\ntitle: x\ndate: [1\n---\nText\n", "utf-8")
    assert "index.qmd:4: broken YAML" in complaint(root) or "index.qmd:3: broken YAML" in complaint(root)


def test_a_chapter_that_is_not_utf_8(root: Path) -> None:
    (root / "index.qmd").write_bytes(b"# Fine\n\nnot \xff fine\n")
    assert "index.qmd:3: not UTF-8" in complaint(root)


def test_several_missing_files_are_one_error(root: Path) -> None:
    rewrite(root, GOOD + "    - gone.qmd\n    - lost.qmd\n")
    text = complaint(root)
    assert "2 problems" in text
    assert "_quarto.yml:7: chapter gone.qmd" in text
    assert "_quarto.yml:8: chapter lost.qmd" in text


def test_problems_are_sorted_and_counted_once() -> None:
    problems = Problems()
    problems.check()
    for line in (10, 9, 10):
        problems.add("a.qmd", line, "odd")
    with pytest.raises(ProseError, match=r"(?s)2 problems.*a\.qmd:9: odd\n  a\.qmd:10: odd"):
        problems.check()


def test_a_renderer_is_chosen_by_name_and_by_what_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    assert choose_renderer(None, tmp_path).name == "embedded"
    with pytest.raises(RenderError, match="no renderer called latex"):
        choose_renderer("latex", tmp_path)
    with pytest.raises(RenderError, match="Quarto is not installed"):
        choose_renderer("quarto", tmp_path)
    quarto = tmp_path / "quarto"
    quarto.write_text("#!/bin/sh\necho 1.10.18\n", "utf-8")
    quarto.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert choose_renderer(None, tmp_path).name == "quarto"
    assert choose_renderer("embedded", tmp_path).name == "embedded"
    quarto.write_text("#!/bin/sh\necho 1.8.2\n", "utf-8")
    with pytest.raises(RenderError, match="too old"):
        choose_renderer("quarto", tmp_path)
