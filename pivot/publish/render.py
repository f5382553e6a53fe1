"""The interface of a renderer, which the embedded renderer and a real Quarto share."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, Self

from pivot.errors import RenderError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import TracebackType

    from pivot.claims.stored import Entry
    from pivot.prose.book import Book
    from pivot.publish.frame import RenderedBook

_EDITION_LINE = "report.edition-line"

RENDERERS = ("embedded", "quarto")


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the analysis gives to the book.

    Attributes:
        variables: flat dotted name to plain, typographically final text (`claim.difficulty-drop`: `7.7%`).
        guards: claim id to whether the condition still holds.
        figures: folder with NAME.svg, and where they exist NAME-light.svg, NAME-dark.svg, their narrow
            twins NAME-light-narrow.svg and so on, NAME.csv, and NAME.json.
        generated: folder with NAME.md, the Markdown of `{{< generated NAME >}}`.
        edition: the edition that the site will be, "" for a site that is none.
        links: words and address, as seen from the root of the site, of what is published with it.
        claims: the ledger, for the accounts that open in a page.
        scripts: the article's own, each by the id of the block that it fills.
        citation: how to cite the edition, as a line; "" for a site that is none.
    """

    variables: Mapping[str, str]
    guards: Mapping[str, bool]
    figures: Path
    generated: Path
    edition: str = ""
    links: tuple[tuple[str, str], ...] = ()
    claims: Mapping[str, Entry] = field(default_factory=dict)
    scripts: Mapping[str, Path] = field(default_factory=dict)
    citation: str = ""

    @property
    def edition_line(self) -> str:
        """What every page says of its state: the edition, if it is one, and the day of its evidence."""
        named = f"Edition {self.edition}" if self.edition else ""
        return ". ".join(filter(None, (named, self.variables.get(_EDITION_LINE, ""))))


class Progress(Protocol):
    """Progress callback: the name of a step, how much of it is done, and how much there is."""

    def __call__(self, step: str, done: int, total: int) -> None:
        """Take note; must be cheap, it is called once a chapter."""


def silent(step: str, done: int, total: int) -> None:
    """Progress callback that does nothing."""


class Renderer(Protocol):
    """Turns a book and its inputs into a site and a PDF; a context manager, for what it keeps running."""

    name: str

    def prepare(self, book: Book, inputs: Inputs) -> None:
        """Do ahead what can be done without the figures; `render` does it where this was not called."""

    def render(self, book: Book, inputs: Inputs, out: Path, progress: Progress) -> RenderedBook:
        """Write the site and `<output_file>.pdf` into `out`, an empty or an earlier output folder.

        Returns:
            The pages, for another frame around them.

        Raises:
            ProseError: the prose is at fault; lists every place.
            RenderError: pandoc, Typst or Quarto stopped.
            OutputError: `out` can not be written.
        """

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def choose_renderer(name: str | None, cache: Path) -> Renderer:
    """Return the renderer of that name; without a name Quarto where it is installed, else the embedded one.

    Args:
        name: "embedded", "quarto" or None.
        cache: folder for what the renderer keeps from one build to the next (`.pivot/objects`).

    Raises:
        RenderError: no such renderer, or Quarto is asked for and not installed.
    """
    if name not in {*RENDERERS, None}:
        raise RenderError(
            f"there is no renderer called {name}",
            where="--renderer",
            expected=" or ".join(RENDERERS),
            got=str(name),
            hint="name one of these, or leave it out",
        )
    if name == "quarto" or (name is None and shutil.which("quarto")):
        from pivot.publish.quarto import QuartoRenderer

        return QuartoRenderer(cache)
    from pivot.publish.embedded import EmbeddedRenderer

    return EmbeddedRenderer(cache)
