"""Words that data could turn wrong: directions, ranks, thresholds and comparisons that somebody typed.

Such a word must come out of a variable, or its line must name a guard (`<!-- holds: ID -->`), or it is waived
with a reason. Three rules keep this workable:

- Words for the side of a threshold (above, below, exceeds, within the range), and those that hold something
  against other times or others (higher than, the most ever, a record high), count on every line.
- All others count where data can move a figure of the same line; what the article is cited for stays.
- A superlative is settled where a variable of its line is that extreme by its name: `lowest` beside
  `part.hashprice-low.day`. So is `more` or `less` by a gap or a difference, which carries its own sign, and
  `over` by a number of years, which is no threshold.

Words that only place something in time (newest, earlier, last) say which row is meant and do not count.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pivot.prose.findings import unwaived
from pivot.prose.visible import VALUE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from pivot.prose.findings import Finding
    from pivot.prose.scan import Line

_MOVING = ("claim.", "exact.", "part.")


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{pattern})", re.IGNORECASE)


THRESHOLDS = _words(
    r"above\b|(?<!from )below\b|beneath\b|exceed(?:s|ed|ing)?\b|surpass(?:es|ed)?\b|outweigh(?:s|ed)?\b"
    rf"|(?:more|less|fewer|higher|lower|larger|smaller|greater) than(?= half\b| {VALUE})|at (?:least|most)\b"
    rf"|cross(?:es|ed)\b|(?:inside|outside|within)(?= (?:the|that|this|its|it)\b| {VALUE}|[.,;])"
)
"""Sides of a threshold."""

_DEGREE = (
    "higher|lower|larger|bigger|smaller|greater|stronger|weaker|wider|narrower|deeper|steeper|sharper|faster"
    "|slower|cheaper|safer"
)
_EXTREME = (
    "highest|lowest|largest|biggest|smallest|greatest|strongest|weakest|widest|deepest|steepest|sharpest|fastest"
    "|fewest|worst|best|(?<!at )(?:most|least)"
)
AGAINST = _words(
    rf"(?:(?:{_DEGREE})(?: [\w-]+){{0,3}} than|(?:more|less|fewer|better|worse)(?: [\w-]+){{0,3}} than"
    r"(?= (?:ever|before|any|all|every|at any)\b)"
    rf"|(?:{_EXTREME})(?: [\w-]+){{0,3}} (?:ever|yet|so far|to date|on record|in history|of all time|since)"
    rf"|never (?:before|(?:been )?(?:so|more|less|{_DEGREE}))|(?:all-time|record|new) (?:high|low|peak)s?"
    r"|record-(?:breaking|setting)|unprecedented)\b"
)
"""What holds something against other times or others, with or without a figure beside it."""

DIRECTIONS = _words(
    r"(?:f[ea]ll(?:s|ing|en)?|r[io]se[sn]?|rising|drop(?:s|ped|ping)?|declin(?:es?|ed|ing)|decreas(?:es?|ed|ing)"
    r"|increas(?:es?|ed|ing)|gr[eo]w(?:s|n|ing|th)?|shr[aiu]nk(?:s|ing)?|gain(?:s|ed|ing)?|climb(?:s|ed|ing)?"
    r"|slid(?:es?|ing)?|slip(?:s|ped|ping)?|jump(?:s|ed)?|plung(?:es?|ed)|surg(?:es?|ed)|soar(?:s|ed)?|s[ai]nks?"
    r"|tumbl(?:es?|ed)|recover(?:s|ed|ing)?|rebound(?:s|ed)?|improv(?:es?|ed)|worsen(?:s|ed)?"
    r"|higher|lower|larger|bigger|smaller|greater|stronger|weaker|wider|narrower|majority|minority"
    r"|still|already|no longer|any ?more)\b"
)
"""Directions, comparatives, and words for a state that may end."""

SETTLED = (
    (_words(r"(?:lowest|least|smallest|fewest|weakest)\b"), {"low", "lowest", "least"}),
    (
        _words(r"(?:highest|most|largest|biggest|greatest|strongest)\b"),
        {"high", "highest", "largest", "top5", "top10"},
    ),
    (
        _words(r"(?:deepest|sharpest|steepest|deeper|sharper|steeper|worst|best|(?<!on )record)\b"),
        {"deepest", "deeper", "sharper", "rank"},
    ),
    (_words(r"(?:more|less|fewer)\b(?! than)"), {"gap", "difference"}),
    (_words(rf"(?:over|under)(?= {VALUE})"), {"years"}),
)
"""Words that a variable settles, and the words of such a variable's name."""


def comparisons(line: Line) -> Sequence[tuple[int, str, bool]]:
    """Column and text of each word of a line that data could turn wrong; whether a variable settles it."""
    named = {word for name in line.values if name.startswith(_MOVING) for word in re.split(r"[.-]", name)[1:]}
    kinds: list[tuple[re.Pattern[str], Collection[str]]] = [(AGAINST, ()), (THRESHOLDS, ())]
    if named:  # where words begin alike, the later kinds go before
        kinds[1:1] = [*SETTLED, (DIRECTIONS, ())]
    words = {
        word.start(): (word[0], not named.isdisjoint(settling))
        for kind, settling in kinds
        for word in kind.finditer(line.visible)
    }
    return [(at, *words[at]) for at in sorted(words)]


def typed_comparisons(
    text: Sequence[Line], guards: Collection[str]
) -> tuple[Mapping[str, int], list[Finding]]:
    """Every comparison that no variable settles, no guard protects and no waiver excuses.

    Args:
        text: the lines to read.
        guards: the claims that have a guard.

    Returns:
        How many words were seen, settled by a variable, guarded and waived; and the findings.
    """
    settled = guarded = 0
    for line in text:
        by_variable = [is_settled for _, _, is_settled in comparisons(line)]
        settled += sum(by_variable)
        guarded += by_variable.count(False) if line.guards else 0

    def open_words(line: Line) -> Iterable[tuple[int, str]]:
        return ((at, word) for at, word, is_settled in comparisons(line) if not (is_settled or line.guards))

    waived, typed, findings = unwaived(
        text, "comparison", open_words, "take it from a variable, or end the line with <!-- holds: ID -->"
    )
    for line in text:
        for id_ in set(line.guards).difference(guards):
            hint = f"name one of {', '.join(sorted(guards))}"
            findings.append(line.finding(line.source.rindex("<!--"), f"{id_} has no guard", hint))
    seen = settled + guarded + waived + typed
    return {"words": seen, "settled": settled, "guarded": guarded, "waived": waived}, findings
