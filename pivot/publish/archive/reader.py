"""Reads a published site: its files, from a folder or a zip of one, and the editions in it.

A site may come from anybody, so nothing is read before it was held to limits, and no link is followed.
"""

from __future__ import annotations

import os
import stat
import struct
import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING, Protocol

from pivot.claims import stored
from pivot.errors import ReportError
from pivot.files import sha256
from pivot.publish.archive import paths
from pivot.publish.archive.manifest import Manifest
from pivot.publish.history import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pivot.claims.stored import Entry

_HISTORY = ".git"  # a site that is published from a branch carries its history
_MEMBERS = 50_000
_FILE = 64 * 1024**2
_TOTAL = 4 * 1024**3
_PACKED = 1024**3
_DIRECTORY = 16 * 1024**2  # bytes of the list of a zip's files
_RATIO = 200  # of a file's size to what it takes in the zip; text has ten
_SMALL = 1024**2  # a file that may be of any ratio
_NAME = 500
_DEPTH = 16

_EXPECTED = "a folder with a published site, or a zip of one"
_AGAIN = "name another, or fetch it once more from where it is published"

_END, _END_64 = b"PK\x05\x06", b"PK\x06\x07"
_END_RECORD = struct.Struct("<4s4H2LH")


class Files(Protocol):
    """Names and bytes; names are paths from the root of the site."""

    links: tuple[str, ...]
    """What is neither a file nor a folder, above all symbolic links; never followed."""
    history: str
    """The folder, or the file, by which git knows the site as a branch; "" where there is none."""

    def names(self) -> tuple[str, ...]:
        """Every file, sorted."""

    def read(self, name: str) -> bytes:
        """The bytes of one; KeyError if there is none, or none that can be read."""


class Folder:
    """The files of a folder.

    Raises:
        ReportError: it goes beyond the limits.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        files: dict[str, int] = {}
        links = []
        self.history = ""
        for folder, folders, names in os.walk(root):
            for name in (*folders, *names):
                path = Path(folder, name)
                known, status = path.relative_to(root).as_posix(), path.lstat()
                if known == _HISTORY and not path.is_symlink():
                    self.history = known
                    continue
                if stat.S_ISREG(status.st_mode):
                    files[known] = status.st_size
                elif not stat.S_ISDIR(status.st_mode):
                    links.append(known)
            folders[:] = [name for name in folders if Path(folder, name) != root / _HISTORY]
            _hold(files.items(), str(root))
        self._own, self._names, self.links = frozenset(files), tuple(sorted(files)), tuple(sorted(links))

    def names(self) -> tuple[str, ...]:
        """Every file, sorted."""
        return self._names

    def read(self, name: str) -> bytes:
        """The bytes of a file of the folder itself: no link leads to it, and its name not out of it."""
        if name not in self._own:
            raise KeyError(name)
        try:
            with (self._root / name).open("rb") as file:
                return _limited(file, name)
        except OSError:  # it has gone, or may not be read
            raise KeyError(name) from None


class Zip:
    """The files of a zip; one folder around all of them is looked through.

    Raises:
        ReportError: it is none, or goes beyond the limits.
    """

    history = ""  # what is packed is no branch

    def __init__(self, path: Path) -> None:
        _hold_directory(path)
        try:
            self._zip = zipfile.ZipFile(path)
            infos = [info for info in self._zip.infolist() if not info.is_dir()]
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise ReportError(
                "this is no readable zip", where=str(path), expected=_EXPECTED, got=str(error), hint=_AGAIN
            ) from None
        names = [info.filename for info in infos]
        if len(set(names)) < len(names):
            twice = next(name for name, count in Counter(names).items() if count > 1)
            raise ReportError(
                "the zip holds one name twice",
                where=str(path),
                expected="each name once",
                got=twice,
                hint=_AGAIN,
            )
        _hold(((info.filename, info.file_size) for info in infos), str(path))
        for info in infos:
            if info.file_size > max(_SMALL, _RATIO * info.compress_size):
                _beyond(
                    str(path), f"files of at most {_RATIO} times what they take in the zip", info.filename
                )
        marks = [name for name in names if name.rpartition("/")[2] == "versions.json"]
        self._top = min(marks, key=len, default="").removesuffix("versions.json")
        is_link = {info.filename: stat.S_ISLNK(info.external_attr >> 16) for info in infos}
        self._names = tuple(sorted(map(self._known, (name for name in names if not is_link[name]))))
        self.links = tuple(sorted(map(self._known, (name for name in names if is_link[name]))))

    def _known(self, name: str) -> str:
        return name.removeprefix(self._top) if name.startswith(self._top) else f"../{name}"

    def names(self) -> tuple[str, ...]:
        """Every file, sorted; one outside the folder of the site keeps its way out."""
        return self._names

    def read(self, name: str) -> bytes:
        """The bytes of a file."""
        try:
            with self._zip.open(self._top + name) as file:
                return _limited(file, name)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError):
            raise KeyError(name) from None  # broken, or packed in a way that is not known here


def _limited(file: IO[bytes], name: str) -> bytes:
    data = file.read(_FILE + 1)
    if len(data) > _FILE:
        raise KeyError(name)
    return data


def _hold(files: Iterable[tuple[str, int]], where: str) -> None:
    """Hold names and sizes to the limits. Raises ReportError for the first that goes beyond one."""
    total = 0
    for number, (name, size) in enumerate(files, 1):
        total += size
        if number > _MEMBERS:
            _beyond(where, f"at most {_MEMBERS:,} files", "more")
        if len(name) > _NAME or name.count("/") > _DEPTH:
            _beyond(where, f"names of at most {_NAME} characters in at most {_DEPTH} folders", name[:_NAME])
        if size > _FILE:
            _beyond(where, f"files of at most {_FILE:,} bytes", f"{name}: {size:,} bytes")
        if total > _TOTAL:
            _beyond(where, f"at most {_TOTAL:,} bytes in all", "more")


def _hold_directory(path: Path) -> None:
    """Hold a zip's own account of itself to the limits, before its list of files is read."""
    if (size := path.stat().st_size) > _PACKED:
        _beyond(str(path), f"at most {_PACKED:,} bytes", f"{size:,} bytes")
    with path.open("rb") as file:
        file.seek(-min(size, _END_RECORD.size + 2**16), os.SEEK_END)
        tail = file.read()
    at = tail.find(_END)
    while at >= 0 and at + _END_RECORD.size <= len(tail):
        if _END_RECORD.unpack_from(tail, at)[5] > _DIRECTORY:
            _beyond(str(path), f"a list of files of at most {_DIRECTORY:,} bytes", "more")
        at = tail.find(_END, at + 1)
    if _END_64 in tail:
        _beyond(str(path), f"at most {_MEMBERS:,} files", "a zip for more")


def _beyond(where: str, expected: str, got: str) -> None:
    raise ReportError(
        "this goes beyond what a published site is",
        where=where,
        expected=expected,
        got=got,
        hint="look at where it comes from before you open any of it",
    )


def opened(place: Path) -> Files:
    """A site's files.

    Raises:
        ReportError: there is neither a folder nor a readable zip.
    """
    if place.is_dir():
        return Folder(place)
    if place.is_file():
        return Zip(place)
    raise ReportError(
        "there is no published site", where=str(place), expected=_EXPECTED, got="neither", hint=_AGAIN
    )


@dataclass(frozen=True)
class ReleasedEdition:
    """An edition in a site."""

    files: Files
    sha256: str
    manifest: Manifest

    @property
    def id(self) -> str:
        """The edition's name."""
        return self.manifest.edition.id

    @property
    def home(self) -> str:
        """Its folder, with a slash at the end."""
        return paths.edition_folder(self.id)

    @cached_property
    def claims(self) -> Mapping[str, Entry]:
        """Its ledger, in the form that new ledgers have."""
        name = self.home + paths.LEDGER
        return stored.parse(self.files.read(name), name)

    @property
    def state(self) -> State:
        """What its claims' histories are told from."""
        return State(self.manifest.edition, self.claims, self.manifest.code)

    @cached_property
    def bound(self) -> stored.Bound:
        """What it shows of its claims, as its own schema has it."""
        name = self.home + paths.LEDGER
        return stored.bound(self.files.read(name), name)

    @cached_property
    def pages(self) -> tuple[str, ...]:
        """The pages of its book, as paths from its folder."""
        own = (name.removeprefix(self.home) for name in self.manifest.files if name.startswith(self.home))
        return tuple(
            sorted(name for name in own if name.endswith(".html") and not name.startswith("claims/"))
        )


def released(files: Files) -> tuple[ReleasedEdition, ...]:
    """Every edition that stands in a site, in the order of release.

    Raises:
        ReportError: a manifest can not be read.
    """
    editions = []
    for name in files.names():
        parts = name.split("/")
        if len(parts) == 3 and parts[0] == paths.EDITIONS and parts[2] == paths.MANIFEST:  # noqa: PLR2004
            data = files.read(name)
            editions.append(ReleasedEdition(files, sha256(data), Manifest.from_json(data, name)))
    return tuple(sorted(editions, key=lambda one: (one.manifest.number, one.id)))


def by_evidence(editions: tuple[ReleasedEdition, ...]) -> tuple[ReleasedEdition, ...]:
    """Editions in the order in which readers meet them: by day of evidence; the newest is the last."""
    return tuple(sorted(editions, key=lambda one: one.manifest.order))
