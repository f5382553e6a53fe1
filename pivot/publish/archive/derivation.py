"""The root of a published site against the editions in it: derived again, and compared byte by byte.

The list of the root's own files is covered by nothing else, so whoever changes a page there can put its hash
right too. But all of it follows from the newest edition and from what the others are.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from pivot.errors import ReportError
from pivot.files import sha256
from pivot.publish.archive import paths
from pivot.publish.archive.manifest import Listed, Root
from pivot.publish.archive.reader import by_evidence
from pivot.publish.archive.site_root import is_difference, own_files, split_bar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pivot.publish.archive.findings import Findings
    from pivot.publish.archive.manifest import Code
    from pivot.publish.archive.reader import Files, ReleasedEdition
    from pivot.publish.archive.site_root import Difference

_TAG = re.compile(r"<[^<>]*>")
_NAMED = 3  # of many
_AROUND = 60  # bytes on each side of where files differ


def check_root(
    files: Files, editions: tuple[ReleasedEdition, ...], root: Root, findings: Findings, code: Code | None
) -> None:
    """Compare the root with what the editions give.

    Where the site was last added to by other code than the running one, its pages may be marked up or worded
    in another way. Then a page of the book must say what it says in its edition and lead where it leads
    there, every other file of the edition be the same, and what else differs is named as unchecked.

    Args:
        files: the site.
        editions: those whose files are as their manifests say, in the order of release.
        root: its list of its own files.
        findings: gathers what differs.
        code: the code that is running; None where it is not known, which is other code.
    """
    listed = tuple(Listed(one.id, one.sha256) for one in editions)
    newest = by_evidence(editions)[-1]
    expected = Root(1, newest.id, listed, root.files)
    if _read(files, paths.MANIFEST) != expected.to_json():
        what = f"newest {newest.id}, editions {_listed([one.id for one in editions])}, as canonical JSON"
        findings.add("root", paths.MANIFEST, what, "another list")
    same = editions[-1].manifest.code == code
    names: set[str] = set()
    other: list[str] = []
    try:
        for name, data in own_files(files, editions, root.files):
            names.add(name)
            if root.files.get(name) == sha256(data):
                findings.checked["root"] += not is_difference(name)
                continue
            got = _read(files, name)
            in_words = name in newest.pages and _said(got, name) == _said(data, name)
            if same or not (in_words or newest.home + name not in newest.manifest.files):
                findings.add("root", name, *_excerpts(data, got))
            else:
                other.append(name)
    except (ReportError, LookupError, ValueError, TypeError, AttributeError, RecursionError) as error:
        findings.add("root", newest.home, "an edition from which the root follows", type(error).__name__)
        return
    for name in sorted({*root.files} - names):
        findings.add("root", name, "nothing", "a file that follows from no edition")
    if other:
        findings.note(f"unchecked: the markup of {_listed(other)} at the root, made by other code than this")


def check_differences(
    files: Files,
    editions: tuple[ReleasedEdition, ...],
    root: Root,
    findings: Findings,
    difference: Difference | None,
) -> None:
    """Compare the pages of differences, which no edition has, with those that are made again.

    Args:
        files: the site.
        editions: its editions.
        root: its list of its own files.
        findings: gathers what differs.
        difference: makes them; None where nothing can.
    """
    listed = {name: digest for name, digest in root.files.items() if is_difference(name)}
    own = own_files(files, editions, (), difference) if difference else ()
    made = {name: data for name, data in own if is_difference(name)}
    for name, digest in listed.items():
        if sha256(made.get(name, b"")) == digest:
            findings.checked["root"] += 1
        elif made:
            findings.add("recomputed", name, *_excerpts(made.get(name, b""), _read(files, name)))
    if listed and not made:
        findings.note(f"unchecked: {_listed([*listed])}, as made when those editions were new")


def _read(files: Files, name: str) -> bytes:
    try:
        return files.read(name)
    except KeyError:
        return b""


def _said(page: bytes, name: str) -> tuple[str, list[str]]:
    """What a page says and where it leads, apart from the bar of its edition."""
    before, _, after = split_bar(page.decode("utf-8", "replace"))
    text = before + after
    links = [paths.target(name, link) if paths.is_internal(link) else link for link in paths.links(text)]
    return " ".join(html.unescape(_TAG.sub(" ", text)).split()), links


def _excerpts(expected: bytes, got: bytes) -> tuple[str, str]:
    """Two files where they begin to differ."""
    least = min(len(expected), len(got))
    at = next((place for place in range(least) if expected[place] != got[place]), least)
    one, other = (
        data[max(at - _AROUND, 0) : at + _AROUND].decode("utf-8", "replace") for data in (expected, got)
    )
    return f"at byte {at:,} {one!r}", repr(other)


def _listed(names: Sequence[str]) -> str:
    """The first of some names, and how many more there are."""
    more = [f"{len(names) - _NAMED:,} more"] if len(names) > _NAMED else []
    return ", ".join([*names[:_NAMED], *more])
