"""Makes a published edition again: numbers and charts from its snapshots, pages and PDF from chapters.

What can not be made again as it was is said to be unchecked, with the reason: other code, other libraries,
other chapters.
"""

from __future__ import annotations

import math
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pivot import code
from pivot.errors import ReportError
from pivot.files import digest, sha256
from pivot.names import CACHE, SNAPSHOTS
from pivot.publish.archive import paths
from pivot.publish.archive.manifest import Code

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pivot.article import Article
    from pivot.claims.ledger import Ledger
    from pivot.claims.stored import Entry
    from pivot.publish.archive.findings import Findings
    from pivot.publish.archive.reader import Files, ReleasedEdition
    from pivot.snapshots import Vintage

_TOLERANCE = 1e-9  # libraries may add in another order; a number that readers see never depends on it


def recompute(
    files: Files,
    editions: tuple[ReleasedEdition, ...],
    article: Article,
    root: Path | None,
    findings: Findings,
) -> bool:
    """Make every edition again from the snapshots that the site carries.

    Args:
        files: the site.
        editions: its editions.
        article: whose claims and charts are evaluated.
        root: the repository with the chapters; None to leave pages and PDF alone.
        findings: gathers what differs.

    Returns:
        Whether pages and PDF of every edition could be made again too.
    """
    findings.checked.update(recomputed=0, charts=0, pages=0)
    current, whole = Code.current(article), root is not None
    for number, edition in enumerate(editions):
        with tempfile.TemporaryDirectory(prefix="pivot-verify-") as temporary:
            again = _Again(files, edition, article, findings, Path(temporary))
            other = _differing(edition, current)
            if edition.manifest.code != current:
                findings.note(f"edition {edition.id} was made by other code than this ({_named(edition)})")
            again.put_snapshots()
            if root:
                whole = again.pages(root, editions[:number], other) and whole
            again.numbers_and_charts(exactly=not other)
    return whole


def _named(edition: ReleasedEdition) -> str:
    made = edition.manifest.code
    return f"{made.version}, SHA-256 {made.sha256[:12]}"


def _differing(edition: ReleasedEdition, current: Code) -> str:
    """Why the bytes of an edition may be others here; "" where they must be the same."""
    made = edition.manifest.made
    if edition.manifest.code != current:
        return "made by other code than this"
    if made is None:
        return "it does not say with which libraries it was made"
    here = code.libraries()
    others = [f"{name} {version}" for name, version in made.libraries.items() if here.get(name) != version]
    return f"made with {', '.join(others)}, which is not here" if others else ""


@dataclass(frozen=True, slots=True)
class _Again:
    """One edition, made again in a folder of its own."""

    files: Files
    edition: ReleasedEdition
    article: Article
    findings: Findings
    folder: Path

    def put_snapshots(self) -> None:
        """Write the evidence that the site carries to where a repository has it."""
        for path, digest_ in self.edition.manifest.snapshots.items():
            try:
                data = self.files.read(paths.blob_path(digest_, path))
            except KeyError:
                data = b""  # found as a missing file
            if not _put(self.folder / path, self.folder / SNAPSHOTS, data):
                self.findings.add("snapshot", f"{self.edition.id}: {path}", f"a path in {SNAPSHOTS}", path)

    def numbers_and_charts(self, *, exactly: bool) -> None:
        """Evaluate every claim and draw every chart."""
        from pivot.claims import ledger as ledgers

        day = self.edition.manifest.edition.as_of
        try:
            vintage = self.article.vintage(self.folder, day)
            ledger = ledgers.build(vintage, self.article.claims)
            self._compare(ledger.entries)
            drawn = self._charts(vintage, ledger)
        except ReportError as error:
            self.findings.add("recomputed", self.edition.id, "a ledger", str(error).splitlines()[0])
            return
        published = self.edition.manifest.files
        missing = [
            name for name, data in drawn.items() if paths.blob_path(sha256(data), name) not in published
        ]
        self.findings.checked["charts"] += len(drawn) - len(missing)
        for name in missing if exactly else ():
            self.findings.add(
                "recomputed", f"{self.edition.id}: {name}", "the chart as drawn here", "no such file"
            )
        if missing and not exactly:
            self.findings.note(f"unchecked: {len(missing)} files of charts of edition {self.edition.id}")

    def _charts(self, vintage: Vintage, ledger: Ledger) -> dict[str, bytes]:
        """Every chart as pages show it, by the name of its file; those of the book, if it was rendered.

        The one for paper stands in the PDF alone.
        """
        from pivot.charts import draw

        figures = self.folder / CACHE / "build" / str(vintage.as_of) / "figures"
        if not figures.is_dir():
            figures.mkdir(parents=True)
            for name, plotted in draw.prepare(self.article.drawings, vintage, ledger).items():
                draw.draw(self.article.drawings[name], plotted, figures)
        paper = {f"{name}.svg" for name in self.article.drawings}
        return {path.name: path.read_bytes() for path in sorted(figures.iterdir()) if path.name not in paper}

    def _compare(self, again: Mapping[str, Entry]) -> None:
        try:
            published = self.edition.claims
        except (KeyError, ReportError):
            published = {}  # a ledger that is gone, or that is none, is found as a changed file
        for id_ in sorted({*published, *again}):
            old, new = (_facts(ledger.get(id_)) for ledger in (published, again))
            for key in sorted({*old, *new}):
                self.findings.checked["recomputed"] += 1
                if not _same(old.get(key), new.get(key)):
                    where = f"{self.edition.id}: {id_}, {key}"
                    self.findings.add("recomputed", where, old.get(key), new.get(key))

    def pages(self, root: Path, before: tuple[ReleasedEdition, ...], other: str) -> bool:
        """Render the book and compare every file of the edition; False where it can not be as it was."""
        from pivot.publish.archive.composition import compose
        from pivot.publish.build import book_files
        from pivot.publish.publication import draft
        from pivot.publish.render import choose_renderer, silent

        made, listed = self.edition.manifest.made, book_files(root)
        if made and not other and made.prose != digest((), listed, root):
            other = "made from other chapters than those of this repository"
        if made and not other and made.renderer != "embedded":
            other = f"made by {made.renderer}"
        if other:
            self.findings.note(f"unchecked: pages and PDF of edition {self.edition.id}, {other}")
            return False
        for path in (*listed, root / "editions.toml"):
            _put(self.folder / path.relative_to(root), self.folder, path.read_bytes())
        try:
            with choose_renderer("embedded", self.folder / "objects") as renderer:
                drafted = draft(self.folder, self.edition.manifest.edition, renderer, silent)
                _, composed = compose(drafted, before)
        except ReportError as error:
            self.findings.add("recomputed", self.edition.home, "its pages", str(error).splitlines()[0])
            return False
        published = self.edition.manifest.files
        for name in sorted({*composed, *published}):
            got = sha256(composed[name]) if name in composed else "nothing"
            self.findings.checked["pages"] += 1
            if published.get(name) != got:
                self.findings.add("recomputed", name, published.get(name, "nothing"), got)
        return True


def _put(file: Path, folder: Path, data: bytes) -> bool:
    """Write a file that is to stand in a folder; False where it leads elsewhere or can have no such name."""
    try:
        if not file.resolve().is_relative_to(folder.resolve()):
            return False
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    except (OSError, ValueError):
        return False
    return True


def _facts(entry: Entry | None) -> dict[str, Any]:
    """What an entry says that data decide, flat."""
    if entry is None:
        return {}
    facts = {
        key: getattr(entry, key) for key in ("cited", "display", "exact", "value", "verdict", "hypothesis")
    }
    facts["guard"] = entry.guard and entry.guard.holds
    for name, part in entry.parts.items():
        facts |= {f"{name}.value": part.value, f"{name}.display": part.display}
    return facts


def _same(one: Any, other: Any) -> bool:  # noqa: ANN401
    if isinstance(one, float) and isinstance(other, (int, float)):
        return math.isclose(one, other, rel_tol=_TOLERANCE)
    return bool(one == other)
