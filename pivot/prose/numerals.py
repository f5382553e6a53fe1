"""Numerals that somebody typed: digits in any script, and words that name a number, a rank or a fraction.

The words that count: the cardinals to ninety, hundred, thousand, million, billion, trillion and dozen, with
their plurals; the ordinals; half, and a quarter where it is a part and no season; once, twice, thrice,
double, triple and their verbs; all that ends in -fold; decade and century. A compound counts by its parts
(`second-largest`).

What does not count: words that count without naming a number (both, pair, single, several, few), units of
time that stand for themselves (week, quarter, year), and the idioms below, in which `one`, `once`, `first`
or `second` is no quantity.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pivot.prose.findings import unwaived
from pivot.prose.visible import VALUE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pivot.prose.findings import Finding
    from pivot.prose.scan import Line

_CARDINAL = (
    "zero|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen"
    "|(?:twen|thir|for|fif|six|seven|eigh|nine)ty|hundred|thousand|million|billion|trillion|dozen"
)
_WORDS = re.compile(
    rf"(?:{_CARDINAL})(?:s|es|fold)?|one(?:fold)?|(?:twen|thir|for|fif|six|seven|eigh|nine)ties"
    r"|first|second|(?:third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|\w+teenth|\w+tieth"
    r"|hundredth|thousandth|millionth|billionth)s?|half|halves?|halved|once|twice|thrice"
    r"|(?:doubl|tripl|trebl|quadrupl|quintupl)(?:e[sd]?|ing)|decades?|century|centuries",
    re.IGNORECASE,
)
_IDIOMS = re.compile(
    r"\b(?:no|any|every|some|each)[ -]one\b"
    r"|\bone(?= (?:another|can|could|may|might|must|should|would)\b|['’]s)"
    r"|\b(?:the|this|that|which|another) one(?= (?:that|which|who|whose|of|in|on|with|for|from)\b|[.,;:)]|$)"
    r"|\ban? [\w-]+ one(?=[.,;:)]|$)|\bone-(?:off|sided|way)\b"
    r"|\bat (?:first|once)\b|\bfirst of all\b|\b(?:first|second)-?hand\b|\bthird[ -]part(?:y|ies)\b"
    r"|\bonce(?= (?:the|it|they|he|she|we|this|these|those|all|more|again)\b)|\bper second\b",
    re.IGNORECASE,
)
_QUARTER = re.compile(
    r"\bby a quarter\b|\ba quarter(?= (?:of|as|less|more|lower|higher|below|above|to)\b|[.,;:)]|$)",
    re.IGNORECASE,
)
_CHUNK = re.compile(rf"[^\s|{VALUE}]+")
_WORD = re.compile(r"[^\W\d_]+(?:[-\N{NON-BREAKING HYPHEN}][^\W\d_]+)*")
_AROUND = "*_()[]{}\"'“”‘’«».,;:!?…~^\\—"


def numerals(visible: str) -> Iterator[tuple[int, str]]:
    """Column and text of each numeral of a text without markup."""
    for chunk in _CHUNK.finditer(visible):
        if any(char.isnumeric() for char in chunk[0]):
            text = chunk[0].strip(_AROUND)
            yield chunk.start() + chunk[0].index(text), text
    for word in _WORD.finditer(_IDIOMS.sub(lambda idiom: " " * len(idiom[0]), visible)):
        if any(map(_WORDS.fullmatch, re.split(r"\W", word[0]))):
            yield word.start(), word[0]
    for quarter in _QUARTER.finditer(visible):
        yield quarter.start(), quarter[0]


def typed_numerals(
    text: Sequence[Line], variables: Mapping[str, str]
) -> tuple[Mapping[str, int], list[Finding]]:
    """Every numeral that is neither bound to a variable nor waived.

    Args:
        text: the lines to read.
        variables: what each variable shows; one that shows a numeral binds it.

    Returns:
        How many numerals were seen, bound and waived; and the findings.
    """
    numeric = {name for name, shown in variables.items() if any(numerals(shown))}
    bound = sum(name in numeric for line in text for name in line.values)
    waived, typed, findings = unwaived(
        text,
        "numeral",
        lambda line: sorted(numerals(line.visible)),
        "take it from the ledger, in prose by {{< var … >}}",
    )
    return {"numerals": bound + waived + typed, "bound": bound, "waived": waived}, findings
