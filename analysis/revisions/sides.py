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

from analysis.errors import ReportError, VintageError
from analysis.revisions.tables import NOT_COMPARED, SAME_TABLE, Table, TableDiff, compare, read
from analysis.snapshots import DATA_SETS, Store, Vintage, sidecar
from analysis.snapshots.datasets import BY_FOLDER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Editions = Callable[[Path], Mapping[str, dt.date]]
    """Reads the editions of a repository: id to day, the newest last."""

SNAPSHOTS = "data-snapshots"
PACKAGE = Path(__file__).parents[1]

_BOOK = ("*.qmd", "*.yml", "*.toml", "*.bib", "chapters")
_NOT_SAID = {"publisher": "not said", "url": ["not said"], "licence": "not said", "method": "transcribed"}


@dataclass(frozen=True, slots=True)
class Side:
    """One state of evidence, code and prose.

    Args:
        asked: what was typed.
        kind: `day`, `edition`, `snapshot` or `revision`.
        root: the repository: evidence and prose.
        code: the folder that holds the package which evaluates it.
        as_of: the day on which the evidence is read.
        version: SHA-256 of the code.
        commit: of a revision.
        file: of a snapshot.
        source: the folder of the data set that the file feeds, "" if none does.
    """

    asked: str
    kind: str
    root: Path
    code: Path
    as_of: dt.date
    version: str
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
        editions: reads the editions of a repository.
        scratch: an empty folder for what has to be unpacked; it must outlive the sides.

    Raises:
        ReportError: a word is none of these.
    """
    known = editions(root)
    days = [known.get(word) or _day(word) for word in asked]
    files = [None if day else _file(root, word) for word, day in zip(asked, days, strict=True)]
    newest, running = [*known.values()][-1], _digest(PACKAGE)

    def side(this: int) -> Side:
        word, day, path, folder = asked[this], days[this], files[this], scratch / "ab"[this]
        if day:
            return Side(word, "edition" if word in known else "day", root, PACKAGE.parent, day, running)
        if path:
            feeds = (file.parent.name for file in (path, files[1 - this]) if file)
            source = next((name for name in feeds if name in BY_FOLDER), "")
            as_of = days[1 - this] or newest
            return Side(word, "snapshot", folder, PACKAGE.parent, as_of, running, file=path, source=source)
        return _revision(root, word, editions, folder)

    sides = side(0), side(1)
    for this, made in enumerate(sides):
        if made.file:
            _copy(root, made, files[1 - this])
    return sides


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
    if found.returncode:
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
    # What passed its contract and what was drawn is named by content, so the work tree's notes hold there too.
    for name in ("contracts", "charts"):
        if (kept := root / ".pivot" / name).exists():
            (folder / ".pivot").mkdir(exist_ok=True)
            (shutil.copytree if kept.is_dir() else shutil.copy)(kept, folder / ".pivot" / name)
    version = _digest(folder / PACKAGE.name)
    code = PACKAGE.parent if version == _digest(PACKAGE) else folder
    return Side(word, "revision", folder, code, [*editions(folder).values()][-1], version, commit)


def _git(root: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(["git", "-C", str(root), *words], capture_output=True, check=False)  # noqa: S603, S607
    except OSError as error:
        raise ReportError("git can not be run", got=str(error), hint="install git, or compare days") from None


def _digest(package: Path) -> str:
    """SHA-256 of the code of a package."""
    files = sorted(package.rglob("*.py"))
    said = [
        f"{path.relative_to(package).as_posix()} {hashlib.sha256(path.read_bytes()).hexdigest()}"
        for path in files
    ]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


def _copy(root: Path, side: Side, other: Path | None) -> None:
    """A repository in which one file is all that its source has said.

    The file goes in as `pivot add` would put it, rows and columns in order; one that breaks its contract leaves
    the source empty, and no claim that needs it can be evaluated.
    """
    side.root.mkdir()
    for found in sorted(path for pattern in _BOOK for path in root.glob(pattern)):
        (shutil.copytree if found.is_dir() else shutil.copy)(found, side.root / found.name)
    store = side.root / SNAPSHOTS
    shutil.copytree(
        root / SNAPSHOTS, store, ignore=shutil.ignore_patterns(side.source) if side.source else None
    )
    lines = (store / "SHA256SUMS").read_text("utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.split("  ", 1)[1].startswith(f"{side.source}/")]
    (store / "SHA256SUMS").write_text("".join(kept), "utf-8")
    table = _table(side.file, side.source) if side.file and side.source else None
    if table is None or table.cells is None or table.frame is None or not table.key:
        return
    spec = BY_FOLDER[side.source]
    pattern = next(
        (file for file in (side.file, other) if file and file.with_suffix(".toml").is_file()), None
    )
    said = sidecar.parse(pattern.with_suffix(".toml").read_bytes(), str(pattern)) if pattern else {}
    fields = {name: said.get(name, default) for name, default in _NOT_SAID.items()}
    last = (
        table.frame.index.max()
        if spec.dated == spec.key
        else table.frame.get(spec.dated, table.frame.index[:0]).max()
    )
    days = [day for day in (said.get("vintage"), getattr(last, "date", dict)()) if isinstance(day, dt.date)]
    vintage = max(days, default=side.as_of) if spec.append_only else (days or [side.as_of])[0]
    retrieved = max([vintage, *days, *(day for day in [said.get("retrieved")] if isinstance(day, dt.date))])
    ordered = table.cells.iloc[table.frame.index.argsort()]
    file = side.root / "snapshot.csv"
    ordered[sorted(ordered, key=[*spec.columns, *ordered].index)].to_csv(file, index=False)
    Store(store).add(side.source, file, **fields, vintage=vintage, retrieved=retrieved)


def rows(old: Side, new: Side) -> tuple[TableDiff, ...]:
    """The rows that changed: between the files if a side is one, else in every data set as it is seen."""
    source = old.source or new.source
    if old.file or new.file:
        pair = [side.file or (_newest(side, source) if source else Path()) for side in (old, new)]
        return (compare(_table(pair[0], source), _table(pair[1], source)),)
    vintages = Vintage(old.store, old.as_of), Vintage(new.store, new.as_of)
    return tuple(_seen(name, (old, new), vintages) for name in DATA_SETS)


def _seen(name: str, sides: tuple[Side, Side], vintages: tuple[Vintage, Vintage]) -> TableDiff:
    folder = DATA_SETS[name].folder
    try:
        diff = compare(_public(name, vintages[0]), _public(name, vintages[1]))
        if diff.state != SAME_TABLE:
            return diff
    except ReportError:
        pass  # this snapshot keeps another contract than that of the running code
    try:
        files = [_table(_newest(side, folder), folder) for side in sides]
        return compare(files[0], files[1])
    except ReportError as error:
        return TableDiff(name, DATA_SETS[name].key, NOT_COMPARED, str(error).replace("\n", " "))


def _public(name: str, vintage: Vintage) -> Table:
    spec = DATA_SETS[name]
    try:
        data = vintage.data(name)
    except VintageError:
        return Table(name, spec.key, None, spec.append_only)
    files = tuple(snapshot.sha256 for snapshot in data.snapshots)
    return Table(name, spec.key, data.frame, spec.append_only, files)


def _newest(side: Side, source: str) -> Path:
    found = sorted((side.root / SNAPSHOTS / source).glob("*.csv"))
    if not found:
        raise ReportError(f"there is no snapshot of {source}", where=side.label)
    return found[-1]


def _table(file: Path, source: str) -> Table:
    """A file as a table; its key is the one that its data set declares."""
    spec = BY_FOLDER.get(source)
    data = file.read_bytes()
    name = spec.name if spec else file.name
    return read(data, name, spec, spec.key if spec else "", hashlib.sha256(data).hexdigest())


def rewritten(old: Side, new: Side) -> Iterator[str]:
    """Snapshots that two repositories list under one name with other bytes: what has landed never changes."""
    if old.kind == new.kind == "revision":
        before, after = _sums(old), _sums(new)
        for path, digest in before.items():
            if path.endswith(".csv") and after.get(path, digest) != digest:
                yield f"{SNAPSHOTS}/{path} was rewritten in place; a new state should be a new file"


def _sums(side: Side) -> dict[str, str]:
    lines = (side.root / SNAPSHOTS / "SHA256SUMS").read_text("utf-8").splitlines()
    return {path: digest for digest, path in (line.split("  ", 1) for line in lines)}
