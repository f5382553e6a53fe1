"""Reads a published site: its files, from a folder or a zip of one, and the editions in it."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from pivot.claims import stored
from pivot.errors import ReportError
from pivot.files import sha256
from pivot.publish.archive import paths
from pivot.publish.archive.manifest import Manifest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pivot.claims.stored import Entry

_OURS = (".git/",)  # a site that is published from a branch carries its history


class Files(Protocol):
    """Names and bytes; names are paths from the root of the site."""

    def names(self) -> tuple[str, ...]:
        """Every file, sorted."""

    def read(self, name: str) -> bytes:
        """The bytes of one; KeyError if there is none."""


class Folder:
    """The files of a folder."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def names(self) -> tuple[str, ...]:
        """Every file, sorted."""
        names = (
            path.relative_to(self._root).as_posix() for path in self._root.rglob("*") if not path.is_dir()
        )
        return tuple(sorted(name for name in names if not name.startswith(_OURS)))

    def read(self, name: str) -> bytes:
        """The bytes of a file; a link that leads out of the site is no file of it."""
        path = self._root / name
        if not path.is_file() or not path.resolve().is_relative_to(self._root.resolve()):
            raise KeyError(name)
        return path.read_bytes()


class Zip:
    """The files of a zip; one folder around all of them is looked through."""

    def __init__(self, path: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
            names = [info.filename for info in self._zip.infolist() if not info.is_dir()]
        except (zipfile.BadZipFile, OSError) as error:
            raise ReportError("this is no readable zip", where=str(path), got=str(error)) from None
        if len(set(names)) < len(names):
            twice = sorted({name for name in names if names.count(name) > 1})
            raise ReportError("the zip holds one name twice", where=str(path), got=twice[0])
        shallow = min(
            (name for name in names if name.rpartition("/")[2] == "versions.json"), key=len, default=""
        )
        self._top = shallow.removesuffix("versions.json")
        self._names = tuple(sorted(names))

    def names(self) -> tuple[str, ...]:
        """Every file, sorted; one outside the folder of the site keeps its way out."""
        return tuple(
            name.removeprefix(self._top) if name.startswith(self._top) else f"../{name}"
            for name in self._names
        )

    def read(self, name: str) -> bytes:
        """The bytes of a file."""
        return self._zip.read(self._top + name)


def opened(place: Path) -> Files:
    """A site's files.

    Raises:
        ReportError: there is neither a folder nor a readable zip.
    """
    if place.is_dir():
        return Folder(place)
    if place.is_file():
        return Zip(place)
    raise ReportError("there is no published site", where=str(place), expected="a folder, or a zip of one")


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
