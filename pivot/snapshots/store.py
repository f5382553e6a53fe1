"""The snapshot store: immutable files with sidecars, and the list of their hashes.

`SHA256SUMS` is what `sha256sum -c` reads, and the record of what has landed: a file that it does not
list is a leftover of an interrupted `add`, which no reader sees and the next `add` overwrites.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from itertools import count, pairwise
from typing import TYPE_CHECKING, NoReturn

from pivot.errors import ContractError, OutputError, ReportError, SnapshotError
from pivot.files import sha256, write_atomic, writing
from pivot.snapshots import sidecar

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    from pivot.snapshots.datasets import Spec
    from pivot.snapshots.sidecar import Snapshot

SUMS = "SHA256SUMS"

_KEPT = 64
_TABLES: dict[Snapshot, tuple[Spec, pd.DataFrame]] = {}
"""Tables that kept their contract, for vintages that read them next; a snapshot has the hash of its bytes."""


class Store:
    """A folder of snapshots.

    Args:
        root: the folder, usually `data-snapshots`.
        data_sets: what its sources hold, by the name that claims give it.
    """

    def __init__(self, root: Path, data_sets: Mapping[str, Spec]) -> None:
        self.root = root.absolute()
        self.data_sets = data_sets
        self._sums: dict[str, str] = {}
        self._snapshots: dict[str, tuple[Snapshot, ...]] = {}

    @cached_property
    def specs(self) -> Mapping[str, Spec]:
        """The data sets by the name of their source, which is their folder."""
        return {spec.folder: spec for spec in self.data_sets.values()}

    def sources(self) -> tuple[str, ...]:
        """Folders that hold at least one snapshot, sorted.

        Raises:
            SnapshotError: if the store is empty or its list of hashes is malformed.
        """
        if not self._listed():
            raise SnapshotError(
                "The snapshot store is empty.",
                where=str(self.root),
                expected=f"a folder with {SUMS}",
                got="none, or one that lists nothing",
                hint="Run the command in the repository, or restore the folder from version control.",
            )
        return tuple(sorted(self._folders()))

    def snapshots(self, source: str) -> tuple[Snapshot, ...]:
        """Snapshots of a source, oldest first.

        Raises:
            SnapshotError: if there are none, or a sidecar is missing, changed or malformed.
        """
        if source not in self._snapshots:
            if source not in self.sources():
                raise SnapshotError(
                    f"There is no snapshot of {source!r}.",
                    where=str(self.root),
                    expected="one of " + ", ".join(self.sources()),
                    got=source,
                    hint="`pivot add SOURCE FILE` puts one in.",
                )
            paths = sorted(
                (path for path in self._listed() if path.startswith(f"{source}/") and path.endswith(".csv")),
                key=sidecar.order,
            )
            self._snapshots[source] = tuple(self._snapshot(source, path) for path in paths)
        return self._snapshots[source]

    def read(self, snapshot: Snapshot) -> bytes:
        """The bytes of a snapshot, checked against the size and the hash of its sidecar.

        Raises:
            SnapshotError: if the file is missing or not the one that landed.
        """
        data = self._bytes(snapshot.path)
        if len(data) != snapshot.bytes:
            _changed(snapshot.path, f"{snapshot.bytes} bytes", f"{len(data)} bytes")
        _same(data, snapshot.sha256, snapshot.path)
        return data

    def table(self, snapshot: Snapshot) -> pd.DataFrame:
        """The typed table of a snapshot that keeps its contract, by its key.

        Raises:
            SnapshotError: if the file is missing or changed.
            ContractError: if it breaks the contract of its data set.
        """
        # Here and below: pandas takes a third of a second to import, and a caller may only want hashes.
        from pivot.snapshots import contracts, tables

        data = self.read(snapshot)
        spec = self.specs[snapshot.source]
        if _TABLES.get(snapshot, (None,))[0] is not spec:
            contracts.check(data, spec, snapshot)
            if len(_TABLES) == _KEPT:
                _TABLES.clear()
            _TABLES[snapshot] = (spec, tables.read(data, spec))
        return _TABLES[snapshot][1].copy(deep=False)

    def newest(self, name: str) -> pd.DataFrame | None:
        """The table of the newest snapshot of a data set; None where there is none yet."""
        folder = self.data_sets[name].folder
        return self.table(self.snapshots(folder)[-1]) if folder in self._folders() else None

    def _folders(self) -> set[str]:
        return {path.split("/")[0] for path in self._listed()}

    def verify(self) -> dict[str, int]:
        """Checks everything there is to check, whatever was checked before.

        Each file against `SHA256SUMS`, each data file against its sidecar and its contract, each
        append-only series against its vintage before; and no file lies about that has not landed.

        Returns:
            How many `sources`, `snapshots`, `files`, `bytes` and `rows` were checked.

        Raises:
            SnapshotError: at the first thing that fails; a ContractError is one.
        """
        from pivot.snapshots import contracts

        self._forget()
        counts = {"sources": len(self.sources()), "snapshots": 0, "files": 0, "bytes": 0, "rows": 0}
        for path, expected in self._listed().items():
            data = self._bytes(f"{self.root.name}/{path}")
            _same(data, expected, f"{self.root.name}/{path}")
            counts["files"] += 1
            counts["bytes"] += len(data)
        self._refuse_unlisted()
        for source in self.sources():
            snapshots = self.snapshots(source)
            counts["snapshots"] += len(snapshots)
            for snapshot in snapshots:
                counts["rows"] += contracts.check(self.read(snapshot), self.specs[source], snapshot)
            contracts.unlikely(self.table(snapshots[-1]), self.specs[source], snapshots[-1], self.newest)
            if self.specs[source].append_only:
                for older, newer in pairwise(snapshots):
                    contracts.restated(self.table(older), self.table(newer), newer)
        return counts

    def free(self, source: str, vintage: object) -> str:
        """The name that the next snapshot of a source and a day gets, in the store and without its kind.

        The second of a day is `2026-11-22.2`, so that no file that has landed is touched.
        """
        names = (f"{source}/{sidecar.stem(vintage, ordinal)}" for ordinal in count(1))
        return next(name for name in names if f"{name}.csv" not in self._listed())

    def add(
        self,
        source: str,
        file: Path,
        sidecar_file: Path | None = None,
        accepted: str = "",
        /,
        **fields: object,
    ) -> Snapshot:
        """Puts a file into the store: the contract first, then data, sidecar and `SHA256SUMS`.

        Each is written at once (temporary file, fsync, rename). A kill at any point leaves the store as
        it was or with the whole snapshot in it: files that a kill left behind are not listed, not read,
        and overwritten when the command is repeated.

        Args:
            source: folder of the data set.
            file: the data, in the form of the data set.
            sidecar_file: TOML with fields of the sidecar.
            accepted: why numbers are taken that can hardly be true; it goes into the sidecar.
            **fields: fields of the sidecar, which go before those of `sidecar_file`; None counts as not
                given. publisher, url, licence, vintage and method must come from one of the two; bytes,
                sha256, media_type, key, append_only and dated are worked out; title is by default that
                of the data set, retrieved today (UTC), notes empty.

        Returns:
            The snapshot that has landed.

        Raises:
            ReportError: if the file can not be read.
            SnapshotError: if the source is unknown, a field missing or wrong, or this snapshot has landed.
            ContractError: if the file breaks its contract or restates an append-only series.
            OutputError: if the store can not be written; then nothing was added.
        """
        from pivot.snapshots import contracts, tables

        if source not in self.specs:
            raise SnapshotError(
                f"There is no source {source!r}.",
                where=str(self.root),
                expected="one of " + ", ".join(self.specs),
                got=source,
                hint="Name one of these, or declare a data set of this name first.",
            )
        spec = self.specs[source]
        data = _content(file)
        stated = sidecar.parse(_content(sidecar_file), str(sidecar_file)) if sidecar_file else {}
        stated |= {name: value for name, value in fields.items() if value is not None}
        path = f"{self.free(source, stated.get('vintage'))}.csv"
        snapshot = sidecar.snapshot(
            sidecar.completed(stated, data, spec, str(file)), source=source, path=f"{self.root.name}/{path}"
        )
        listed = self._listed()
        if not listed:  # a new store, or one that has lost its list
            self._refuse_unlisted(but=path)
        landed = self.snapshots(source) if any(name.startswith(f"{source}/") for name in listed) else ()
        for other in landed:
            if replace(other, path=snapshot.path) == snapshot:
                raise SnapshotError(
                    "This snapshot has landed already.",
                    where=other.path,
                    expected="other rows or notes than those",
                    got=str(file),
                    hint="There is nothing to add: another state of the source has other rows or notes.",
                )
        contracts.check(data, spec, snapshot)
        try:
            contracts.unlikely(tables.read(data, spec), spec, snapshot, self.newest)
        except ContractError as error:
            if not accepted:
                raise
            which = f"{error.where.partition(', ')[2]}: {error.got}"
            note = f"{sidecar.UNLIKELY}{accepted} ({which})"
            return self.add(source, file, sidecar_file, "", **{**fields, "notes": [*snapshot.notes, note]})
        if spec.append_only and landed:
            table = tables.read(data, spec)
            for older in [other for other in landed if other.order < snapshot.order][-1:]:
                contracts.restated(self.table(older), table, snapshot)
            for newer in [other for other in landed if other.order > snapshot.order][:1]:
                contracts.restated(table, self.table(newer), newer)
        self._land({path: data, sidecar.beside(path): sidecar.render(snapshot).encode()})
        return snapshot

    def withdraw(self, snapshot: Snapshot) -> None:
        """Takes a snapshot out again: for a slip that nobody else can have seen.

        Its two lines go first, so that a kill leaves files that no reader sees.

        Raises:
            OutputError: if the store can not be written.
        """
        path = snapshot.path.removeprefix(f"{self.root.name}/")
        names = (path, sidecar.beside(path))
        rest = {name: digest for name, digest in self._listed().items() if name not in names}
        with writing(self.root):
            write_atomic(self.root / SUMS, _listing(rest))
            for name in names:
                (self.root / name).unlink()
        self._forget()

    def _land(self, files: dict[str, bytes]) -> None:
        """Writes a snapshot; what readers see changes with the last rename, that of `SHA256SUMS`."""
        sums = self._listed() | {name: sha256(content) for name, content in files.items()}
        folder = (self.root / next(iter(files))).parent
        is_new = not folder.exists()
        written: list[Path] = []
        try:
            for name, content in (files | {SUMS: _listing(sums)}).items():
                write_atomic(self.root / name, content)
                written.append(self.root / name)
        except OutputError:
            with suppress(OSError):
                for path in written:
                    path.unlink()
                if is_new:
                    folder.rmdir()
            raise
        self._forget()

    def _refuse_unlisted(self, but: str = "") -> None:
        listed = self._listed()
        for file in sorted(self.root.glob("*/*")):
            path = file.relative_to(self.root).as_posix()
            if path not in listed and path not in (but, sidecar.beside(but)) and file.name[0] != ".":
                raise SnapshotError(
                    f"A file in the snapshot store is not in {SUMS}.",
                    where=f"{self.root.name}/{path}",
                    expected="files whose hash is listed there, and no others",
                    got="one that is not listed",
                    hint="Finish an interrupted `pivot add` by repeating it, or remove the file.",
                )

    def _forget(self) -> None:
        self._sums = {}
        self._snapshots = {}

    def _snapshot(self, source: str, path: str) -> Snapshot:
        where = f"{self.root.name}/{sidecar.beside(path)}"
        data = self._bytes(where)
        _same(data, self._listed().get(sidecar.beside(path), f"(none in {SUMS})"), where)
        fields = sidecar.parse(data, where)
        snapshot = sidecar.snapshot(
            fields, source=source, path=f"{self.root.name}/{path}", content=data.decode()
        )
        sidecar.agree(snapshot, self.specs.get(source))
        return snapshot

    def _bytes(self, path: str) -> bytes:
        try:
            return (self.root.parent / path).read_bytes()
        except OSError as error:
            raise SnapshotError(
                "A file of the snapshot store can not be read.",
                where=path,
                expected="a file that can be read",
                got=error.strerror or str(error),
                hint="Restore it from version control; a landed snapshot never goes.",
            ) from None

    def _listed(self) -> dict[str, str]:
        """Path in the store to SHA-256, of everything that has landed."""
        if not self._sums and (self.root / SUMS).exists():
            where = f"{self.root.name}/{SUMS}"
            for number, line in enumerate(self._bytes(where).decode(errors="replace").splitlines(), 1):
                match = re.fullmatch(r"([0-9a-f]{64}) [ *](\S.*)", line)
                if not match:
                    raise SnapshotError(
                        f"{SUMS} has a line that is none of its own.",
                        where=f"{where}, line {number}",
                        expected="64 hexadecimal digits, two blanks and a path",
                        got=repr(line),
                        hint="Restore it from version control.",
                    )
                self._sums[match[2]] = match[1]
        return self._sums


def _listing(sums: Mapping[str, str]) -> bytes:
    """`SHA256SUMS`, its lines by path."""
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items())).encode()


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise ReportError(
            "A file to add can not be read.",
            where=str(file),
            expected="a file that can be read",
            got=error.strerror or str(error),
            hint="Name a file that is there and that you may read.",
        ) from None


def _same(data: bytes, expected: str, where: str) -> None:
    if sha256(data) != expected:
        _changed(where, f"SHA-256 {expected}", f"SHA-256 {sha256(data)}")


def _changed(where: str, expected: str, got: str) -> NoReturn:
    raise SnapshotError(
        "A file of the snapshot store has changed since it landed.",
        where=where,
        expected=expected,
        got=got,
        hint="Restore it from version control; a new state of a source is a new snapshot.",
    )
