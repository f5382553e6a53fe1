"""The embedded renderer: expand, compile, cite, link, write, and the PDF."""

from __future__ import annotations

from concurrent.futures import wait
from functools import partial
from typing import TYPE_CHECKING, Self

from pivot.errors import ReportError
from pivot.folders import OutputFolder
from pivot.processes import background
from pivot.prose.book import Book
from pivot.prose.findings import Problems
from pivot.prose.raw import refusals
from pivot.publish.embedded.agreement import check_agreement, printed, without_marks
from pivot.publish.embedded.document import DocumentCompiler, typst_project
from pivot.publish.embedded.engine import Engine
from pivot.publish.embedded.expand import Expanded, expand
from pivot.publish.embedded.limits import book_limits, complain
from pivot.publish.embedded.linker import Linker
from pivot.publish.embedded.objects import ChapterObject, ObjectStore
from pivot.publish.embedded.pictures import Pictures
from pivot.publish.embedded.site import link_pages, rendered, write_site
from pivot.publish.render import Inputs, Progress, silent

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from pivot.prose.book import Book
    from pivot.publish.frame import RenderedBook


class EmbeddedRenderer:
    """Renders with pandoc and Typst from their Python wheels.

    Keeps pandoc, the Typst compiler and all objects in memory: use one instance for many builds, and as a
    context manager. Not for use by two threads at once.

    Args:
        cache: folder of the compiled objects; its content is never needed, only faster.
        workers: pandoc processes; by default one a core.
    """

    name = "embedded"

    def __init__(self, cache: Path, workers: int | None = None) -> None:
        self._engine = Engine(workers)
        self._store = ObjectStore(cache, self._engine)
        self._document = DocumentCompiler(self._store)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop pandoc and forget the compiler; a later build starts them again."""
        self._engine.close()
        self._document.close()

    def prepare(self, book: Book, inputs: Inputs, progress: Progress = silent) -> None:
        """Compile the chapters and set the citations ahead of `render`, while figures are still being drawn.

        Reads variables, guards and generated Markdown, and no figure. Raises as `render` does.
        """
        _, objects, _ = self._compile(book, inputs, progress)
        self._store.citations(book, objects)

    def render(self, book: Book, inputs: Inputs, out: Path, progress: Progress = silent) -> RenderedBook:
        """Write the site and `<output_file>.pdf` into `out`; see `Renderer.render`."""
        folder = OutputFolder(out)
        texts, objects, problems = self._compile(book, inputs, progress)
        citations = self._store.citations(book, objects)
        pictures = Pictures(book, inputs.figures, problems)
        linker = Linker(
            book,
            texts=texts,
            objects=objects,
            citations=citations,
            variables=inputs.variables,
            pictures=pictures,
            problems=problems,
        )
        bodies = link_pages(linker)
        problems.check()
        pages = rendered(book, linker, {name: without_marks(body) for name, body in bodies.items()}, inputs)
        project = typst_project(book, linker, inputs, pictures)
        sources = {f"{page.chapter.key}.typ": page.text for page in linker.pages}
        # Typst is another process, and the pages do not wait for it.
        pdf = background(partial(self._document.compile, printed(project), sources))
        try:
            check_agreement(linker.pages, bodies, project, problems)
            problems.check()
            progress("site", 0, 1)
            write_site(pages, pictures, folder)
            progress("site", 1, 1)
        except ReportError:
            wait((pdf,))  # its compiler is not for two builds at once
            raise
        progress("pdf", 0, 1)
        folder.write(pages.pdf, pdf.result())
        folder.sweep()
        self._store.sweep()
        progress("pdf", 1, 1)
        return pages

    def _compile(
        self, book: Book, inputs: Inputs, progress: Progress
    ) -> tuple[list[Expanded], list[ChapterObject], Problems]:
        problems = Problems()
        texts = [expand(book, chapter, inputs, problems) for chapter in book.chapters]
        total = len(texts)
        progress("chapters", 0, total)
        objects = self._store.chapters(
            book, texts, inputs.variables, lambda done: progress("chapters", done, total)
        )
        for text, one in zip(texts, objects, strict=True):
            complain(one.complaints, text, problems)
            text.complain(refusals(one.foreign), problems)
        book_limits(book, problems)
        progress("chapters", total, total)
        return texts, objects, problems
