"""Check a published site without its repository and without a network: every file, the chain, every number.

A site says of itself what it should be, so what can be found out depends on what a forger has changed with
it. A changed file is found by its manifest, a changed manifest by the next one in the chain, a changed
newest manifest by the root; a number by the ledger, the ledger by its snapshots (`recompute`). Only a site
put back whole to an earlier state needs something from outside: the SHA-256 of a manifest seen before.
"""

from __future__ import annotations

import html
import math
import re
import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pivot.claims import stored
from pivot.errors import ReportError
from pivot.files import sha256
from pivot.names import SNAPSHOTS
from pivot.publish.archive import paths
from pivot.publish.archive.manifest import Code, Manifest, Root
from pivot.publish.archive.reader import ReleasedEdition, by_evidence, opened
from pivot.records import convert, loads

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pivot.article import Article
    from pivot.claims.stored import Entry
    from pivot.publish.archive.reader import Files

_SHOWN = 500  # characters of a thing that is not as it was
_MOST = 1_000  # of those things
_MORE = f"only the first {_MOST:,} are listed"
_BOUND = re.compile(r'\sdata-var="')
_LONGEST = 2_000  # characters of a number and its tags, or of one tag
_NAME = re.compile(r"<(\w+)\s")
_ATTRIBUTE = re.compile(r'\s(data-var|data-edition)="([^"]*)"')
_TAG = re.compile(r"<[^>]*>")
_FIELDS = ("display", "exact", "verdict", "unit", "cited")
_TOLERANCE = 1e-9  # libraries may add in another order; a number that readers see never depends on it


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """One thing in a site that is not as it was published.

    Args:
        kind: changed, missing, extra, link, chain, fork, rollback, snapshot, number or recomputed.
        where: the file, or the edition and the claim.
        expected: what should be there.
        got: what is there.
    """

    kind: str
    where: str
    expected: str
    got: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.where}: expected {self.expected}, got {self.got}"


@dataclass(frozen=True, slots=True)
class Verification:
    """What was checked, how much of it, and what was found.

    Args:
        checked: how many editions, files, bytes, snapshots and numbers.
        findings: empty for a site that keeps its word.
        notes: what a reader should know besides.
        newest: the SHA-256 of the last manifest of the chain, to be kept for `known`; "" if there is none.
    """

    checked: Mapping[str, int]
    findings: tuple[Discrepancy, ...]
    notes: tuple[str, ...]
    newest: str


def verify(place: Path, *, known: str = "", recompute: Article | None = None) -> Verification:
    """Check a site.

    Args:
        place: its folder, or a zip of it.
        known: the SHA-256 of a manifest seen before, which must still be in the chain.
        recompute: the article whose code also makes every number again, from the snapshots in the site.

    Raises:
        ReportError: there is no published site to check.
    """
    verifier = _Verifier(opened(place), str(place))
    verifier.check_files()
    verifier.check_chain(known)
    verifier.check_snapshots()
    verifier.check_numbers()
    if recompute:
        verifier.recompute(recompute)
    return Verification(
        dict(verifier.checked),
        tuple(verifier.discrepancies),
        tuple(verifier.notes),
        verifier.editions[-1].sha256 if verifier.editions else "",
    )


class _Verifier:
    """One verification; it gathers what differs."""

    def __init__(self, files: Files, place: str) -> None:
        self.files = files
        self.discrepancies: list[Discrepancy] = []
        self.notes: list[str] = []
        self.checked: Counter[str] = Counter(editions=0, files=0, bytes=0, snapshots=0, numbers=0)
        self.names = files.names()
        self.editions = tuple(sorted(self._read_editions(), key=lambda one: (one.manifest.number, one.id)))
        self.checked["editions"] = len(self.editions)
        if not self.editions and paths.MANIFEST not in self.names:
            raise ReportError(
                "this is no published site",
                where=place,
                expected=f"{paths.MANIFEST} and {paths.EDITIONS}/ID/{paths.MANIFEST}",
                got=f"{len(self.names)} other files",
                hint="name the folder that `pivot release` made, or a zip of it",
            )
        self.root = self._read_root()

    def add(self, kind: str, where: str, expected: object, got: object) -> None:
        clipped = (text[:_SHOWN] for text in (where, str(expected), str(got)))
        if len(self.discrepancies) < _MOST:
            self.discrepancies.append(Discrepancy(kind, *clipped))
        elif len(self.notes) == 0 or self.notes[-1] != _MORE:
            self.notes.append(_MORE)

    def _read_editions(self) -> Iterator[ReleasedEdition]:
        for name in self.names:
            if re.fullmatch(rf"{paths.EDITIONS}/[^/]+/{re.escape(paths.MANIFEST)}", name):
                data = self._bytes(name)
                try:
                    manifest = Manifest.from_json(data, name)
                except ReportError as error:
                    self.add("changed", name, "the manifest of an edition", error.got)
                    continue
                if name != paths.edition_folder(manifest.edition.id) + paths.MANIFEST:
                    self.add("changed", name, name.split("/")[1], f"the manifest of {manifest.edition.id}")
                    continue
                yield ReleasedEdition(self.files, sha256(data), manifest)

    def _read_root(self) -> Root:
        what = "the list of the site's own files"
        if paths.MANIFEST not in self.names:
            self.add("missing", paths.MANIFEST, what, "nothing")
            return Root(1, "", (), {})
        try:
            content = loads(self._bytes(paths.MANIFEST), what, paths.MANIFEST)
            return convert(content, Root, what, paths.MANIFEST)
        except ReportError as error:
            self.add("changed", paths.MANIFEST, what, error.got)
            return Root(1, "", (), {})

    def check_files(self) -> None:
        """Every file that a manifest names is there as it was, and there is no other."""
        expected: dict[str, str] = dict(self.root.files)
        for listed in self.root.editions:
            expected[paths.edition_folder(listed.edition) + paths.MANIFEST] = listed.manifest
        for edition in self.editions:
            expected |= edition.manifest.files
        for name in sorted(expected):
            try:
                data = self.files.read(name)
            except KeyError:
                self.add("missing", name, f"SHA-256 {expected[name]}", "nothing")
                continue
            self.checked["files"] += 1
            self.checked["bytes"] += len(data)
            if sha256(data) != expected[name]:
                self.add("changed", name, f"SHA-256 {expected[name]}", sha256(data))
        for name in sorted({*self.names} - {*expected, paths.MANIFEST}):
            self.add("extra", name, "nothing", "a file that no manifest names")
        for name in self.files.links:
            self.add("link", name, "a file or a folder", "a link or a device, which was not followed")

    def check_chain(self, known: str) -> None:
        """Each edition carries the hash of the one before; the root names them all; a known one is there."""
        by_id = {edition.id: edition for edition in self.editions}
        for listed in self.root.editions:
            if listed.edition not in by_id:
                where = paths.edition_folder(listed.edition)
                self.add("rollback", where, "an edition that the root still names", "nothing")
        for number, edition in enumerate(self.editions, 1):
            before, where = edition.manifest.previous, edition.home + paths.MANIFEST
            if edition.manifest.number != number or (before is None) != (number == 1):
                self.add("chain", where, f"release {number}", f"release {edition.manifest.number}")
            if before and before.edition not in by_id:
                self.add("chain", where, f"edition {before.edition} before it", "no such edition")
            elif before and by_id[before.edition].sha256 != before.manifest:
                self.add(
                    "chain",
                    where,
                    f"{before.edition} with SHA-256 {before.manifest}",
                    by_id[before.edition].sha256,
                )
        followed = Counter(one.manifest.previous for one in self.editions)
        for before, count in followed.items():
            if count > 1:
                names = [one.id for one in self.editions if one.manifest.previous == before]
                after = before.edition if before else "nothing"
                self.add("fork", f"after {after}", "one edition", " and ".join(names))
        if known and known not in {edition.sha256 for edition in self.editions}:
            self.add(
                "rollback", "the chain", f"a manifest with SHA-256 {known}", f"{len(self.editions)} others"
            )

    def check_snapshots(self) -> None:
        """The evidence is what the manifest says, and what the ledger says it used."""
        for edition in self.editions:
            held = edition.manifest.snapshots
            for path, digest in sorted(held.items()):
                file = paths.blob_path(digest, path)
                got = self._sha256(file)
                if got != digest:
                    self.add("snapshot", f"{edition.id}: {path}", f"SHA-256 {digest}", got)
                self.checked["snapshots"] += 1
            sums = self._read(paths.blob_path(held.get(f"{SNAPSHOTS}/SHA256SUMS", ""), "SHA256SUMS"))
            for line in sums.splitlines():
                digest, _, name = line.partition("  ")
                if (got := held.get(f"{SNAPSHOTS}/{name}", "nothing")) != digest:
                    self.add("snapshot", f"{edition.id}: {SNAPSHOTS}/{name}", f"SHA-256 {digest}", got)
            for id_, entry in self._claims(edition).items():
                for used in entry.inputs:
                    if (got := held.get(used.snapshot, "nothing")) != used.sha256:
                        where = f"{edition.id}: {used.snapshot}, used by {id_}"
                        self.add("snapshot", where, f"SHA-256 {used.sha256}", got)

    def check_numbers(self) -> None:
        """Every number that a page binds to a claim is the one that the edition's ledger gives."""
        ledgers = {edition.id: stored.texts(self._claims(edition)) for edition in self.editions}
        newest = by_evidence(self.editions)[-1].id if self.editions else ""
        for name in self.names:
            id_ = (
                name.split("/")[1]
                if name.startswith(f"{paths.EDITIONS}/") and name.count("/") > 1
                else newest
            )
            if name.endswith(".html") and id_ in ledgers:
                self._check_page(name, self._read(name), id_, ledgers)
        for edition in self.editions:
            for id_, entry in self._claims(edition).items():
                name = f"{edition.home}claims/{id_}.json"
                try:
                    page = loads(self._bytes(name), "this is no claim", name)
                    shown = {key: page[key] for key in _FIELDS} | {
                        one["edition"]: one["display"] for one in page["history"]
                    }
                except (ReportError, KeyError, TypeError) as error:
                    self.add("number", name, "the claim as JSON", error)
                    continue
                wanted = {key: getattr(entry, key) for key in _FIELDS}
                wanted |= {
                    id2: ledgers.get(id2, {}).get(f"claim.{id_}", "nothing")
                    for id2 in shown
                    if id2 not in wanted
                }
                for key, text in wanted.items():
                    self.checked["numbers"] += 1
                    if shown[key] != text:
                        self.add("number", f"{name}, {key}", text, shown[key])

    def _check_page(self, name: str, text: str, id_: str, ledgers: Mapping[str, Mapping[str, str]]) -> None:
        for tag, content in _bound(text):
            bound = dict(_ATTRIBUTE.findall(tag))
            variable = html.unescape(bound["data-var"])
            wanted = ledgers.get(bound.get("data-edition", id_), {}).get(variable, "nothing")
            got = html.unescape(_TAG.sub("", content)).strip()
            self.checked["numbers"] += 1
            if got != wanted:
                self.add("number", f"{name}, {variable}", wanted, got)

    def recompute(self, article: Article) -> None:
        """Make every ledger again from the snapshots that the site carries."""
        from pivot.claims import ledger as ledgers
        from pivot.snapshots import Store, Vintage

        self.checked["recomputed"] = 0
        current = Code.current(article)
        with tempfile.TemporaryDirectory(prefix="pivot-verify-") as temporary:
            store = Path(temporary, SNAPSHOTS)
            for edition in self.editions:
                shutil.rmtree(store, ignore_errors=True)
                for path, digest in edition.manifest.snapshots.items():
                    if not _put(Path(temporary, path), store, self._bytes(paths.blob_path(digest, path))):
                        self.add("snapshot", f"{edition.id}: {path}", f"a path in {SNAPSHOTS}", path)
                if edition.manifest.code != current:
                    made = f"{edition.manifest.code.version}, SHA-256 {edition.manifest.code.sha256[:12]}"
                    self.notes.append(f"edition {edition.id} was made by other code than this ({made})")
                try:
                    evidence = Vintage(Store(store, article.data_sets), edition.manifest.edition.as_of)
                    again = ledgers.build(evidence, article.claims).entries
                except ReportError as error:
                    self.add("recomputed", edition.id, "a ledger", str(error).splitlines()[0])
                    continue
                self._compare(edition, again)

    def _compare(self, edition: ReleasedEdition, again: Mapping[str, Entry]) -> None:
        published = self._claims(edition)
        for id_ in sorted({*published, *again}):
            old, new = (_facts(ledger.get(id_)) for ledger in (published, again))
            for key in sorted({*old, *new}):
                self.checked["recomputed"] += 1
                if not _same(old.get(key), new.get(key)):
                    self.add("recomputed", f"{edition.id}: {id_}, {key}", old.get(key), new.get(key))

    def _claims(self, edition: ReleasedEdition) -> Mapping[str, Entry]:
        try:
            return edition.claims
        except (KeyError, ReportError):
            return {}  # a ledger that is gone, or that is none, is found as a changed file

    def _bytes(self, name: str) -> bytes:
        try:
            return self.files.read(name)
        except KeyError:
            return b""

    def _read(self, name: str) -> str:
        return self._bytes(name).decode("utf-8", "replace")

    def _sha256(self, name: str) -> str:
        return sha256(self.files.read(name)) if name in self.names else "nothing"


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


def _bound(page: str) -> Iterator[tuple[str, str]]:
    """The tag and the content of each element that is bound to a claim, in one pass over the page."""
    for bound in _BOUND.finditer(page):
        at = bound.start()
        start = page.rfind("<", max(at - _LONGEST, 0), at)
        name = _NAME.match(page, start) if start >= 0 else None
        end = page.find(">", at, at + _LONGEST)
        if name and end >= 0 and ">" not in page[start:at]:
            close = page.find(f"</{name[1]}>", end, end + _LONGEST)
            yield page[start:end], page[end + 1 : close] if close >= 0 else ""


def _facts(entry: Entry | None) -> dict[str, Any]:
    """What an entry says that data decide, flat."""
    if entry is None:
        return {}
    facts = {key: getattr(entry, key) for key in (*_FIELDS, "value", "low", "high", "hypothesis")}
    facts["guard"] = entry.guard and entry.guard.holds
    for name, part in entry.parts.items():
        facts |= {f"{name}.value": part.value, f"{name}.display": part.display}
    return facts


def _same(one: Any, other: Any) -> bool:  # noqa: ANN401
    if isinstance(one, float) and isinstance(other, (int, float)):
        return math.isclose(one, other, rel_tol=_TOLERANCE)
    return bool(one == other)


def by_kind(findings: Iterable[Discrepancy]) -> dict[str, int]:
    """How many findings there are of each kind, in the order in which the kinds are checked."""
    return dict(Counter(finding.kind for finding in findings))
