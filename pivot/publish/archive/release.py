"""Add an edition to a published site, and never change one that is there."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from pivot.claims import stored
from pivot.errors import OutputError, ProseError
from pivot.files import canonical, sha256, writing
from pivot.folders import refuse_foreign, replacing
from pivot.names import SNAPSHOTS
from pivot.publish.archive import claims, code_listing, history, pages, paths, reader, site_pages
from pivot.publish.archive.manifest import Manifest, Previous
from pivot.publish.archive.pdf import pack
from pivot.publish.archive.reader import ReleasedEdition
from pivot.snapshots import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Mapping, Sequence
    from pathlib import Path

    from pivot.article import Article
    from pivot.editions import Edition
    from pivot.publish.archive.manifest import About, Code
    from pivot.publish.archive.site_pages import Compared

    Way = Callable[[str], str]
    Difference = Callable[[Edition, Edition, tuple[Way, Way]], Compared | None]

_OWN = (paths.LEDGER, "ledger.schema.json")  # have an address of their own in every edition
_LIBRARIES = "site_libs/"  # Quarto's scripts name each other by relative paths, so they stay together
_DIFFERENCES = "revisions/"


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
    """

    edition: Edition
    site: Path
    snapshots: Path
    about: About
    article: Article
    code: Code


def release(place: Path, draft: Draft, difference: Difference | None = None) -> ReleasedEdition:
    """Add an edition to a published site, in one step that happens or does not.

    Args:
        place: the folder of the site; made when missing.
        draft: the edition.
        difference: compares two neighbouring editions, where it can; it is given the way into each, from
            a path in the edition to an address, "" where the edition has no such page.

    Returns:
        The edition as it now stands there.

    Raises:
        ProseError: a guard does not hold and is not accepted, or a number moved and no revision says why.
        OutputError: the edition is there with other bytes, `place` holds something else, or can not be
            written; it is as it was.
    """
    with writing(place):
        refuse_foreign(place, frozenset({paths.MANIFEST}), keeps_hidden=True)
        there = {one.id for one in _issues(place)}
        if draft.edition.id not in there and (wrong := complaints(draft, place)):
            raise ProseError(
                f"edition {draft.edition.id} can not be released:\n" + "\n".join(f"  {one}" for one in wrong),
                where="editions.toml",
                hint="mend the prose, or say it in [[edition.accepted]] or [[edition.revision]]",
            )
        with replacing(place) as new:
            if place.exists():
                shutil.copytree(place, new, symlinks=True, copy_function=_link)
            issue = add(new, draft, difference)
            os.sync()
        return ReleasedEdition(reader.opened(place), issue.sha256, issue.manifest)


def complaints(draft: Draft, place: Path) -> list[str]:
    """What speaks against releasing an edition, each in one line: guards, and moves without a reason."""
    edition = draft.edition
    ledger = draft.site / paths.LEDGER
    entries = stored.parse(ledger.read_bytes(), str(ledger))
    broken = {id_: entry.guard for id_, entry in entries.items() if entry.guard and not entry.guard.holds}
    accepted = {one.claim for one in edition.accepted}
    wrong = [] if edition.published else ["published: no day is given on which it comes out"]
    wrong += [f"{id_}: its guard does not hold: {broken[id_].text}" for id_ in broken if id_ not in accepted]
    wrong += [
        f"{id_}: is accepted as reading wrong, and does not" for id_ in sorted(accepted) if id_ not in broken
    ]
    before = _earlier(edition, _issues(place))
    differs = history.moved(before[-1].claims, entries) if before else {}
    wrong += [
        f"{id_}: {'; '.join(words)}, and no revision says why"
        for id_, words in differs.items()
        if edition.kind_of(id_) is None
    ]
    named = {id_ for one in edition.revision for id_ in one.claims}
    wrong += [f"{id_}: a revision names it, and it has not moved" for id_ in sorted(named - set(differs))]
    return wrong


def add(place: Path, draft: Draft, difference: Difference | None = None) -> ReleasedEdition:
    """Write an edition into the folder of a site, and make the site's own pages anew.

    The folder may be left half-written: `release` works on a copy.

    Raises:
        OutputError: the edition is there with other bytes.
    """
    released = _issues(place)
    there = next((one for one in released if one.id == draft.edition.id), None)
    manifest, files = _compose(
        draft, tuple(one for one in released if there is None or one.manifest.number < there.manifest.number)
    )
    if there is not None:
        _refuse_change(there, files)
        manifest = there.manifest
    else:
        place.mkdir(parents=True, exist_ok=True)
        files[paths.edition_folder(draft.edition.id) + paths.MANIFEST] = manifest.to_json()
        for name, data in files.items():
            if not (place / name).is_file():  # a file with this name in `files/` has these bytes
                _write(place / name, data)
    _renew(place, difference)
    return next(one for one in _issues(place) if one.id == draft.edition.id)


def _issues(place: Path) -> tuple[ReleasedEdition, ...]:
    return reader.issues(reader.opened(place)) if place.is_dir() else ()


def _earlier(edition: Edition, released: Sequence[ReleasedEdition]) -> tuple[ReleasedEdition, ...]:
    """The editions that a reader of this one has met, by day of evidence."""
    day = edition.as_of
    found = reader.by_evidence(tuple(released))
    return tuple(one for one in found if one.id != edition.id and one.manifest.edition.as_of <= day)


def _compose(draft: Draft, released: tuple[ReleasedEdition, ...]) -> tuple[Manifest, dict[str, bytes]]:
    """The files of an edition by their path from the root of the site, without the manifest."""
    home = paths.edition_folder(draft.edition.id)
    plain = {
        path.relative_to(draft.site).as_posix(): path.read_bytes()
        for path in sorted(draft.site.rglob("*"))
        if path.is_file()
    }
    plain[draft.about.pdf] = pack(plain[draft.about.pdf])
    evidence = {
        f"{SNAPSHOTS}/{path.relative_to(draft.snapshots).as_posix()}": path.read_bytes()
        for path in sorted(draft.snapshots.rglob("*"))
        if path.is_file()
    }
    store = Store(draft.snapshots, draft.article.data_sets)
    where = _placed(plain, draft)
    listing = code_listing.modules(draft.article)
    code = {  # as text, which every browser shows, while it may save a program
        path: (paths.blob_path(sha256(data), f"{path}.txt"), data) for path, data in listing.items()
    }
    texts = {name: data.decode() for name, data in plain.items() if name.endswith(".html")}
    view = pages.View(
        about=draft.about,
        edition=draft.edition,
        claims=stored.parse(plain[paths.LEDGER], paths.LEDGER),
        before=_earlier(draft.edition, released),
        snapshots=[store.snapshots(source)[-1] for source in store.sources()],
        evidence={path: paths.blob_path(sha256(data), path) for path, data in evidence.items()},
        sources={path: place for path, (place, _) in code.items()},
        code=listing,
        chapters={
            name: pages.title_of(texts[name], draft.about)
            for name in _reading_order(texts["index.html"], texts)
        },
    )
    files = {view.evidence[path]: data for path, data in evidence.items()}
    files |= dict(pages.assets().values()) | dict(code.values())
    for name, data in plain.items():
        if name in texts:
            text = paths.relocate(texts[name], name, home + name, lambda path: where.get(path, home + path))
            files[home + name] = pages.with_edition(text, name, view).encode()
        else:
            files[where[name]] = data
    files |= {home + name: data for name, data in claims.claim_pages(view).items()}
    last = released[-1] if released else None
    manifest = Manifest(
        edition=draft.edition,
        number=last.manifest.number + 1 if last else 1,
        previous=Previous(last.id, last.sha256) if last else None,
        about=draft.about,
        code=draft.code,
        snapshots={path: sha256(data) for path, data in evidence.items()},
        files={name: sha256(data) for name, data in files.items()},
    )
    return manifest, files


def _placed(plain: Mapping[str, bytes], draft: Draft) -> dict[str, str]:
    """Where each file goes: what pages link to by name is shared, the rest stays in the edition."""
    home = paths.edition_folder(draft.edition.id)
    linked = {
        paths.target(name, link)
        for name, data in plain.items()
        if name.endswith(".html")
        for link in paths.links(data.decode())
        if paths.is_internal(link)
    }
    kept = {draft.about.pdf, *_OWN}
    libraries = {name: sha256(data) for name, data in plain.items() if name.startswith(_LIBRARIES)}
    tree = sha256(canonical(libraries))
    found = {}
    for name, data in plain.items():
        if name in libraries:
            found[name] = f"{paths.FILES}/{tree}/{name}"
        elif name.endswith(".html") or name in kept or name not in linked:
            found[name] = home + name
        else:
            found[name] = paths.blob_path(sha256(data), name)
    return found


def _renew(place: Path, difference: Difference | None) -> None:
    """Make everything at the root of a site anew from the editions in it."""
    files = reader.opened(place)
    released = reader.issues(files)
    issues = reader.by_evidence(released)
    old = _root_files(place)
    new = dict(_root(issues))
    titles = dict.fromkeys(
        _reading_order(files.read(f"{issues[-1].home}index.html").decode(), issues[-1].pages), ""
    )
    for issue in issues:  # the newest title of a page is the one that stays
        for name in issue.pages:
            titles[name] = pages.title_of(files.read(issue.home + name).decode(), issue.manifest.about)
    differences = {}
    for before, after in pairwise(issues):
        name = f"{_DIFFERENCES}{before.id}--{after.id}.html"
        if name in old:  # it was made when both were new; a later code may word it otherwise
            new[name] = files.read(name)
        elif difference and (
            compared := difference(
                before.manifest.edition, after.manifest.edition, (_into(before, name), _into(after, name))
            )
        ):
            new[name] = site_pages.difference_page((before, after), titles, name, compared)
        if name in new:
            differences[after.id] = name
    new |= site_pages.site_pages(issues, titles, differences)
    head = {
        "schema": 1,
        "newest": issues[-1].id,
        "editions": [{"edition": one.id, "manifest": one.sha256} for one in released],
        "files": {name: sha256(data) for name, data in new.items()},
    }
    for name in sorted(old - set(new)):
        (place / name).unlink(missing_ok=True)
    for name, data in {**new, paths.MANIFEST: canonical(head)}.items():
        _write(place / name, data)


def _write(path: Path, data: bytes) -> None:
    """Write a new file; a second name that another site has for the old one keeps the old bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.write_bytes(data)


def _into(issue: ReleasedEdition, start: str) -> Way:
    """The way from a page of the site to any page of an edition; "" to one that it has not."""

    def way(path: str) -> str:
        there = issue.home + path.partition("#")[0] in issue.manifest.files
        return paths.relative(start, issue.home + path) if there else ""

    return way


def _reading_order(first: str, names: Container[str]) -> Iterator[str]:
    """The pages of an edition as its first page lists them; the first page itself comes first."""
    found = (paths.target("index.html", link) for link in paths.links(first))
    return iter(dict.fromkeys(["index.html", *(name for name in found if name in names)]))


def _root_files(place: Path) -> set[str]:
    try:
        return set(json.loads((place / paths.MANIFEST).read_text("utf-8"))["files"])
    except FileNotFoundError:
        return set()


def _root(issues: Sequence[ReleasedEdition]) -> Iterator[tuple[str, bytes]]:
    """The newest edition's pages at the root, and a way on from every page and claim that it lacks."""
    newest = issues[-1]
    files, manifest = newest.files, newest.manifest
    view = pages.View(manifest.about, manifest.edition, newest.claims, issues[:-1], (), {})
    own = [name.removeprefix(newest.home) for name in manifest.files if name.startswith(newest.home)]
    for name in own:
        if name in newest.pages:
            text = files.read(newest.home + name).decode()
            yield name, pages.at_root(text, name, view, newest.pages).encode()
        elif not name.startswith("claims/") and name != paths.MANIFEST:
            yield name, files.read(newest.home + name)
    for issue in issues:  # a later edition's page takes the place of an earlier one's
        words = f"in edition {issue.id}"
        for name in issue.pages:
            if name not in newest.pages:
                yield (
                    name,
                    site_pages.moved_page(manifest.about, name, issue.home + name, f"This page {words}"),
                )
        for id_ in issue.claims:
            name = f"latest/claims/{id_}"
            to = f"{issue.home}claims/{id_}"
            yield f"{name}.html", site_pages.moved_page(manifest.about, name, f"{to}.html", f"{id_} {words}")
            yield f"{name}.json", files.read(f"{to}.json")


def _refuse_change(there: ReleasedEdition, files: Mapping[str, bytes]) -> None:
    new = {name: sha256(data) for name, data in files.items()}
    old = there.manifest.files
    differing = sorted(name for name in {*new, *old} if new.get(name) != old.get(name))
    if differing:
        first = next((name for name in differing if name.startswith(there.home)), differing[0])
        raise OutputError(
            f"edition {there.id} is released and can not be changed",
            where=first,
            expected=f"SHA-256 {old.get(first, 'none: the file is not in it')}",
            got=f"SHA-256 {new.get(first, 'none: the file would be missing')}; {len(differing)} files differ",
            hint="give what is new an edition of its own in editions.toml",
        )


def _link(source: str, target: str) -> object:
    """Copy a file by giving it a second name; every write here makes a new file, so the bytes stay."""
    try:
        os.link(source, target)
    except OSError:
        return shutil.copy2(source, target)
    return target
