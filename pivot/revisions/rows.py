"""Rows of two sides: as they are seen on the days that were asked for, and what else changed in the files."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pivot.errors import ReportError, VintageError
from pivot.files import sha256
from pivot.names import SNAPSHOTS
from pivot.revisions.tables import CHANGED, IDENTICAL, NOT_COMPARED, Table, TableDiff, compare, read
from pivot.snapshots import sidecar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pivot.article import Article
    from pivot.revisions.sides import Side
    from pivot.snapshots import Vintage
    from pivot.snapshots.datasets import Spec

_OF_THE_FILE = {"bytes", "sha256"}
"""Fields of a sidecar that follow from its file, which is compared itself."""


def rows(old: Side, new: Side) -> tuple[TableDiff, ...]:
    """The rows that changed: between the files if a side is one, else in every data set."""
    if old.file or new.file:
        source = old.source or new.source
        newest = [side.root / SNAPSHOTS / _newest(_of(source, side.snapshots())) for side in (old, new)]
        files = [side.file or file for side, file in zip((old, new), newest, strict=True)]
        return (compare(*(table(new.article, file, source) for file in files)),)
    # What is the same bytes on the same day is read once.
    vintages = old.vintage, old.vintage if same_evidence(old, new) else new.vintage
    sums = old.snapshots(), new.snapshots()
    return tuple(
        diff
        for spec in new.article.data_sets.values()
        for diff in _diffs(spec, (old, new), vintages, [_of(spec.folder, files) for files in sums])
    )


def same_evidence(old: Side, new: Side) -> bool:
    """Whether two sides read the same bytes on the same day."""
    return old.as_of == new.as_of and not (old.file or new.file) and old.snapshots() == new.snapshots()


def _diffs(
    spec: Spec,
    sides: tuple[Side, Side],
    vintages: tuple[Vintage, Vintage],
    files: Sequence[Mapping[str, str]],
) -> Iterator[TableDiff]:
    """A data set as it is seen on both days; and apart from it what else changed in its files."""
    try:
        seen = compare(*(_public(spec.name, vintage) for vintage in vintages))
    except ReportError as error:  # a snapshot that keeps another contract than that of the running code
        seen = TableDiff(spec.name, spec.key, NOT_COMPARED, error.what)
    unseen = [*_changed_files(spec, sides, seen, files)]
    if not unseen or seen.state in (CHANGED, IDENTICAL):
        yield seen
    yield from unseen


def _public(name: str, vintage: Vintage) -> Table:
    spec = vintage.store.data_sets[name]
    try:
        data = vintage.data(name)
    except VintageError:
        return Table(name, spec.key, None, spec.append_only)
    files = tuple(snapshot.sha256 for snapshot in data.snapshots)
    return Table(name, spec.key, data.frame, spec.append_only, files)


def _changed_files(
    spec: Spec, sides: tuple[Side, Side], seen: TableDiff, files: Sequence[Mapping[str, str]]
) -> Iterator[TableDiff]:
    """What changed in each file: held against itself, or against the one before it where it came or went."""
    before, after = files
    for path in sorted({*before, *after}):
        if before.get(path) == after.get(path):
            continue
        try:
            diff = compare(
                *(_state(spec, side, path, known) for side, known in zip(sides, files, strict=True))
            )
        except ReportError as error:
            diff = TableDiff(spec.name, spec.key, NOT_COMPARED, error.what)
        unseen = diff.without(seen) if seen.state == CHANGED else diff
        if unseen.state != IDENTICAL:
            yield replace(unseen, file=f"{SNAPSHOTS}/{path}")


def _state(spec: Spec, side: Side, path: str, files: Mapping[str, str]) -> Table:
    """A file on one side; where it is not there, the one before it, or else the newest."""
    earlier = {one: sha256 for one, sha256 in files.items() if sidecar.order(one) < sidecar.order(path)}
    name = path if path in files else _newest(earlier) or _newest(files)
    if not name:
        return Table(spec.name, spec.key, None, spec.append_only)
    return table(side.article, side.root / SNAPSHOTS / name, spec.folder)


def _of(source: str, files: Mapping[str, str]) -> dict[str, str]:
    """The tables of a source that are there."""
    return {
        path: sha256
        for path, sha256 in files.items()
        if sha256 and path.startswith(f"{source}/") and path.endswith(".csv")
    }


def _newest(files: Iterable[str]) -> str:
    return max(files, key=sidecar.order, default="")


def table(article: Article, file: Path, source: str) -> Table:
    """A file as a table; its key is the one that its data set declares."""
    spec = article.folders.get(source)
    data = file.read_bytes()
    return read(data, file.name, spec, sha256(data))


def rewritten(old: Side, new: Side) -> Iterator[str]:
    """Snapshots that two repositories list under one name with other bytes: what has landed never changes."""
    for path in _in_both(old, new):
        if path.endswith(".csv"):
            yield f"{SNAPSHOTS}/{path} was rewritten in place; a new state should be a new file"


def sidecars(old: Side, new: Side) -> Iterator[tuple[str, str, object, object]]:
    """What the sidecars of one file say differently: its path, the field, what it was and what it is."""
    for path in _in_both(old, new):
        if path.endswith(".toml"):
            before, after = (
                sidecar.parse((side.root / SNAPSHOTS / path).read_bytes(), path) for side in (old, new)
            )
            for field in sorted({*before, *after} - _OF_THE_FILE):
                if before.get(field) != after.get(field):
                    yield f"{SNAPSHOTS}/{path}", field, before.get(field), after.get(field)


def _in_both(old: Side, new: Side) -> Iterator[str]:
    if old.root != new.root and not (old.file or new.file):
        before, after = old.snapshots(), new.snapshots()
        yield from (path for path, sha256 in before.items() if after.get(path, sha256) != sha256)
