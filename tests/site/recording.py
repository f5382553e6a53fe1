"""A small book that both renderers are held to, and what a real Quarto made of it once.

Where Quarto is installed the tests run it. Elsewhere they read what was recorded, with version and hashes.
To record anew, after a change of the book or of the extension:

    python -m tests.site.recording
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import typst

from pivot.names import SITE
from pivot.prose.book import Book
from pivot.publish.embedded.engine import ASSETS
from pivot.publish.quarto.renderer import find_quarto, run_quarto
from pivot.publish.quarto.staged import SHARED, stage_book
from tests.site.conftest import tiny_inputs

FOLDER = Path(__file__).parent / "recordings" / "quarto"
BOOK, PAGES, NOTE = FOLDER / "book", FOLDER / "pages", FOLDER / "recording.json"
PAPER = FOLDER / "index.typ"
EXTENSION = Path(__file__).parents[2] / "_extensions" / "pivot"
_NO_TEXT = re.compile(r"\s*<(style|script)\b.*?</\1>", re.DOTALL)


def staged(folder: Path) -> Path:
    """Stage the book as Quarto is given it; return the folder."""
    book, stage = folder / "book", folder / "stage"
    shutil.copytree(BOOK, book)
    shutil.copytree(EXTENSION, book / "_extensions" / "pivot")
    stage.mkdir()
    stage_book(Book.load(book), tiny_inputs(), stage)
    return stage


def render(folder: Path) -> Path:
    """Let the real Quarto render the book; return the folder of its site, which has the PDF too."""
    stage = staged(folder)
    run_quarto(find_quarto(), stage)
    return stage / SITE


def typeset(folder: Path) -> Path:
    """Compile what Quarto wrote for the PDF, as it does; return the PDF."""
    stage = staged(folder)
    shutil.copyfile(PAPER, stage / PAPER.name)
    pdf = stage / "report.pdf"
    typst.compile(
        str(stage / PAPER.name),
        root=str(stage),
        output=str(pdf),
        ignore_system_fonts=True,
        timestamp=0,
        pdf_standards=["ua-1"],
    )
    return pdf


def hashes(folder: Path, pattern: str = "*") -> dict[str, str]:
    """The SHA-256 of each file of a folder."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob(pattern))
        if path.is_file()
    }


def note(version: str) -> dict[str, object]:
    """What stands beside a recording: who made it, from what, and what it is."""
    return {
        "quarto": version,
        "book": hashes(BOOK),
        "extension": hashes(EXTENSION),
        "shared": {name: hashes(ASSETS, name)[name] for name in SHARED},
        "pages": hashes(PAGES),
        "paper": hashes(FOLDER, PAPER.name),
    }


def record() -> None:
    """Record the book as Quarto writes it: pages without styles and scripts of its template, and Typst."""
    with tempfile.TemporaryDirectory() as folder:
        site = render(Path(folder))
        shutil.rmtree(PAGES, ignore_errors=True)
        for path in sorted(site.rglob("*.html")):
            place = PAGES / path.relative_to(site)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(_NO_TEXT.sub("", path.read_text("utf-8")), "utf-8")
        shutil.copyfile(site.parent / PAPER.name, PAPER)
    asked = subprocess.run([find_quarto(), "--version"], capture_output=True, text=True, check=True)
    NOTE.write_text(json.dumps(note(asked.stdout.strip()), indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    record()
