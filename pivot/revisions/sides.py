"""The two sides of a difference: a day, an edition, a snapshot file or a git revision, each as a folder.

A side is a repository on disk (evidence and prose), the code that evaluates it, and a day. A git revision is
unpacked into a scratch folder with `git archive`, a snapshot file is put into a copy of the store there; the
work tree is only read.
"""

from __future__ import annotations

import datetime as dt
import io
import os
import re
import shutil
import subprocess
import tarfile
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pivot import code
from pivot.editions import editions
from pivot.errors import ReportError, VintageError
from pivot.files import sha256
from pivot.names import CACHE, SNAPSHOTS
from pivot.revisions.tables import NOT_COMPARED, SAME_TABLE, Table, TableDiff, compare, read
from pivot.snapshots import Vintage, sidecar
from pivot.snapshots.store import SUMS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pivot.article import Article
    from pivot.snapshots import Store


_BOOK = ("*.qmd", "*.yml", "*.toml", "*.bib", "chapters")
_NOT_SAID = {"publisher": "not said", "url": ["not said"], "licence": "not said", "method": "transcribed"}


@dataclass(frozen=True, slots=True)
class Side:
    """One state of evidence, code and prose.

    Args:
        asked: what was typed.
        kind: `day`, `edition`, `snapshot` or `revision`.
        article: what the running code knows.
        root: the repository: evidence and prose.
        as_of: the day on which the evidence is read.
        code: the folder of the code that evaluates it; None for the running code.
        version: SHA-256 of that code, "" for the running one.
        commit: of a revision.
        file: of a snapshot.
        source: the folder of the data set that the file feeds, "" if none does.
        refused: why the file could not go into the store, "" if it could.
    """

    asked: str
    kind: str
    article: Article
    root: Path
    as_of: dt.date
    code: Path | None = None
    version: str = ""
    commit: str = ""
    file: Path | None = None
    source: str = ""
    refused: str = ""

    @property
    def label(self) -> str:
        """How readers are told of it."""
        return f"{self.asked} ({self.commit[:7]})" if self.commit else self.asked

    @property
    def store(self) -> Store:
        """Its snapshots."""
        return self.article.store(self.root)


def resolve(
    article: Article, root: Path, asked: tuple[str, str], known: Mapping[str, dt.date], scratch: Path
) -> tuple[Side, Side]:
    """Find out what two words mean.

    Args:
        article: what the running code knows.
        root: the repository.
        asked: days, ids of editions, paths of snapshot files or git revisions.
        known: the editions of the repository by id, with their days, the newest last.
        scratch: an empty folder for what has to be unpacked; it must outlive the sides.

    Raises:
        ReportError: a word is none of these.
    """
    days = [known.get(word) or _day(word) for word in asked]
    files = [None if day else _file(root, word) for word, day in zip(asked, days, strict=True)]
    newest = [*known.values()][-1]

    def side(this: int) -> Side:
        word, day, path, folder = asked[this], days[this], files[this], scratch / "ab"[this]
        if day:
            return Side(word, "edition" if word in known else "day", article, root, day)
        if path:
            other = files[1 - this]
            feeds = (file.parent.name for file in (path, other) if file)
            source = next((name for name in feeds if name in article.folders), "")
            made = Side(word, "snapshot", article, folder, days[1 - this] or newest, file=path, source=source)
            return replace(made, refused=_copy(root, made, path, other))
        return _revision(article, root, word, folder)

    return side(0), side(1)


def same_evidence(old: Side, new: Side) -> bool:
    """Whether two sides read the same bytes on the same day."""
    return old.as_of == new.as_of and not (old.file or new.file) and _sums(old) == _sums(new)


def _day(word: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(word) if re.fullmatch(r"\d{4}-\d\d-\d\d", word) else None
    except ValueError:
        raise ReportError(f"{word!r} is not a day", expected="YYYY-MM-DD") from None


def _file(root: Path, word: str) -> Path | None:
    return next((path.resolve() for path in (Path(word), root / word) if path.is_file()), None)


def _revision(article: Article, root: Path, word: str, folder: Path) -> Side:
    found = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{word}^{{commit}}")
    commit = found.stdout.decode().strip()
    if found.returncode:
        raise ReportError(
            f"{word!r} is nothing that can be compared",
            expected="a day (2026-05-08), an edition, a snapshot file or a git revision (main, HEAD~1)",
            got=found.stderr.decode(errors="replace").strip(),
            hint="`git log --oneline` lists revisions, editions.toml the editions",
        )
    archive = _git(root, "archive", "--format=tar", commit)
    if archive.returncode:
        raise ReportError(f"git can not read {word}", got=archive.stderr.decode(errors="replace").strip())
    _unpack(archive.stdout, folder)
    # What was drawn is named by content, so it holds there too.
    if (kept := root / CACHE / "charts").is_dir():
        shutil.copytree(kept, folder / CACHE / "charts")
    day = editions(folder)[-1].as_of
    # A report may carry its engine, as this one does; one that does not is evaluated by the running one.
    engine = folder / code.ENGINE.name
    packages = (folder / article.package, engine if engine.is_dir() else code.ENGINE)
    version = code.digest(packages)
    if version == code.digest(article.code):
        return Side(word, "revision", article, folder, day, commit=commit)
    return Side(word, "revision", article, folder, day, folder, version, commit)


def _unpack(archive: bytes, folder: Path) -> None:
    """Write the plain files of a tar into a folder: no links, and nothing that would stand outside of it.

    `tarfile` has a filter for this, but not before Python 3.11.4.
    """
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for member in tar:
            path = Path(os.path.normpath(folder / member.name))
            if member.isfile() and path.is_relative_to(folder) and (file := tar.extractfile(member)):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(file.read())


def _git(root: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(["git", "-C", str(root), *words], capture_output=True, check=False)  # noqa: S603, S607
    except OSError as error:
        raise ReportError("git can not be run", got=str(error), hint="install git, or compare days") from None


def _copy(root: Path, side: Side, file: Path, other: Path | None) -> str:
    """Make a repository in which one file is all that its source has said.

    The file goes in as `pivot add` would put it, its rows and columns in order.

    Returns:
        Why it could not go in, "" if it could.
    """
    if not side.source:
        return "no data set is fed by this file, so no claim can be asked"
    side.root.mkdir()
    for found in sorted(path for pattern in _BOOK for path in root.glob(pattern)):
        (shutil.copytree if found.is_dir() else shutil.copy)(found, side.root / found.name)
    store = side.root / SNAPSHOTS
    shutil.copytree(root / SNAPSHOTS, store, ignore=shutil.ignore_patterns(side.source))
    kept = {path: sha256 for path, sha256 in _sums(side).items() if not path.startswith(f"{side.source}/")}
    (store / SUMS).write_text("".join(f"{sha256}  {path}\n" for path, sha256 in kept.items()), "utf-8")
    try:
        spec, table = side.article.folders[side.source], _table(side.article, file, side.source)
        if table.cells is None or table.frame is None or not table.key:
            return f"the file has no column {spec.key}, by which its rows are known"
        said = next((_said(one) for one in (file, other) if one and one.with_suffix(".toml").is_file()), {})
        vintage, retrieved = (_date(said.get(name), side.as_of) for name in ("vintage", "retrieved"))
        dated = table.frame.index if spec.dated == spec.key else table.frame.get(spec.dated)
        if spec.append_only and dated is not None and dated.dtype.kind == "M":
            vintage = max(vintage, dated.max().date())  # a candidate goes on where its pattern ends
        fields = {name: said.get(name, default) for name, default in _NOT_SAID.items()}
        fields |= {"vintage": vintage, "retrieved": max(vintage, retrieved)}
        ordered = table.cells.iloc[table.frame.index.argsort()]
        plain = side.root / "snapshot.csv"
        ordered[sorted(ordered, key=[*spec.columns, *ordered].index)].to_csv(plain, index=False)
        side.store.add(side.source, plain, **fields)
    except ReportError as error:
        return " ".join(str(error).split())
    return ""


def _date(value: object, otherwise: dt.date) -> dt.date:
    return value if isinstance(value, dt.date) else otherwise


def _said(file: Path) -> dict[str, object]:
    return sidecar.parse(file.with_suffix(".toml").read_bytes(), str(file))


def rows(old: Side, new: Side) -> tuple[TableDiff, ...]:
    """The rows that changed: between the files if a side is one, else in every data set as it is seen."""
    source = old.source or new.source
    if old.file or new.file:
        pair = [side.file or (_newest(side, source) if source else Path()) for side in (old, new)]
        return (compare(*(_table(new.article, file, source) for file in pair)),)
    vintages = Vintage(old.store, old.as_of), Vintage(new.store, new.as_of)
    return tuple(_seen(name, (old, new), vintages) for name in new.article.data_sets)


def _seen(name: str, sides: tuple[Side, Side], vintages: tuple[Vintage, Vintage]) -> TableDiff:
    spec, seen = sides[1].article.data_sets[name], None
    with suppress(ReportError):  # of a snapshot that keeps another contract than that of the running code
        seen = compare(_public(name, vintages[0]), _public(name, vintages[1]))
        if seen.state != SAME_TABLE:
            return seen
    try:
        files = [_table(side.article, _newest(side, spec.folder), spec.folder) for side in sides]
    except ReportError as error:
        return seen or TableDiff(name, spec.key, NOT_COMPARED, error.what)
    raw = compare(files[0], files[1])
    return raw if seen is None or raw.state == SAME_TABLE else seen


def _public(name: str, vintage: Vintage) -> Table:
    spec = vintage.store.data_sets[name]
    try:
        data = vintage.data(name)
    except VintageError:
        return Table(name, spec.key, None, spec.append_only)
    files = tuple(snapshot.sha256 for snapshot in data.snapshots)
    return Table(name, spec.key, data.frame, spec.append_only, files)


def _newest(side: Side, source: str) -> Path:
    files = (side.root / SNAPSHOTS / source).glob("*.csv")
    found = sorted(files, key=lambda file: sidecar.order(file.name))
    if not found:
        raise ReportError(f"there is no snapshot of {source}", where=side.label)
    return found[-1]


def _table(article: Article, file: Path, source: str) -> Table:
    """A file as a table; its key is the one that its data set declares."""
    spec = article.folders.get(source)
    data = file.read_bytes()
    name = spec.name if spec else file.name
    return read(data, name, spec, spec.key if spec else "", sha256(data))


def rewritten(old: Side, new: Side) -> Iterator[str]:
    """Snapshots that two repositories list under one name with other bytes: what has landed never changes."""
    if old.root != new.root and not (old.file or new.file):
        before, after = _sums(old), _sums(new)
        for path, sha256 in before.items():
            if path.endswith(".csv") and after.get(path, sha256) != sha256:
                yield f"{SNAPSHOTS}/{path} was rewritten in place; a new state should be a new file"


def _sums(side: Side) -> dict[str, str]:
    lines = (side.root / SNAPSHOTS / SUMS).read_text("utf-8").splitlines()
    return {path: digest for digest, path in (line.split("  ", 1) for line in lines)}
