"""A real Quarto behind the same interface as the embedded renderer."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Self

from pivot.errors import RenderError
from pivot.files import writing
from pivot.folders import OutputFolder
from pivot.names import SITE
from pivot.processes import run
from pivot.prose.findings import Problems
from pivot.publish.embedded.engine import refused
from pivot.publish.embedded.expand import expand
from pivot.publish.embedded.pictures import Pictures
from pivot.publish.embedded.site import write_site
from pivot.publish.quarto.pages import rendered, unresolved_by_quarto
from pivot.publish.quarto.staged import stage_book
from pivot.publish.render import Inputs, Progress, silent

if TYPE_CHECKING:
    from types import TracebackType

    from pivot.prose.book import Book
    from pivot.publish.frame import RenderedBook


_OLDEST = (1, 9)
_SECONDS = 900  # for a whole book; the shipped one takes forty
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_TROUBLE = re.compile(
    r"\?(?:var|meta):\S+|\?@[\w-]+|.*Unable to resolve crossref.*|.*[Cc]itation \S+ not found.*"
    r"|.*Unknown (?:var|meta key).*|.*Shortcode '\S+' not found.*"
)


class QuartoRenderer:
    """Renders with the `quarto` on PATH, and puts its pages into the frame.

    Args:
        cache: folder for the staged copy of the book; emptied after each build.

    Raises:
        RenderError: Quarto is not installed, or older than 1.9, which can not make Typst books.
    """

    name = "quarto"

    def __init__(self, cache: Path) -> None:
        self._cache = cache
        self._quarto = find_quarto()

    def __enter__(self) -> Self:
        return self

    def prepare(self, book: Book, inputs: Inputs) -> None:
        """Do nothing: Quarto can not compile a chapter ahead."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is kept running."""

    def render(self, book: Book, inputs: Inputs, out: Path, progress: Progress = silent) -> RenderedBook:
        """Write the site and `<output_file>.pdf` into `out`; see `Renderer.render`."""
        problems = Problems()
        # Quarto would go on, with the name of the variable in bold, and takes raw text of any kind.
        texts = {
            chapter.source: expand(book, chapter, inputs, problems, only_ours=False)
            for chapter in book.chapters
        }
        refusals = refused({name: text.text for name, text in texts.items()}, inputs.variables)
        for name, text in texts.items():
            text.complain(refusals[name], problems)
        problems.check()
        with writing(self._cache):
            self._cache.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self._cache, prefix="quarto-") as stage:
                root = Path(stage).resolve()
                stage_book(book, inputs, root)
                progress("quarto", 0, 1)
                run_quarto(self._quarto, root)
                return QuartoSite(root / SITE).render(book, inputs, out, progress)


class QuartoSite:
    """What Quarto has rendered already, as its post-render step finds it: puts the pages into the frame.

    Args:
        site: the folder that Quarto wrote.
    """

    name = "quarto"

    def __init__(self, site: Path) -> None:
        self._site = site

    def __enter__(self) -> Self:
        return self

    def prepare(self, book: Book, inputs: Inputs) -> None:
        """Do nothing: all has been done."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is kept running."""

    def render(self, book: Book, inputs: Inputs, out: Path, progress: Progress = silent) -> RenderedBook:
        """Write the site and `<output_file>.pdf` into `out`; see `Renderer.render`."""
        problems, folder = Problems(), OutputFolder(out)
        pictures = Pictures(book, inputs.figures, problems)
        pages = rendered(book, self._site, inputs, pictures)
        problems.check()
        write_site(pages, pictures, folder)
        folder.write(pages.pdf, (self._site / pages.pdf).read_bytes())
        folder.sweep()
        progress("quarto", 1, 1)
        return pages


def run_quarto(quarto: str, root: Path) -> None:
    """Render a staged book, all formats at once: a second `quarto render` would delete what the first made.

    Raises:
        RenderError: Quarto stopped, or could not resolve everything.
    """
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "0", "NO_COLOR": "1"}
    result = run([quarto, "render", str(root)], seconds=_SECONDS, env=environment)
    output = b"\n".join((result.stdout, result.stderr)).decode("utf-8", "replace")
    check_output(result.returncode, _COLOUR.sub("", output).replace(str(root), "."))


def find_quarto() -> str:
    """Return the path of Quarto. Raises RenderError when there is none, or it is too old."""
    path = shutil.which("quarto")
    if path is None:
        raise RenderError(
            "Quarto is not installed",
            where="PATH",
            expected="quarto 1.9 or later on PATH",
            got="none",
            hint="install it from quarto.org, or build with --renderer embedded",
        )
    version = run([path, "--version"], seconds=_SECONDS).stdout.decode("utf-8", "replace").strip()
    numbers = re.findall(r"\d+", version)
    if tuple(int(number) for number in numbers[:2]) < _OLDEST:
        raise RenderError(
            "this Quarto is too old for Typst books",
            where=path,
            expected="1.9 or later",
            got=version,
            hint="install a newer one from quarto.org, or build with --renderer embedded",
        )
    return path


def check_output(code: int, output: str) -> None:
    """Judge a run of Quarto by its return code and by what it warned of.

    Quarto ends with 0 when a variable or a reference is undefined. Raises RenderError.
    """
    if code:
        raise RenderError(
            "Quarto stopped",
            where=f"return code {code}",
            expected="a book that Quarto renders",
            got=output.strip()[-3000:],
            hint="mend what it names; --renderer embedded says file and line of most of it",
        )
    if trouble := sorted({match[0].strip() for match in _TROUBLE.finditer(output)}):
        raise unresolved_by_quarto("quarto render", trouble)
