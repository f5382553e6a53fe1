"""The two sides of a difference: a day, an edition, a snapshot file or a git revision, each as a folder.

A side is a repository on disk (evidence and prose), the code that evaluates it, and a day. A git revision is
unpacked into a scratch folder with `git archive`, a snapshot file is put into a copy of the store there; the
work tree is only read.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import re
import shutil
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from analysis.errors import ReportError, VintageError
from analysis.revisions.tables import NOT_COMPARED, Table, TableDiff, compare, read
from analysis.snapshots import DATA_SETS, Store, Vintage, sidecar
from analysis.snapshots.datasets import BY_FOLDER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Editions = Callable[[Path], Mapping[str, dt.date]]

SNAPSHOTS = "data-snapshots"
PACKAGE = Path(__file__).parents[1]

_BOOK = ("*.qmd", "*.yml", "*.toml", "*.bib", "chapters")
_CARRIED = ("publisher", "url", "licence", "method", "retrieved")
_UNSAID = {"publisher": "not said", "url": ["not said"], "licence": "not said", "method": "transcribed"}


@dataclass(frozen=True, slots=True)
class Side:
    """One state of evidence, code and prose.

    Args:
        asked: what was typed.
        kind: `day`, `edition`, `snapshot` or `revision`.
        root: the repository: evidence and prose.
        code: the folder that holds the package which evaluates it.
        as_of: the day on which the evidence is read.
        commit: of a revision.
        file: of a snapshot.
        source: the folder of the data set that the file feeds, "" if none does.
    """

    asked: str
    kind: str
    root: Path
    code: Path
    as_of: dt.date
    commit: str = ""
    file: Path | None = None
    source: str = ""

    @property
    def label(self) -> str:
        """How readers are told of it."""
        return f"{self.asked} ({self.commit[:7]})" if self.commit else self.asked

    @property
    def here(self) -> bool:
        """Whether the running code is the side's own."""
        return self.code == PACKAGE.parent

    @property
    def store(self) -> Store:
        """Its snapshots."""
        return Store(self.root / SNAPSHOTS)


def resolve(root: Path, asked: tuple[str, str], editions: Editions, scratch: Path) -> tuple[Side, Side]:
    """Find out what two words mean.

    Args:
        root: the repository.
        asked: days, ids of editions, paths of snapshot files or git revisions.
        editions: reads the editions of a repository, id to day, the newest last.
        scratch: an empty folder for what has to be unpacked; it must outlive the sides.

    Raises:
        ReportError: a word is none of these.
    """
    days = editions(root)
    paths = [_file(root, word) if not _day(word) and word not in days else None for word in asked]
    known = [_day(word) or days.get(word) for word in asked]
    sides = []
    for place, (word, path, day) in enumerate(zip(asked, paths, known, strict=True)):
        folder = scratch / "ab"[place]
        if day:
            kind = "day" if _day(word) else "edition"
            side = Side(word, kind, root, PACKAGE.parent, day)
        elif path:
            as_of = known[1 - place] or list(days.values())[-1]
            side = _snapshot(root, word, path, paths[1 - place], as_of, folder)
        else:
            side = _revision(root, word, editions, folder)
        sides.append(side)
    return sides[0], sides[1]


def _day(word: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(word) if re.fullmatch(r"\d{4}-\d\d-\d\d", word) else None
    except ValueError:
        raise ReportError(f"{word!r} is not a day", expected="YYYY-MM-DD") from None


def _file(root: Path, word: str) -> Path | None:
    return next((path.resolve() for path in (Path(word), root / word) if path.is_file()), None)


def _revision(root: Path, word: str, editions: Editions, folder: Path) -> Side:
    found = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{word}^{{commit}}")
    commit = found.stdout.decode().strip()
    if found.returncode or not commit:
        raise ReportError(
            f"{word!r} is nothing that can be compared",
            expected="a day (2026-05-08), the id of an edition, a snapshot file, or a git revision (main, HEAD~1)",
            got=found.stderr.decode(errors="replace").strip(),
            hint="`git log --oneline` lists revisions, editions.toml the editions",
        )
    archive = _git(root, "archive", "--format=tar", commit)
    if archive.returncode:
        raise ReportError(f"git can not read {word}", got=archive.stderr.decode(errors="replace").strip())
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as tar:
        tar.extractall(folder, filter="data")
    # What has passed its contract and what was drawn is named by its content, so the notes hold there too.
    for name in ("contracts", "charts"):
        if (kept := root / ".pivot" / name).exists():
            (folder / ".pivot").mkdir(exist_ok=True)
            shutil.copytree(kept, folder / ".pivot" / name) if kept.is_dir() else shutil.copy(kept, folder / ".pivot")
    ours = _digest(folder / PACKAGE.name) == _digest(PACKAGE)
    code = PACKAGE.parent if ours else folder
    return Side(word, "revision", folder, code, list(editions(folder).values())[-1], commit)


def _git(root: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(["git", "-C", str(root), *words], capture_output=True, check=False)  # noqa: S603, S607
    except OSError as error:
        raise ReportError("git can not be run", got=str(error), hint="install git, or compare days") from None


def _digest(package: Path) -> str:
    total = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        total.update(f"{path.relative_to(package).as_posix()}\0{len(path.read_bytes())}\0".encode() + path.read_bytes())
    return total.hexdigest()


def _snapshot(root: Path, word: str, path: Path, other: Path | None, as_of: dt.date, folder: Path) -> Side:
    """A side on which one file is all that its source has said."""
    source = next((p.parent.name for p in (path, other) if p and p.parent.name in BY_FOLDER), "")
    side = Side(word, "snapshot", folder, PACKAGE.parent, as_of, file=path, source=source)
    folder.mkdir()
    for found in sorted(found for pattern in _BOOK for found in root.glob(pattern)):
        shutil.copytree(found, folder / found.name) if found.is_dir() else shutil.copy(found, folder)
    if source:
        shutil.copytree(root / SNAPSHOTS, folder / SNAPSHOTS, ignore=lambda at, _: [source] if at.endswith(SNAPSHOTS) else [])
        sums = folder / SNAPSHOTS / "SHA256SUMS"
        lines = sums.read_text("utf-8").splitlines(keepends=True)
        sums.write_text("".join(line for line in lines if f"  {source}/" not in line), "utf-8")
    return side


def admit(side: Side, beside: Path | None) -> None:
    """Put the file of a snapshot side into its store, in the form that the store asks for.

    Raises:
        ReportError: no data set is fed by such a file, or its rows break the contract.
    """
    if side.file is None or (side.source and (side.root / SNAPSHOTS / side.source).exists()):
        return
    if not side.source:
        raise ReportError(
            "no data set is fed by this file",
            where=side.asked,
            expected=f"a file in a folder of {SNAPSHOTS}, or one compared with such a file",
        )
    spec = BY_FOLDER[side.source]
    table = _table(side)
    if table.cells is None or not table.key or table.frame is None:
        raise ReportError("the key of the data set is not a column of this file", where=side.asked, expected=spec.key)
    pattern = next((p for p in (side.file, beside) if p and p.with_suffix(".toml").is_file()), None)
    given = tomllib_fields(pattern) if pattern else {}
    newest = table.frame.index.max() if spec.dated == spec.key else table.frame[spec.dated].max() if spec.dated else None
    days = [day for day in (given.get("vintage"), pd.notna(newest) and newest.date()) if isinstance(day, dt.date)]
    vintage = max(days, default=side.as_of) if spec.append_only else days[0] if days else side.as_of
    rows = table.cells.iloc[table.frame.index.argsort(kind="stable")]
    file = side.root / "snapshot.csv"
    rows[[*(c for c in spec.columns if c in rows), *(c for c in rows if c not in spec.columns)]].to_csv(file, index=False)
    fields = _UNSAID | {name: given[name] for name in _CARRIED if name in given} | {"vintage": vintage}
    side.store.add(side.source, file, **fields | {"retrieved": max([*days, *_dates(fields.get("retrieved"))], default=vintage)})


def _dates(value: object) -> Iterator[dt.date]:
    if isinstance(value, dt.date):
        yield value


def rows(old: Side, new: Side) -> tuple[TableDiff, ...]:
    """The rows that changed: of the files if a side is one, else of every data set as it is seen."""
    if old.file or new.file:
        pair = [side if side.file else _newest(side, (old.source or new.source)) for side in (old, new)]
        return (compare(_table(pair[0]), _table(pair[1])),)
    vintages = [Vintage(side.store, side.as_of) for side in (old, new)]
    return tuple(_seen(name, (old, new), (vintages[0], vintages[1])) for name in DATA_SETS)


def _seen(name: str, sides: tuple[Side, Side], vintages: tuple[Vintage, Vintage]) -> TableDiff:
    spec = DATA_SETS[name]
    tables = []
    try:
        for vintage in vintages:
            try:
                data = vintage.data(name)
            except VintageError:
                tables.append(Table(name, spec.key, None, spec.append_only))
                continue
            files = tuple(snapshot.sha256 for snapshot in data.snapshots)
            tables.append(Table(name, spec.key, data.frame, spec.append_only, files))
        diff = compare(tables[0], tables[1])
        if diff.state not in (IDENTICAL_OR_CHANGED) or len(tables[0].files) != 1 or len(tables[1].files) != 1:
            return diff
        return diff
    except ReportError:
        # The contract of the running code is not that of this snapshot: hold the files against each other.
        try:
            return compare(*(_table(_newest(side, spec.folder)) for side in sides))
        except ReportError as error:
            return TableDiff(name, spec.key, NOT_COMPARED, error.what)
