"""Add an edition to a published site, and never change one that is there."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from pivot.claims import stored
from pivot.errors import OutputError, ProseError
from pivot.files import sha256, writing
from pivot.folders import refuse_foreign, replacing
from pivot.publish import history
from pivot.publish.archive import paths, reader
from pivot.publish.archive.composition import compose, earlier
from pivot.publish.archive.reader import ReleasedEdition
from pivot.publish.archive.site_root import renew, write

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from pivot.publish.archive.composition import Draft
    from pivot.publish.archive.site_root import Difference


def release(place: Path, draft: Draft, difference: Difference | None = None) -> ReleasedEdition:
    """Add an edition to a published site, in one step that happens or does not.

    Args:
        place: the folder of the site; made when missing.
        draft: the edition.
        difference: compares two neighbouring editions, where it can.

    Returns:
        The edition as it now stands there.

    Raises:
        ProseError: a guard does not hold and is not accepted, or a number moved and no revision says why.
        OutputError: the edition is there with other bytes, `place` holds something else, or can not be
            written; it is as it was.
    """
    with writing(place):
        refuse_foreign(place, frozenset({paths.MANIFEST}), keeps_hidden=True)
        known = {one.id for one in _released(place)}
        if draft.edition.id not in known and (wrong := complaints(draft, place)):
            raise ProseError(
                f"edition {draft.edition.id} can not be released:\n" + "\n".join(f"  {one}" for one in wrong),
                where="editions.toml",
                expected="prose that reads right, or a word of the editor for each",
                got=f"{len(wrong)} that need one",
                hint="mend the prose, or say it in [[edition.accepted]] or [[edition.revision]]",
            )
        with replacing(place) as new:
            if place.exists():
                shutil.copytree(place, new, symlinks=True, copy_function=_link)
            edition = add(new, draft, difference)
            os.sync()
        return ReleasedEdition(reader.opened(place), edition.sha256, edition.manifest)


def complaints(draft: Draft, place: Path) -> list[str]:
    """What speaks against releasing an edition, each in one line: guards, and moves without a reason."""
    edition = draft.edition
    ledger = draft.site / paths.LEDGER
    claims = stored.parse(ledger.read_bytes(), str(ledger))
    broken = {id_: entry.guard for id_, entry in claims.items() if entry.guard and not entry.guard.holds}
    accepted = {one.claim for one in edition.accepted}
    wrong = [] if edition.published else ["published: no day is given on which it comes out"]
    wrong += [f"{id_}: its guard does not hold: {broken[id_].text}" for id_ in broken if id_ not in accepted]
    wrong += [
        f"{id_}: is accepted as reading wrong, and does not" for id_ in sorted(accepted) if id_ not in broken
    ]
    before = earlier(edition, _released(place))
    differs = history.moved(before[-1].claims, claims) if before else {}
    same_code = bool(before) and before[-1].manifest.code == draft.code
    wrong += [
        f"{id_}: {'; '.join(words)}, and no revision says why"
        for id_, words in differs.items()
        if edition.kind_of(id_, same_code=same_code) is None
    ]
    named = {id_ for one in edition.reasons(same_code=same_code) for id_ in one.claims}
    wrong += [f"{id_}: a revision names it, and it has not moved" for id_ in sorted(named - set(differs))]
    return wrong + list(_false_errata(draft, before))


def _false_errata(draft: Draft, before: Sequence[ReleasedEdition]) -> Iterator[str]:
    """What an erratum quotes of an earlier edition, and that edition does not say."""
    known = {one.id: one for one in before}
    for one in draft.edition.errata:
        for id_ in one.was:
            released = known.get(id_)
            entry = released and released.claims.get(one.claim)
            if not released or not entry:
                yield f"{one.claim}: an erratum names edition {id_}, which does not have it"
                continue
            quoted = (one.now if released.manifest.code == draft.code else one.was)[id_]
            if not any(quoted in text.replace("\N{NO-BREAK SPACE}", " ") for text in entry.shown):
                yield f"{one.claim}: an erratum quotes {quoted!r}, which edition {id_} does not say of it"


def add(place: Path, draft: Draft, difference: Difference | None = None) -> ReleasedEdition:
    """Write an edition into the folder of a site, and make the site's own pages anew.

    The folder may be left half-written: `release` works on a copy.

    Raises:
        OutputError: the edition is there with other bytes.
    """
    released = _released(place)
    there = next((one for one in released if one.id == draft.edition.id), None)
    manifest, files = compose(
        draft, tuple(one for one in released if there is None or one.manifest.number < there.manifest.number)
    )
    if there is not None:
        _refuse_change(there, files)
    else:
        place.mkdir(parents=True, exist_ok=True)
        files[paths.edition_folder(draft.edition.id) + paths.MANIFEST] = manifest.to_json()
        for name, data in files.items():
            if not (place / name).is_file():  # a file with this name in `files/` has these bytes
                write(place / name, data)
    renew(place, difference)
    return next(one for one in _released(place) if one.id == draft.edition.id)


def _released(place: Path) -> tuple[ReleasedEdition, ...]:
    return reader.released(reader.opened(place)) if place.is_dir() else ()


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
