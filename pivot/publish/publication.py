"""Publishes: builds the site of each listed edition, and hands it to the archive.

What an edition needs is imported where one is drafted; a build in which nothing changed need not load it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pivot.article import article_of
from pivot.files import writing
from pivot.folders import replacing
from pivot.names import CACHE, SNAPSHOTS
from pivot.publish.build import make, unless_unchanged
from pivot.publish.render import choose_renderer

if TYPE_CHECKING:
    from pathlib import Path

    from pivot.editions import Edition
    from pivot.publish.archive import Draft
    from pivot.publish.archive.reader import ReleasedEdition
    from pivot.publish.archive.site_root import Difference
    from pivot.publish.build import Built
    from pivot.publish.render import Progress, Renderer


def build_all(
    root: Path, renderer: str | None, out: Path, progress: Progress, difference: Difference | None = None
) -> Built:
    """Make the whole site: every edition that is listed, as if they had been released one after the other.

    It is for looking and for a first publication; what is published grows by `release`, which freezes.

    Args:
        root: the repository.
        renderer: as for `build`.
        out: the folder of the site; it is replaced as a whole.
        progress: told what is being done.
        difference: gives the difference report of two neighbouring editions.

    Raises:
        ReportError: evidence, claims or prose are wrong, or `out` can not be written; it is as it was.
    """

    def anew() -> tuple[str, ...]:
        from pivot.editions import editions
        from pivot.publish.ahead import drafted_ahead
        from pivot.publish.archive import add, complaints

        warnings: list[str] = []
        chosen_renderer = choose_renderer(renderer, root / CACHE / "objects")
        listed_editions = editions(root)
        ahead = listed_editions if chosen_renderer.name == "embedded" else ()
        with (
            writing(out),
            chosen_renderer as chosen,
            replacing(out) as new,
            drafted_ahead(root, ahead) as wait,
        ):
            for listed in listed_editions:
                wait(listed)
                drafted = draft(root, listed, chosen, progress)
                warnings += [f"edition {listed.id}: {one}" for one in complaints(drafted, new)]
                progress(f"edition {listed.id}", 0, 1)
                add(new, drafted, difference)
        return tuple(warnings)

    return unless_unchanged(root, f"all editions {renderer}", out, anew)


def release(  # noqa: PLR0917
    root: Path,
    id_: str,
    into: Path,
    renderer: str | None,
    progress: Progress,
    difference: Difference | None = None,
) -> ReleasedEdition:
    """Freeze one edition into a published site; see `archive.release`.

    Args:
        root: the repository.
        id_: the edition, as `editions.toml` lists it.
        into: the folder of the published site.
        renderer: as for `build`.
        progress: told what is being done.
        difference: gives the difference report of two neighbouring editions.

    Raises:
        ReportError: as `build`, or the archive refuses the edition; the site is as it was.
    """
    from pivot.editions import edition
    from pivot.publish.archive import release as release_into

    listed = edition(root, id_)
    with choose_renderer(renderer, root / CACHE / "objects") as chosen:
        drafted = draft(root, listed, chosen, progress)
    progress(f"edition {id_}", 0, 1)
    return release_into(into, drafted, difference)


def draft(root: Path, listed: Edition, renderer: Renderer, progress: Progress) -> Draft:
    """Build the site of an edition, ready to be released."""
    from pivot.prose.book import Book
    from pivot.publish.archive import Draft
    from pivot.publish.archive.citation import Citation
    from pivot.publish.archive.manifest import About, Code, Made

    site = root / CACHE / "editions" / listed.id
    book = Book.load(root)
    about = About(
        title=book.title,
        description=book.description,
        authors=book.authors,
        lang=book.lang,
        pdf=f"{book.output_file}.pdf",
        address=book.site_url and book.site_url.rstrip("/") + "/",
    )
    made = make(root, listed.as_of, renderer, site, progress, listed.id, Citation(about, listed).text())
    return Draft(
        edition=listed,
        site=site,
        snapshots=root / SNAPSHOTS,
        about=about,
        article=article_of(root),
        code=Code.current(article_of(root)),
        book=made.book,
        made=Made.current(root, renderer.name),
    )
