"""A build is made anew when anything that it reads has changed, wherever in the repository it lies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pivot.names import SNAPSHOTS
from pivot.publish.build import fingerprint, unless_unchanged
from pivot.publish.reads import reads

if TYPE_CHECKING:
    from pathlib import Path

BOOK = """\
pivot:
  article: analysis.report
project:
  type: book
bibliography: sources/all.bib
book:
  title: Lakes
  chapters:
    - chapters/one.qmd
"""
ONE = """\
# One

{{< include /parts/_calm.md >}}

![A map](../images/a%20map.svg "Of it"){#fig-map}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    files = {
        "_quarto.yml": BOOK,
        "chapters/one.qmd": ONE,
        "parts/_calm.md": "Calm. {{< include _deep.md >}} <img src='/images/raw.svg'>\n",
        "parts/_deep.md": "Deep. ![](https://example.org/x.svg) ![](../../../etc/passwd)\n",
        "images/a map.svg": "<svg/>",
        "images/raw.svg": "<svg/>",
        "images/unused.svg": "<svg/>",
        "sources/all.bib": "@misc{x, title={X}}\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    (tmp_path / SNAPSHOTS).mkdir()
    return tmp_path


def build(root: Path) -> bool:
    """Whether a site was made anew."""

    def make() -> tuple[str, ...]:
        for name in ("index.html", "ledger.json", "ledger.schema.json"):
            (root / "_site").mkdir(exist_ok=True)
            (root / "_site" / name).write_text("", "utf-8")
        return ()

    return unless_unchanged(root, "test", root / "_site", make).fresh


def test_what_the_prose_names_is_read_wherever_it_lies(root: Path) -> None:
    assert list(reads(root)) == [
        "images/a map.svg",
        "images/raw.svg",
        "parts/_calm.md",
        "parts/_deep.md",
        "sources/all.bib",
    ]


@pytest.mark.parametrize("name", ["parts/_calm.md", "parts/_deep.md", "images/a map.svg", "sources/all.bib"])
def test_a_change_of_it_makes_the_site_anew(root: Path, name: str) -> None:
    assert build(root)
    assert not build(root)
    (root / name).write_text((root / name).read_text("utf-8") + " ", "utf-8")
    assert build(root)
    assert not build(root)


def test_what_is_gone_makes_the_site_anew(root: Path) -> None:
    assert build(root)
    (root / "parts/_deep.md").unlink()
    assert build(root)


def test_what_nobody_names_makes_none(root: Path) -> None:
    assert build(root)
    (root / "images/unused.svg").write_text("<svg></svg>", "utf-8")
    assert not build(root)


def test_a_folder_beside_a_chapter_is_read_too(root: Path) -> None:
    (root / "chapters/one_files").mkdir()
    before = fingerprint(root, "test")
    (root / "chapters/one_files/a.md").write_text("A\n", "utf-8")
    assert fingerprint(root, "test") != before
