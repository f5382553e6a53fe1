"""Check a published site without its repository and without a network: every file, the chain, every number.

A site says of itself what it should be, so what can be found out depends on what a forger has changed with
it. A changed file is found by its manifest, a changed manifest by the next one in the chain, a changed
newest manifest by the root; a number by the ledger, the ledger by its snapshots (`recompute`). Only a site
put back whole to an earlier state needs something from outside: the SHA-256 of a manifest seen before.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from pivot.claims import stored
from pivot.errors import ReportError
from pivot.files import sha256
from pivot.names import SNAPSHOTS
from pivot.publish.archive import paths, provenance
from pivot.publish.archive.derivation import check_differences, check_root
from pivot.publish.archive.findings import Findings, Verification
from pivot.publish.archive.manifest import Code, Manifest, Root
from pivot.publish.archive.reader import ReleasedEdition, by_evidence, opened
from pivot.records import convert, loads

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pivot.article import Article
    from pivot.claims.stored import Entry
    from pivot.publish.archive.reader import Files
    from pivot.publish.archive.site_root import Difference

_BOUND = re.compile(r'\sdata-var="')
_LONGEST = 2_000  # characters of a number and its tags, or of one tag
_NAME = re.compile(r"<(\w+)\s")
_ATTRIBUTE = re.compile(r'\s(data-var|data-edition)="([^"]*)"')
_TAG = re.compile(r"<[^>]*>")


def verify(
    site: Path | Files,
    *,
    known: str = "",
    article: Article | None = None,
    recompute: bool = False,
    root: Path | None = None,
    difference: Difference | None = None,
) -> Verification:
    """Check a site.

    Args:
        site: its folder, a zip of it, or its files.
        known: the SHA-256 of a manifest seen before, in any case, which must still be in the chain.
        article: whose code is running, where that is known: what the same code made must be the same bytes.
        recompute: whether the article also makes numbers and charts again, from the snapshots in the site.
        root: the repository whose chapters also make its pages and its PDF again.
        difference: makes the differences of its editions again.

    Raises:
        ReportError: there is no published site to check.
    """
    verifier = _Verifier(opened(site) if isinstance(site, Path) else site, str(site))
    findings, editions = verifier.findings, verifier.editions
    verifier.check_files()
    verifier.check_chain(known.strip().lower())
    verifier.check_snapshots()
    verifier.check_provenance()
    verifier.check_numbers()
    verifier.check_root(Code.current(article) if article else None)
    whole = False
    if article and (recompute or root):
        from pivot.publish.archive.recomputation import recompute as make_again

        whole = make_again(verifier.files, editions, article, root, findings)
    if editions:
        again = difference if whole else None
        check_differences(verifier.files, editions, verifier.root, findings, again)
    newest = editions[-1].sha256 if editions else ""
    return Verification(dict(findings.checked), tuple(findings.discrepancies), tuple(findings.notes), newest)


class _Verifier:
    """One verification of files, chain, evidence and numbers."""

    def __init__(self, files: Files, place: str) -> None:
        self.files = files
        self.findings = Findings()
        self.add, self.checked = self.findings.add, self.findings.checked
        self.checked.update(editions=0, files=0, bytes=0, snapshots=0, statements=0, numbers=0, root=0)
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

    def _read_editions(self) -> Iterator[ReleasedEdition]:
        for name in self.names:
            if re.fullmatch(rf"{paths.EDITIONS}/(?!\.)[^/]+/{re.escape(paths.MANIFEST)}", name):
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
        if self.files.history:
            self.findings.note(f"unchecked: {self.files.history}, the history of a published branch")
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

    def check_provenance(self) -> None:
        """What the statement on an edition says of files and evidence is what its manifest says."""
        for edition in self.editions:
            name = provenance.path(edition.id)
            if name not in self.root.files:
                self.findings.note(f"no {name}: the site was last added to by code that wrote none")
                continue
            try:
                for what, wanted, got in provenance.disagreements(self._bytes(name), edition):
                    self.add("provenance", f"{name}, {what}", wanted, got)
            except ReportError as error:
                self.add("provenance", name, "a statement", error.what)
            self.checked["statements"] += 1

    def check_numbers(self) -> None:
        """Every number that a page binds to a claim is the one that the edition's ledger gives."""
        now = {edition.id: stored.texts(self._claims(edition)) for edition in self.editions}
        bound = {edition.id: self._bound(edition) for edition in self.editions}
        own = {id_: one.texts for id_, one in bound.items()}
        newest = by_evidence(self.editions)[-1].id if self.editions else ""
        for name in self.names:
            id_ = (
                name.split("/")[1]
                if name.startswith(f"{paths.EDITIONS}/") and name.count("/") > 1
                else newest
            )
            if name.endswith(".html") and id_ in bound:
                self._check_page(name, self._read(name), id_, own if bound[id_].earlier else now)
        for edition in self.editions:
            ledgers = own if bound[edition.id].earlier else now
            for id_, facts in bound[edition.id].facts.items():
                name = f"{edition.home}claims/{id_}.json"
                try:
                    page = loads(self._bytes(name), "this is no claim", name)
                    shown = {key: page[key] for key in facts}
                    history = {one["edition"]: one["display"] for one in page["history"]}
                except (ReportError, KeyError, TypeError) as error:
                    self.add("number", name, "the claim as JSON", error)
                    continue
                wanted = {id2: ledgers.get(id2, {}).get(f"claim.{id_}", "nothing") for id2 in history}
                for key, text in {**facts, **wanted}.items():
                    self.checked["numbers"] += 1
                    if (got := {**shown, **history}[key]) != text:
                        self.add("number", f"{name}, {key}", text, got)

    def check_root(self, code: Code | None) -> None:
        """The root is what follows from the editions, if these are what their manifests say."""
        wrong = {one.where for one in self.findings.discrepancies if one.kind in {"changed", "missing"}}
        theirs = {name for edition in self.editions for name in edition.manifest.files}
        if self.editions and self.root.editions and not wrong & {*theirs, paths.MANIFEST}:
            check_root(self.files, self.editions, self.root, self.findings, code)
        else:
            self.findings.note("unchecked: the root, since what it follows from is not as published")

    def _check_page(self, name: str, text: str, id_: str, ledgers: Mapping[str, Mapping[str, str]]) -> None:
        for tag, content in _bound(text):
            bound = dict(_ATTRIBUTE.findall(tag))
            variable = html.unescape(bound["data-var"])
            wanted = ledgers.get(bound.get("data-edition", id_), {}).get(variable, "nothing")
            got = html.unescape(_TAG.sub("", content)).strip()
            self.checked["numbers"] += 1
            if got != wanted:
                self.add("number", f"{name}, {variable}", wanted, got)

    def _claims(self, edition: ReleasedEdition) -> Mapping[str, Entry]:
        try:
            return edition.claims
        except (KeyError, ReportError):
            return {}  # a ledger that is gone, or that is none, is found as a changed file

    def _bound(self, edition: ReleasedEdition) -> stored.Bound:
        try:
            return edition.bound
        except (KeyError, ReportError):
            return stored.Bound({}, {}, earlier=False)

    def _bytes(self, name: str) -> bytes:
        try:
            return self.files.read(name)
        except KeyError:
            return b""

    def _read(self, name: str) -> str:
        return self._bytes(name).decode("utf-8", "replace")

    def _sha256(self, name: str) -> str:
        return sha256(self.files.read(name)) if name in self.names else "nothing"


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
