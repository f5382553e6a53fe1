"""What a reader sees move in a claim: decided here, for the difference of two states and for its history."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pivot.claims.stored import Entry


CITED = "cited text corrected"
_GUARD = {True: "reads right again", False: "reads wrong now", None: "its guard was taken away"}
_NEW_GUARD = "has a guard now"
GUARD = (*_GUARD.values(), _NEW_GUARD)


def changes(before: Entry, after: Entry) -> tuple[str, ...]:
    """What a reader sees differ between two states of one claim, in words; empty where nothing does.

    That is what the evidence gives, the article's words, the verdict, and whether the sentences that rest on
    its guard read right.
    """
    pairs = [
        ("moved", before.display, after.display),
        (CITED, before.cited, after.cited),
        ("verdict changed", before.verdict, after.verdict),
    ]
    words = [f"{what} from {was} to {now}" for what, was, now in pairs if was != now]
    held, holds = (entry.guard.holds if entry.guard else None for entry in (before, after))
    if held != holds:
        words.append(_GUARD[holds] if held is not None else _NEW_GUARD)
    return tuple(words)
