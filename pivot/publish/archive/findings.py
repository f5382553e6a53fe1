"""What a verification finds in a published site, how much it looked at, and what it could not decide."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_SHOWN = 500  # characters of a thing that is not as it was
_MOST = 1_000  # of those things
_MORE = f"only the first {_MOST:,} are listed"


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """One thing in a site that is not as it was published.

    Args:
        kind: changed, missing, extra, link, chain, fork, rollback, snapshot, provenance, number, root or
            recomputed.
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
        checked: how many editions, files, bytes, snapshots, statements of provenance and numbers.
        findings: empty for a site that keeps its word.
        notes: what a reader should know besides, above all what was not checked.
        newest: the SHA-256 of the last manifest of the chain, to be kept for `known`; "" if there is none.
    """

    checked: Mapping[str, int]
    findings: tuple[Discrepancy, ...]
    notes: tuple[str, ...]
    newest: str


@dataclass
class Findings:
    """What one verification gathers."""

    checked: Counter[str] = field(default_factory=Counter)
    discrepancies: list[Discrepancy] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, kind: str, where: str, expected: object, got: object) -> None:
        """Add a discrepancy; what a hostile site says is cut, and so is a list of thousands."""
        clipped = (text[:_SHOWN] for text in (where, str(expected), str(got)))
        if len(self.discrepancies) < _MOST:
            self.discrepancies.append(Discrepancy(kind, *clipped))
        else:
            self.note(_MORE)

    def note(self, text: str) -> None:
        """Add a note, once."""
        if text not in self.notes:
            self.notes.append(text[:_SHOWN])


def by_kind(findings: Iterable[Discrepancy]) -> dict[str, int]:
    """How many findings there are of each kind, in the order in which the kinds are checked."""
    return dict(Counter(finding.kind for finding in findings))
