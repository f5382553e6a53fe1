"""What an edition is made of: every file with its SHA-256, and the manifest of the edition before it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from importlib.metadata import version
from typing import TYPE_CHECKING, Literal

from msgspec import to_builtins

from pivot import code
from pivot.editions import Edition
from pivot.files import canonical, digest
from pivot.publish.build import book_files
from pivot.records import Record, convert, loads

if TYPE_CHECKING:
    from pathlib import Path

    from pivot.article import Article


class About(Record, frozen=True):
    """The report, whatever the edition.

    Args:
        title: its title.
        description: one sentence, or "".
        authors: their names.
        lang: its language, as in HTML.
        pdf: the path of the PDF in an edition.
        address: where the site is published, with a slash at its end; "" while nobody has said so.
    """

    title: str
    description: str
    authors: tuple[str, ...]
    lang: str
    pdf: str
    address: str = ""


class Code(Record, frozen=True):
    """The code that made an edition: its version, and one SHA-256 over the package's files."""

    version: str
    sha256: str

    @classmethod
    def current(cls, article: Article) -> Code:
        """The code that is running."""
        return cls(version("miner-pivot-report"), code.digest(article.code))


class Made(Record, frozen=True):
    """What the bytes of an edition depend on besides its evidence and the code.

    Args:
        renderer: embedded or quarto.
        libraries: name to version, of Python and of all that writes a byte of it.
        prose: SHA-256 over the names and the bytes of the book's files.
    """

    renderer: str
    libraries: Mapping[str, str]
    prose: str

    @classmethod
    def current(cls, root: Path, renderer: str) -> Made:
        """What would make an edition of a repository now."""
        prose = digest((), book_files(root), root)
        return cls(renderer, code.libraries(), prose)


class Previous(Record, frozen=True):
    """The link of the chain: the edition released before, and the SHA-256 of its manifest."""

    edition: str
    manifest: str


class Listed(Record, frozen=True):
    """An edition as the root of the site names it, with the SHA-256 of its manifest."""

    edition: str
    manifest: str


class Root(Record, frozen=True):
    """The list of the site's own files, beside the editions.

    Args:
        schema: the form of this list.
        newest: the edition that the pages at the root are of.
        editions: in the order of release.
        files: path from the root of the site to SHA-256.
    """

    schema: int
    newest: str
    editions: tuple[Listed, ...]
    files: Mapping[str, str]

    def to_json(self) -> bytes:
        """Canonical JSON: the same content, the same bytes."""
        return canonical(to_builtins(self))


class Manifest(Record, frozen=True):
    """One edition, file by file.

    Args:
        edition: as `editions.toml` had it on release.
        number: 1 for the first release, and so on: the order of the chain.
        previous: the release before; None for the first.
        about: the report.
        code: what made it.
        snapshots: path in the repository to SHA-256, of all evidence; the files stand in `files/`.
        files: path from the root of the site to SHA-256, of everything the edition needs but the manifest.
        made: what else its bytes depend on; None where it came out before manifests said so.
    """

    edition: Edition
    number: int
    previous: Previous | None
    about: About
    code: Code
    snapshots: Mapping[str, str]
    files: Mapping[str, str]
    schema: Literal[1] = 1
    made: Made | None = None

    @property
    def order(self) -> tuple[str, int]:
        """Editions read in the order of their evidence; of one day, in the order of release."""
        return self.edition.as_of.isoformat(), self.number

    def to_json(self) -> bytes:
        """Canonical JSON: the same content, the same bytes."""
        return canonical(to_builtins(self))

    @classmethod
    def from_json(cls, data: bytes, where: str) -> Manifest:
        """Read what `to_json` gave.

        Raises:
            ReportError: it is not a manifest.
        """
        what = "this is not the manifest of an edition"
        content = loads(data, what, where)
        with suppress(LookupError, TypeError, AttributeError):  # it is none, as `convert` says better
            for one in content["edition"].get("accepted", ()):
                if "reason" in one:  # as manifests that were released before call it
                    one["why"] = one.pop("reason")
        return convert(content, cls, what, where)
