"""The picture of all claims on the first page: a square each, in groups, and a list of those chosen.

The first page says where it stands with an empty block, `::: {#verdict-map}`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pivot.claims.model import Group, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pivot.claims.stored import Entry
    from pivot.publish.frame import Frame, RenderedBook

PLACE = '<div id="verdict-map">\n\n</div>'

MARKS = {
    Group.HOLDS: "✓",
    Group.FOLLOWS: "=",
    Group.DIFFERS: "≠",
    Group.OVERTAKEN: "↷",
    Group.OPEN: "?",
}
"""What a square carries, so that its group is not told by colour alone."""

WORDS = {
    Group.HOLDS: "hold",
    Group.FOLLOWS: "follow from the article alone",
    Group.DIFFERS: "differ",
    Group.OVERTAKEN: "were overtaken",
    Group.OPEN: "cannot be known",
}
"""What its claims do."""

MEANINGS = {
    Group.HOLDS: "Our value shows what the article says, or sources that can be traced do, or a reading "
    "reaches it by its error.",
    Group.FOLLOWS: "The article's own figures give it; no other source tests it.",
    Group.DIFFERS: "Our value, or what others published, is another.",
    Group.OVERTAKEN: "It was so, and later data changed it.",
    Group.OPEN: "Nobody measures it, only the article has it, its day has not come, or it is a definition.",
}


@dataclass(frozen=True, slots=True)
class Square:
    """A claim in the picture: its entry and the address of its account."""

    entry: Entry
    address: str


@dataclass(frozen=True, slots=True)
class Heap:
    """The claims of one group.

    Args:
        group: which.
        squares: the claims, by verdict.
        verdicts: how many have each of its verdicts.
    """

    group: Group
    squares: tuple[Square, ...]
    verdicts: Mapping[str, int]

    @property
    def mark(self) -> str:
        """What its squares carry."""
        return MARKS[self.group]

    @property
    def words(self) -> str:
        """What its claims do."""
        return WORDS[self.group]

    @property
    def meaning(self) -> str:
        """What it says of a claim, in a sentence."""
        return MEANINGS[self.group]


def addresses(book: RenderedBook, frame: Frame) -> dict[str, str]:
    """The address of each claim's account as seen from a page, in the order of the accounts."""
    return {
        heading.id.removeprefix("claim-"): f"{frame.book(page.href)}#{heading.id}"
        for page in book.pages
        for heading in page.headings
        if heading.id.startswith("claim-")
    }


def heaps(claims: Mapping[str, Entry], accounts: Mapping[str, str]) -> list[Heap]:
    """The groups with their claims, in the order of the verdicts and of the ledger.

    Args:
        claims: the ledger.
        accounts: the address of each claim's account, in the order of the accounts.
    """
    entries = [claims[id_] for id_ in accounts if id_ in claims]
    verdicts = [*Verdict]
    entries.sort(key=lambda entry: verdicts.index(Verdict(entry.verdict)))
    return [_heap(group, entries, accounts) for group in Group]


def _heap(group: Group, entries: list[Entry], accounts: Mapping[str, str]) -> Heap:
    own = [entry for entry in entries if Verdict(entry.verdict).group is group]
    squares = tuple(Square(entry, accounts[entry.id]) for entry in own)
    verdicts = [entry.verdict for entry in own]
    return Heap(group, squares, {verdict: verdicts.count(verdict) for verdict in dict.fromkeys(verdicts)})
