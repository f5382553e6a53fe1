"""An edition composed: all its files by their path from the root of the site, and its manifest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pivot.claims import account, stored
from pivot.files import sha256
from pivot.folders import files_in
from pivot.names import ACCOUNTS, LEDGER_CSV, LEDGER_SCHEMA, SNAPSHOTS
from pivot.publish.archive import card, code_listing, pages, paths
from pivot.publish.archive.claims import claim_pages
from pivot.publish.archive.manifest import Manifest, Previous
from pivot.publish.archive.pdf import pack
from pivot.publish.archive.reader import by_evidence
from pivot.publish.frame import SEARCH
from pivot.snapshots import Store

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping
    from pathlib import Path

    from pivot.article import Article
    from pivot.claims.stored import Entry
    from pivot.editions import Edition
    from pivot.publish.archive.manifest import About, Code, Made
    from pivot.publish.archive.reader import ReleasedEdition
    from pivot.publish.frame import RenderedBook

    Files = dict[str, bytes]

_OWN = (paths.LEDGER, LEDGER_CSV, LEDGER_SCHEMA)  # have an address of their own in every edition


@dataclass(frozen=True, slots=True)
class Draft:
    """An edition that is about to be released.

    Args:
        edition: as `editions.toml` lists it.
        site: the site of its vintage, as `pivot build --as-of` makes it, with the ledger.
        snapshots: the folder of the snapshot store.
        about: the report.
        article: whose claims the site has.
        code: what made it.
        book: the pages of the site, for the frame of the edition.
        made: what else its bytes depend on.
    """

    edition: Edition
    site: Path
    snapshots: Path
    about: About
    article: Article
    code: Code
    book: RenderedBook
    made: Made | None = None


def compose(draft: Draft, released: tuple[ReleasedEdition, ...]) -> tuple[Manifest, Files]:
    """The manifest of an edition, and its files by their path from the root of the site.

    Args:
        draft: the edition.
        released: the editions released before it, in the order of release.
    """
    built = _built(draft)
    evidence = {f"{SNAPSHOTS}/{name}": data for name, data in _contents(draft.snapshots).items()}
    code = code_listing.modules(draft.article)
    placed = _placed(built, draft)
    view = _view(draft, earlier(draft.edition, released), built, evidence, code, placed)
    files = {
        **{view.evidence[path]: data for path, data in evidence.items()},
        **dict(pages.assets().values()),
        **{view.listing[path]: data for path, data in code.items()},
        **_book_files(draft, built, view, placed),
        **{view.home + name: data for name, data in claim_pages(view).items()},
    }
    if draft.about.address:  # nobody can fetch a picture whose whole address is not known
        files[view.home + card.NAME] = card.card(draft.about.title, view.line, view.claims.values())
    last = released[-1] if released else None
    manifest = Manifest(
        edition=draft.edition,
        number=last.manifest.number + 1 if last else 1,
        previous=Previous(last.id, last.sha256) if last else None,
        about=draft.about,
        code=draft.code,
        snapshots={path: sha256(data) for path, data in evidence.items()},
        files={name: sha256(data) for name, data in files.items()},
        made=draft.made,
    )
    return manifest, files


def earlier(edition: Edition, released: Iterable[ReleasedEdition]) -> tuple[ReleasedEdition, ...]:
    """The editions that a reader of this one has met, by day of evidence."""
    return tuple(
        one
        for one in by_evidence(tuple(released))
        if one.id != edition.id and one.manifest.edition.as_of <= edition.as_of
    )


def reading_order(first: str, names: Container[str]) -> Iterator[str]:
    """The pages of an edition as its first page lists them; the first page itself comes first."""
    linked = (paths.target("index.html", link) for link in paths.links(first))
    return iter(dict.fromkeys(["index.html", *(name for name in linked if name in names)]))


def _contents(folder: Path) -> Files:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files_in(folder)}


def _built(draft: Draft) -> Files:
    """What was built, by path in the book, with the PDF packed."""
    built = _contents(draft.site)
    return built | {draft.about.pdf: pack(built[draft.about.pdf])}


def _blobs(contents: Mapping[str, bytes], suffix: str = "") -> dict[str, str]:
    """The place of each file among those that editions share; a program is one as text.

    Every browser shows a text, while it may save a program.
    """
    return {path: paths.blob_path(sha256(data), path + suffix) for path, data in contents.items()}


def _view(  # noqa: PLR0917
    draft: Draft,
    before: tuple[ReleasedEdition, ...],
    built: Files,
    evidence: Files,
    code: Mapping[str, bytes],
    placed: Mapping[str, str],
) -> pages.View:
    store = Store(draft.snapshots, draft.article.data_sets)
    return pages.View(
        about=draft.about,
        edition=draft.edition,
        claims=_in_order(stored.parse(built[paths.LEDGER], paths.LEDGER), draft.book),
        before=before,
        snapshots=[store.snapshots(source)[-1] for source in store.sources()],
        evidence=_blobs(evidence),
        listing=_blobs(code, ".txt"),
        code=code,
        accounts=account.read(built[f"{ACCOUNTS}/{account.LISTED}"]),
        tables={name.removeprefix(f"{ACCOUNTS}/"): place for name, place in placed.items()},
        side=pages.SideBar(draft.book.contents, placed.get(SEARCH, "")),
        made_by=draft.code,
    )


def _in_order(claims: Mapping[str, Entry], book: RenderedBook) -> Mapping[str, Entry]:
    """The claims as the ledger's page has them, from theme to theme."""
    headings = (heading.id for page in book.pages for heading in page.headings)
    ids = [id_.removeprefix("claim-") for id_ in headings if id_.startswith("claim-")]
    return {id_: claims[id_] for id_ in dict.fromkeys([*ids, *claims]) if id_ in claims}


def _book_files(draft: Draft, built: Files, view: pages.View, placed: Mapping[str, str]) -> Files:
    """The book in the edition: each page in its frame, every other file where `_placed` puts it."""

    def where(path: str) -> str:
        return placed.get(path, view.home + path)

    files = {placed[name]: data for name, data in built.items()}
    framed = pages.book_pages(draft.book, view, where)
    return files | {view.home + name: text.encode() for name, text in framed}


def _placed(built: Files, draft: Draft) -> dict[str, str]:
    """Where each file goes: what pages link to by name is shared, the rest stays in the edition."""
    home = paths.edition_folder(draft.edition.id)
    linked = {
        paths.target(name, link)
        for name, data in built.items()
        if name.endswith(".html")
        for link in paths.links(data.decode())
        if paths.is_internal(link)
    }
    kept = {draft.about.pdf, *_OWN}
    places = {}
    for name, data in built.items():
        if name.startswith(f"{ACCOUNTS}/") and name.endswith(".csv"):
            places[name] = paths.blob_path(sha256(data), name)
        elif name.endswith(".html") or name in kept or name not in linked:
            places[name] = home + name
        else:
            places[name] = paths.blob_path(sha256(data), name)
    return places
