"""What the embedded renderer does not do is named with its place in the settings and the bibliography."""

from __future__ import annotations

from pathlib import Path

import pytest

from pivot.errors import ProseError
from pivot.prose.book import Book
from pivot.prose.findings import Problems
from pivot.publish.embedded.limits import bibliography_faults, book_limits

BOOK = "lang: en\ncsl: style.csl\nbibliography: all.bib\nbook:\n  title: Lakes\n  chapters: [index.qmd]\n"
FILES = {
    "_quarto.yml": BOOK,
    "index.qmd": "# Lakes\n",
    "style.csl": '<style xmlns="http://purl.org/net/xbiblio/csl" class="in-text"></style>',
    "all.bib": "@misc{one,\n  title = {One},\n}\n",
}


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        (
            "_quarto.yml",
            "lang: en",
            "lang: de",
            "_quarto.yml:1: the embedded renderer has its words in English",
        ),
        (
            "_quarto.yml",
            "lang: en",
            "lang: en\nfavicon: x.svg",
            "_quarto.yml:2: the embedded renderer ignores favicon",
        ),
        ("style.csl", "in-text", "note", "_quarto.yml:2: style.csl sets citations as notes"),
        ("all.bib", "{One}", "{Falls by 7.7% in {March}}", "all.bib:2: an unescaped % ends the line"),
        ("all.bib", "}\n}\n", "}\n}\n@book{one, year = 1}\n", "all.bib:4: the key one is given twice"),
        (
            "index.qmd",
            "# Lakes",
            "---\nlinkcolor: red\n---\n# Lakes",
            "index.qmd:2: the embedded renderer ignores",
        ),
    ],
)
def test_it_is_named(tmp_path: Path, name: str, old: str, new: str, words: str) -> None:
    for file, text in FILES.items():
        assert old in text or file != name or "}\n}" in old
        changed = text.replace(",\n}\n", "\n}\n") if file == "all.bib" else text
        (tmp_path / file).write_text(changed.replace(old, new) if file == name else changed, "utf-8")
    problems = Problems()
    book_limits(Book.load(tmp_path), problems)
    with pytest.raises(ProseError) as caught:
        problems.check()
    assert words in str(caught.value)
    assert str(caught.value).startswith("one problem")


def test_what_is_done_is_not_named(tmp_path: Path) -> None:
    for file, text in FILES.items():
        (tmp_path / file).write_text(text, "utf-8")
    problems = Problems()
    book_limits(Book.load(tmp_path), problems)
    problems.check()


@pytest.mark.parametrize(
    "row",
    [
        "title = {Falls by 7.7\\% in March}",
        "url = {https://example.org/a%20b}",
        "% a remark of its own, a = b",
        "note = {100 percent}",
    ],
)
def test_a_percent_sign_that_cuts_nothing(row: str) -> None:
    assert list(bibliography_faults(f"@misc{{a,\n  {row},\n}}\n")) == []
