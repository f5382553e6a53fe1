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
import tarfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pivot import code
from pivot.claims.quantities import Day
from pivot.editions import editions
from pivot.errors import ReportError
from pivot.files import sha256
from pivot.git import complaint, git
from pivot.names import BOOK_FILE, CACHE, EDITIONS_FILE, SNAPSHOTS
from pivot.revisions.confinement import landlock
from pivot.revisions.rows import table
from pivot.snapshots import sidecar
from pivot.snapshots.store import SUMS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pivot.article import Article
    from pivot.revisions.states import State
    from pivot.snapshots import Vintage


_BOOK = ("*.qmd", "*.yml", "*.toml", "*.bib", "chapters")
_NOT_SAID = {"publisher": "not said", "url": ["not said"], "licence": "not said", "method": "transcribed"}


@dataclass(frozen=True, slots=True)
class Side:
    """One state of evidence, code and prose, and what they make together.

    Args:
        label: what was typed.
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
        notes: what a reader of the difference must know of how it was read.
        state: what it makes, once it was evaluated.
    """

    label: str
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
    notes: tuple[str, ...] = ()
    state: State | None = None

    @property
    def name(self) -> str:
        """The day of an edition or a day, as readers have it; what it was asked by for all else."""
        is_day = self.kind == "edition" or (self.kind == "day" and self.label == str(self.as_of))
        return Day(self.as_of).display() if is_day else self.label

    @property
    def revision(self) -> str:
        """What it was asked by, with its commit."""
        return f"{self.label} ({self.commit[:7]})" if self.commit else self.label

    @property
    def title(self) -> str:
        """What it was asked by, with its commit and its day."""
        day = f", evidence as of {self.as_of}" if self.label != str(self.as_of) else ""
        return self.revision + day

    @property
    def vintage(self) -> Vintage:
        """Its evidence, as the running code reads it."""
        evaluated = self.state.vintage if self.state else None
        return evaluated or self.article.vintage(self.root, self.as_of)

    def snapshots(self) -> dict[str, str]:
        """SHA-256 of each file of its evidence as it is, by path; "" where a listed one is missing."""
        store = self.root / SNAPSHOTS
        lines = (store / SUMS).read_text("utf-8").splitlines() if (store / SUMS).is_file() else []
        files = {path: store / path for path in (line.partition("  ")[2] for line in lines)}
        return {path: sha256(file.read_bytes()) if file.is_file() else "" for path, file in files.items()}


def resolve(
    article: Article,
    root: Path,
    words: tuple[str, str],
    days: Mapping[str, dt.date],
    scratch: Path,
    *,
    data_only: bool = False,
) -> tuple[Side, Side]:
    """Find out what two words mean.

    Args:
        article: what the running code knows.
        root: the repository.
        words: days, ids of editions, paths of snapshot files or git revisions.
        days: of the editions of the repository by id, the newest last.
        scratch: an empty folder for what has to be unpacked; it must outlive the sides.
        data_only: let the running code evaluate revisions, whose own code never runs.

    Raises:
        ReportError: a word is none of these.
    """
    asked = [days.get(word) or _day(word) for word in words]
    files = [None if day else _file(root, word) for word, day in zip(words, asked, strict=True)]

    def side(this: int) -> Side:
        word, day, path, folder = words[this], asked[this], files[this], scratch / "ab"[this]
        if day:
            return Side(word, "edition" if word in days else "day", article, root, day)
        if path:
            other = files[1 - this]
            feeds = (file.parent.name for file in (path, other) if file)
            source = next((name for name in feeds if name in article.folders), "")
            as_of = asked[1 - this] or [*days.values()][-1]
            made = Side(word, "snapshot", article, folder, as_of, file=path, source=source)
            return replace(made, refused=_copy(root, made, path, other))
        return _revision(article, root, word, folder, data_only=data_only)

    return side(0), side(1)


def _day(word: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(word) if re.fullmatch(r"\d{4}-\d\d-\d\d", word) else None
    except ValueError:
        raise ReportError(
            f"{word!r} is not a day",
            where=_DIFF,
            expected="a day of the calendar as YYYY-MM-DD",
            got=word,
            hint="write the day that you mean",
        ) from None


def _file(root: Path, word: str) -> Path | None:
    file = next((path.resolve() for path in (Path(word), root / word) if path.is_file()), None)
    if file and not git(root, *_COMMIT, f"{word}^{{commit}}").returncode:
        raise ReportError(
            f"{word!r} is a file and a git revision",
            where=_DIFF,
            expected="one of the two",
            got="both",
            hint=f"./{word} is the file, and `git rev-parse {word}` prints the revision's own name",
        )
    return file


_DIFF = "the sides of the comparison"
_COMMIT = ("rev-parse", "--verify", "--quiet", "--end-of-options")


def _revision(article: Article, root: Path, word: str, folder: Path, *, data_only: bool) -> Side:
    parsed = git(root, *_COMMIT, f"{word}^{{commit}}")
    commit = parsed.stdout.decode().strip()
    if parsed.returncode:
        is_shallow = git(root, "rev-parse", "--is-shallow-repository").stdout.strip() == b"true"
        raise ReportError(
            f"{word!r} is nothing that can be compared",
            where=_DIFF,
            expected="a day (2026-05-08), an edition, a snapshot file or a git revision (main, HEAD~1)",
            got="a clone without its whole history" * is_shallow or complaint(parsed),
            hint="`git fetch --unshallow`, or `fetch-depth: 0` in a workflow, brings the history"
            if is_shallow
            else "`git log --oneline` lists revisions, editions.toml the editions",
        )
    archive = git(root, "archive", "--format=tar", f"{commit}^{{tree}}")
    if archive.returncode:
        raise ReportError(
            f"git can not read {word}",
            where=str(root),
            expected="the files of that revision",
            got=complaint(archive),
            hint="`git fsck` says what the repository lacks; fetch it again",
        )
    if archive.stdout.strip(b"\0"):  # a commit may be empty
        _unpack(archive.stdout, folder)
    side = Side(word, "revision", article, folder, dt.date.min, commit=commit)
    needed = (EDITIONS_FILE, BOOK_FILE, f"{SNAPSHOTS}/{SUMS}", *[f"{article.package}/"] * (not data_only))
    if missing := [name for name in needed if not (folder / name).exists()]:
        raise ReportError(
            f"{side.revision} holds no report that can be read",
            where=_DIFF,
            expected=", ".join(needed),
            got=f"no {', no '.join(missing)}",
            hint="with --data-only the running code reads its evidence and prose"
            if missing == [*needed[3:]]
            else "name a revision of this report",
        )
    side = replace(side, as_of=editions(folder)[-1].as_of)
    # A report may carry its engine, as this one does; one that does not is evaluated by the running one.
    engine = folder / code.ENGINE.name
    packages = (folder / article.package, engine if engine.is_dir() else code.ENGINE)
    version = code.digest(packages)
    if version == code.digest(article.code):
        return side
    if data_only:
        note = f"the code of {side.revision} was not run: the running code read its evidence and prose"
        return replace(side, notes=(note,))
    # What was drawn is named by content, so it holds there too.
    if (drawn := root / CACHE / "charts").is_dir():
        shutil.copytree(drawn, folder / CACHE / "charts")
    kept = ", your files and the network" if landlock() else "; on this system it may use files and network"
    note = f"the code of {side.revision} was run, in a process of its own, without your environment{kept}"
    return replace(side, code=folder, version=version, notes=(note,))


def _unpack(archive: bytes, folder: Path) -> None:
    """Write the plain files of a tar into a folder: no links, and nothing that would stand outside of it.

    What it brings as if one of our commands had kept it is nobody's work, and stays out too.

    `tarfile` has a filter for this, but not before Python 3.11.4.
    """
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for member in tar:
            path = Path(os.path.normpath(folder / member.name))
            if not path.is_relative_to(folder) or path.is_relative_to(folder / CACHE):
                continue
            if member.isfile() and (file := tar.extractfile(member)):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(file.read())


def _copy(root: Path, side: Side, file: Path, other: Path | None) -> str:
    """Make a repository in which one file is all that its source has said.

    The file goes in as `pivot add` would put it, its rows and columns in order.

    Returns:
        Why it could not go in, "" if it could.
    """
    if not side.source:
        return "no data set is fed by this file, so no claim can be asked"
    side.root.mkdir()
    for path in sorted(path for pattern in _BOOK for path in root.glob(pattern)):
        (shutil.copytree if path.is_dir() else shutil.copy)(path, side.root / path.name)
    store = side.root / SNAPSHOTS
    shutil.copytree(root / SNAPSHOTS, store, ignore=shutil.ignore_patterns(side.source))
    others = {
        path: sha256 for path, sha256 in side.snapshots().items() if not path.startswith(f"{side.source}/")
    }
    (store / SUMS).write_text("".join(f"{sha256}  {path}\n" for path, sha256 in others.items()), "utf-8")
    order: Sequence[int] = ()
    try:
        spec, rows = side.article.folders[side.source], table(side.article, file, side.source)
        if rows.cells is None or rows.frame is None or not rows.key:
            return f"the file has no column {spec.key}, by which its rows are known"
        if rows.frame.empty:
            return "the file has a header and no rows"
        given = next(
            (_sidecar(one) for one in (file, other) if one and one.with_suffix(".toml").is_file()), {}
        )
        vintage, retrieved = (_date(given.get(name), side.as_of) for name in ("vintage", "retrieved"))
        dated = rows.frame.index if spec.dated == spec.key else rows.frame.get(spec.dated)
        if spec.append_only and dated is not None and dated.dtype.kind == "M":
            vintage = max(vintage, dated.max().date())  # a candidate goes on where its pattern ends
        fields = {name: given.get(name, default) for name, default in _NOT_SAID.items()}
        fields |= {"vintage": vintage, "retrieved": max(vintage, retrieved)}
        order = rows.frame.index.argsort(kind="stable")
        ordered = rows.cells.iloc[order]
        plain = side.root / "snapshot.csv"
        ordered[sorted(ordered, key=[*spec.columns, *ordered].index)].to_csv(plain, index=False)
        side.article.store(side.root).add(side.source, plain, **fields)
    except ReportError as error:
        return " ".join(str(_in_file(error, file, order)).split())
    return ""


def _in_file(error: ReportError, file: Path, order: Sequence[int]) -> ReportError:
    """An error about the copy of a file in the store, as one about the file that was given."""
    line = re.search(r"line (\d+)", error.where or "")
    row = int(line[1]) - 2 if line else -1  # the first line has the names of the columns
    error.where = f"{file.name}, line {order[row] + 2}" if 0 <= row < len(order) else file.name
    return error


def _date(value: object, otherwise: dt.date) -> dt.date:
    return value if isinstance(value, dt.date) else otherwise


def _sidecar(file: Path) -> dict[str, object]:
    return sidecar.parse(file.with_suffix(".toml").read_bytes(), str(file))
