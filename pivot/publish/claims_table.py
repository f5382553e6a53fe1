"""The ledger to work with: a table of all claims to choose from and sort, and the same as CSV.

A page says where the table stands with an empty block, `::: {#claims-table}`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pivot.claims.model import Verdict
from pivot.publish.numbers import best
from pivot.publish.verdict_map import addresses
from pivot.text import csv_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pivot.claims.stored import Entry, Stated
    from pivot.publish.frame import Frame, RenderedBook

PLACE = '<div id="claims-table">\n\n</div>'

_ENDS = ("", "_value", "_low", "_high", "_unit")
_COLUMNS = (
    "id", "statement", "section", "kind",
    *(f"article{end}" for end in _ENDS), *(f"ours{end}" for end in _ENDS),
    "verdict", "reason", "margin", "formula", "code", "sources", "tier", "snapshots",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """A claim in the table.

    Args:
        entry: the claim.
        address: of its account.
        tier: of the source to look at first; "none" where there is none.
        sources: the data sets that its value was made from.
    """

    entry: Entry
    address: str
    tier: str
    sources: tuple[str, ...]

    @property
    def group(self) -> str:
        """What its verdict comes to."""
        return Verdict(self.entry.verdict).group.value


def rows(book: RenderedBook, frame: Frame) -> list[Row]:
    """The claims in the order of their accounts."""
    return [
        Row(book.claims[id_], address, tier(book.claims[id_]), sources(book.claims[id_]))
        for id_, address in addresses(book, frame).items()
        if id_ in book.claims
    ]


def choices(table: Iterable[Row]) -> dict[str, list[str]]:
    """What can be chosen from, by the name of the column."""
    listed = [*table]
    return {
        "verdict": list(dict.fromkeys(row.entry.verdict for row in listed)),
        "kind": list(dict.fromkeys(row.entry.kind for row in listed)),
        "source": sorted({source for row in listed for source in row.sources}),
        "tier": list(dict.fromkeys(row.tier for row in listed)),
    }


def tier(entry: Entry) -> str:
    """The tier of the source to look at first; "none" where there is none."""
    source = best(entry.evidence)
    return source.piece.tier if source else "none"


def sources(entry: Entry) -> tuple[str, ...]:
    """The data sets that a value was made from, by the folder of their snapshots."""
    return tuple(dict.fromkeys(used.snapshot.split("/")[1] for used in entry.inputs))


def as_csv(claims: Mapping[str, Entry]) -> bytes:
    """The ledger as CSV, a row a claim."""
    lines: list[Sequence[object]] = [_COLUMNS]
    for entry in claims.values():
        derived = {
            **_value("article", entry.article),
            **_value("ours", entry.ours),
            "ours": entry.display,
            "code": f"{entry.code.path}:{entry.code.line}",
            "sources": " ".join(sources(entry)),
            "tier": tier(entry),
            "snapshots": " ".join(f"{used.snapshot} {used.sha256}" for used in entry.inputs),
        }
        lines.append([derived.get(name, getattr(entry, name, "")) for name in _COLUMNS])
    return csv_of(lines, "\r\n").encode()


def _value(name: str, stated: Stated | None) -> dict[str, object]:
    """A value in words, as a number, its ends and its unit."""
    if stated is None:
        return {}
    ends = (stated.display, stated.single, stated.low, stated.high, stated.unit)
    return {f"{name}{end}": one for end, one in zip(_ENDS, ends, strict=True)}
