"""The accounts that open from the numbers of a page, and stand in the page: one a claim, keyed by its values.

Without scripts a number is a link to the row of its account in the ledger; with them the account opens where
the number stands, and says first what the very value is that was asked about.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pivot.accounts import reading, rows_used

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pivot.claims.stored import Entry, Evidence, Input
    from pivot.publish.frame import Address, Frame
    from pivot.publish.history import Observation

_LINKED = re.compile(r'<a class="claim[^"]*" data-var="([^"]+)" href="([^"]+)"')
_TIERS = ("primary", "computed", "mirror", "secondary")
_BEARINGS = ("confirms", "differs", "contradicts", "supersedes", "context")


@dataclass(frozen=True, slots=True)
class Record:
    """What an edition knows of a claim beside its entry.

    Args:
        edition: its id.
        page: the address of the claim's own page.
        citation: how to cite it, as a line.
        history: what each edition showed.
        code: the address of the code, "" where it is not published.
    """

    edition: str
    page: str
    citation: str
    history: tuple[Observation, ...]
    code: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A value that a page shows, as its account names it.

    Args:
        key: the name that prose uses.
        text: the value.
        label: what it is.
        exact: the same with more digits, "" where there are none.
        row: the address of its row in the ledger.
    """

    key: str
    text: str
    label: str
    exact: str
    row: str


@dataclass(frozen=True, slots=True)
class Best:
    """The source to look at first, in words.

    Args:
        reading: what it gives.
        piece: where.
        others: how many there are beside it.
    """

    reading: str
    piece: Evidence
    others: int

    @property
    def address(self) -> str:
        """Of the web, else ""."""
        return self.piece.address if self.piece.address.startswith("http") else ""


@dataclass(frozen=True, slots=True)
class Account:
    """What opens from the values of one claim on one page.

    Args:
        entry: the claim.
        shown: its values on that page.
        best: the source to look at first, None where there is none.
        inputs: the snapshots it was made from: path, address, rows in words, checksum, cells of few rows.
        record: what the archive knows of it; None in a site that is no archive.
    """

    entry: Entry
    shown: tuple[Shown, ...]
    best: Best | None
    inputs: tuple[tuple[Input, str, str], ...]
    record: Record | None


def accounts(body: str, claims: Mapping[str, Entry], frame: Frame) -> list[Account]:
    """The accounts of all claims that a page links, in the order in which it names them.

    Args:
        body: the page's text, as HTML.
        claims: the ledger.
        frame: of the page.
    """
    values: dict[str, dict[str, str]] = {}
    for key, address in _LINKED.findall(body):
        claim = key.split(".")[1]
        if claim in claims:
            values.setdefault(claim, {}).setdefault(key, address)
    return [_account(claims[claim], rows, frame) for claim, rows in values.items()]


def _account(entry: Entry, rows: Mapping[str, str], frame: Frame) -> Account:
    return Account(
        entry,
        tuple(_shown(entry, key, row) for key, row in rows.items()),
        best(entry.evidence),
        tuple(_inputs(entry, frame.book)),
        frame.record(entry.id) if frame.record else None,
    )


def _shown(entry: Entry, key: str, row: str) -> Shown:
    kind, _, name = key.partition(f".{entry.id}")
    exact = entry.exact if entry.exact != entry.display else ""
    if kind == "part":
        part = entry.parts[name[1:]]
        return Shown(key, part.display, part.label, part.exact if part.exact != part.display else "", row)
    if kind == "verdict":
        return Shown(key, entry.verdict, "the verdict", "", row)
    if kind == "cited":
        return Shown(key, entry.cited, "what the article says", "", row)
    if kind == "exact":
        return Shown(key, entry.exact, "with more digits", "", row)
    return Shown(key, entry.display, "what the evidence gives", exact, row)


def best(evidence: Iterable[Evidence]) -> Best | None:
    """The source to look at first: one that says something on the claim, of the best tier, the newest."""
    pieces = [piece for piece in evidence if piece.bearing in _BEARINGS and piece.tier in _TIERS]
    if not pieces:
        return None
    pieces.sort(key=lambda piece: piece.published, reverse=True)
    pieces.sort(key=lambda piece: (piece.bearing == "context", _TIERS.index(piece.tier)))
    first = pieces[0]
    return Best(reading(first.value, first.unit, first.period), first, len(pieces) - 1)


def _inputs(entry: Entry, book: Address) -> Iterable[tuple[Input, str, str]]:
    for used in entry.inputs:
        yield used, book(used.snapshot), rows_used(used.count, used.rows)
