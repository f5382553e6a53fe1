"""A tiny real book, built once per run and asserted on many times."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from pypdf import PdfReader

from pivot.prose.book import Book
from pivot.publish.embedded import EmbeddedRenderer
from pivot.publish.render import Inputs, silent

TINY = Path(__file__).parent / "tiny"

VARIABLES = {
    "claim.lake-level": "7.7%",
    "exact.lake-level": "−7.7557%",
    "cited.lake-level": "over 7%",
    "verdict.lake-level": "reproduced, rounded",
    "part.lake-level.rank": "second",
    "claim.boats": '3 "big" <boats> & #1',
    "verdict.boats": "contradicted",
    "report.as-of": "2026-05-08",
    "report.edition": "2026-05-08",
    "report.edition-line": "Edition 1, as of 8 May 2026",
    "report.ratio": "69",
}
GUARDS = {"lake-rank": True, "lake-boats": True}


def tiny_inputs(root: Path = TINY / "inputs", guards: Mapping[str, bool] = GUARDS, **changed: str) -> Inputs:
    """The tiny book's inputs; a changed variable is named with __ for . and _ for -."""
    named = {name.replace("__", ".").replace("_", "-"): value for name, value in changed.items()}
    return Inputs({**VARIABLES, **named}, guards, root / "figures", root / "generated")


@dataclass(frozen=True, slots=True)
class Built:
    """A built book: its output folder and ways to read it."""

    out: Path

    def html(self, page: str) -> str:
        return (self.out / page).read_text("utf-8")

    def article(self, page: str) -> str:
        """The text of the page without its frame."""
        match = re.search(r"<article>(.*)</article>", self.html(page), re.DOTALL)
        assert match, f"{page} has no article"
        return match[1]

    def pdf(self) -> PdfReader:
        return PdfReader(io.BytesIO((self.out / "report.pdf").read_bytes()))

    def pdf_text(self) -> str:
        text = "\n".join(page.extract_text() for page in self.pdf().pages)
        return re.sub(r"\s+", " ", text)

    def bytes(self) -> dict[str, bytes]:
        """Every file of the site by its path."""
        return {
            path.relative_to(self.out).as_posix(): path.read_bytes()
            for path in sorted(self.out.rglob("*"))
            if path.is_file()
        }


@dataclass(frozen=True, slots=True)
class Workshop:
    """A copy of the tiny book that a test may change and build."""

    root: Path
    inputs: Path
    renderer: EmbeddedRenderer

    def edit(self, name: str, old: str, new: str) -> int:
        """Replace a text in a file of the book; return the line it starts on."""
        path = self.root / name
        text = path.read_text("utf-8")
        assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {name}"
        path.write_text(text.replace(old, new), "utf-8")
        return text[: text.index(old)].count("\n") + 1

    def add(self, name: str, line: str) -> int:
        """Append a paragraph to a file of the book; return its line."""
        path = self.root / name
        text = path.read_text("utf-8")
        path.write_text(f"{text}\n{line}\n", "utf-8")
        return text.count("\n") + 2

    def build(self, out: Path, inputs: Inputs | None = None) -> Built:
        self.renderer.render(Book.load(self.root), inputs or tiny_inputs(self.inputs), out, silent)
        return Built(out)


@pytest.fixture(scope="session")
def renderer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedRenderer]:
    """One renderer for the run: its pandoc processes and its cache stay warm."""
    with EmbeddedRenderer(tmp_path_factory.mktemp("objects")) as renderer:
        yield renderer


@pytest.fixture(scope="session")
def site(renderer: EmbeddedRenderer, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The tiny book as it is."""
    out = tmp_path_factory.mktemp("tiny") / "site"
    renderer.render(Book.load(TINY / "book"), tiny_inputs(), out, silent)
    return Built(out)


@pytest.fixture
def raw_typst(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets raw Typst of a chapter through, which a build refuses, for tests of what Typst makes of it."""
    for module in ("engine", "objects", "renderer"):
        monkeypatch.setattr(f"pivot.publish.embedded.{module}.refusals", lambda _: ())


@pytest.fixture
def workshop(renderer: EmbeddedRenderer, tmp_path: Path) -> Workshop:
    shutil.copytree(TINY / "book", tmp_path / "book")
    shutil.copytree(TINY / "inputs", tmp_path / "inputs")
    return Workshop(tmp_path / "book", tmp_path / "inputs", renderer)


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Callable[[], EmbeddedRenderer]]:
    """Makes renderers with an empty cache of their own."""
    made: list[EmbeddedRenderer] = []

    def make() -> EmbeddedRenderer:
        made.append(EmbeddedRenderer(tmp_path / f"objects-{len(made)}"))
        return made[-1]

    yield make
    for renderer in made:
        renderer.close()
