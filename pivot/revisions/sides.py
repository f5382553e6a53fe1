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
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pivot.code import FOLDER, digest
from pivot.errors import ReportError, VintageError
from pivot.revisions.tables import NOT_COMPARED, SAME_TABLE, Table, TableDiff, compare, read
from pivot.snapshots import DATA_SETS, Store, Vintage, sidecar
from pivot.snapshots.datasets import BY_FOLDER
from pivot.snapshots.store import SUMS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Editions = Callable[[Path], Mapping[str, dt.date]]
    """Reads the editions of a repository: id to day, the newest last."""

SNAPSHOTS = "data-snapshots"

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
        refused: why the file could not go into the store, "" if it could.
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
    refused: str = ""

    @property
    def label(self) -> str:
        """How readers are told of it."""
        return f"{self.asked} ({self.commit[:7]})" if self.commit else self.asked

    @property
    def here(self) -> bool:
        """Whether the running code is the side's own."""
        return self.code == FOLDER

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
    newest, running = [*known.values()][-1], digest()

    def side(this: int) -> Side:
        word, day, path, folder = asked[this], days[this], files[this], scratch / "ab"[this]
        if day:
            return Side(word, "edition" if word in known else "day", root, FOLDER, day, running)
        if path:
            other = files[1 - this]
            feeds = (file.parent.name for file in (path, other) if file)
            source = next((name for name in feeds if name in BY_FOLDER), "")
            made = Side(word, "snapshot", folder, FOLDER, days[1 - this] or newest, running)
            made = replace(made, file=path, source=source)
            return replace(made, refused=_copy(root, made, path, other))
        return _revision(root, word, editions, folder)

    return side(0), side(1)


def here(root: Path, as_of: str) -> Side:
    """A day of a repository, as the running code sees it."""
    return Side(as_of, "day", root, FOLDER, dt.date.fromisoformat(as_of), "")


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


def _revision(root: Path, word: str, editions: Editions, folder: Path) -> Side:
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
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as tar:
        tar.extractall(folder, filter="data")
    # What passed its contract and what was drawn is named by content, so these notes hold there too.
    for name in ("contracts", "charts"):
        if (kept := root / ".pivot" / name).exists():
            (folder / ".pivot").mkdir(exist_ok=True)
            (shutil.copytree if kept.is_dir() else shutil.copy)(kept, folder / ".pivot" / name)
    version = digest(folder)
    code = FOLDER if version == digest() else folder
    return Side(word, "revision", folder, code, [*editions(folder).values()][-1], version, commit)


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
        spec, table = BY_FOLDER[side.source], _table(file, side.source)
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
        return (compare(_table(pair[0], source), _table(pair[1], source)),)
    vintages = Vintage(old.store, old.as_of), Vintage(new.store, new.as_of)
    return tuple(_seen(name, (old, new), vintages) for name in DATA_SETS)


def _seen(name: str, sides: tuple[Side, Side], vintages: tuple[Vintage, Vintage]) -> TableDiff:
    folder, seen = DATA_SETS[name].folder, None
    with suppress(ReportError):  # of a snapshot that keeps another contract than that of the running code
        seen = compare(_public(name, vintages[0]), _public(name, vintages[1]))
        if seen.state != SAME_TABLE:
            return seen
    try:
        files = [_table(_newest(side, folder), folder) for side in sides]
    except ReportError as error:
        return seen or TableDiff(name, DATA_SETS[name].key, NOT_COMPARED, error.what)
    raw = compare(files[0], files[1])
    return raw if seen is None or raw.state == SAME_TABLE else seen


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
    if old.root != new.root and not (old.file or new.file):
        before, after = _sums(old), _sums(new)
        for path, sha256 in before.items():
            if path.endswith(".csv") and after.get(path, sha256) != sha256:
                yield f"{SNAPSHOTS}/{path} was rewritten in place; a new state should be a new file"


def _sums(side: Side) -> dict[str, str]:
    lines = (side.root / SNAPSHOTS / SUMS).read_text("utf-8").splitlines()
    return {path: digest for digest, path in (line.split("  ", 1) for line in lines)}
