"""Which words data could turn wrong, and what lets them pass."""

from __future__ import annotations

import pytest

from pivot.prose.comparisons import typed_comparisons
from pivot.prose.scan import lines

GUARDS = ("btc-over-ai", "hashprice-low")


def found(text: str) -> list[str]:
    _, findings = typed_comparisons(list(lines("a.qmd", text)), GUARDS)
    return [finding.what for finding in findings]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("It fell by {{< var claim.x >}}.", "fell"),
        ("A rise of {{< var exact.x >}}.", "rise"),
        ("Mining, {{< var claim.x >}}, still pays.", "still"),
        ("The {{< var claim.x >}} is the largest.", "largest"),
        ("It sold more in {{< var part.x.y >}}.", "more"),
        ("Control over {{< var part.x.threshold >}}.", "over"),
        ("Mining revenue {{< var claim.x >}} is higher.", "higher"),
        ("It is above the range.", "above"),
        ("All years lie within the cited range.", "within"),
        ("Revenue exceeds the run-rate.", "exceeds"),
        ("It gave more than {{< var cited.x >}}.", "more than"),
        ("It was the record, {{< var claim.x >}}.", "record"),
        ("The hash rate is higher than ever.", "higher than"),
        ("Miners paid a lower price than in March.", "lower price than"),
        ("They sold more coins than ever before.", "more coins than"),
        ("It was the largest sale so far.", "largest sale so far"),
        ("The network is at a record high, {{< var cited.x >}}.", "record high"),
        ("Fees have never been lower.", "never been lower"),
        ('![A chart.](/f.svg){#fig-x fig-alt="It fell to {{< var claim.x >}}."}', "fell"),
    ],
)
def test_a_typed_comparison_is_found(text: str, word: str) -> None:
    assert found(text) == [f'comparison "{word}" is typed']


@pytest.mark.parametrize(
    "text",
    [
        "The lowest day is {{< var part.hashprice-low.day >}}.",
        "The largest is {{< var part.ai-contracts.largest-name >}}.",
        "The {{< var claim.difficulty-drop-rank-record >}} deepest of all.",
        "It is {{< var claim.revenue-gap >}} more in a year.",
        "Spread over {{< var part.ai-ten-year.years >}}.",
        "The article says that it fell to {{< var cited.hashprice-range >}}.",
        "Prices fell, and most miners left.",
        "On the newest day, {{< var claim.x >}}, of all retargets on record.",
        "Mining, {{< var claim.x >}}, still pays. <!-- holds: btc-over-ai -->",
        "It is above the range. <!-- holds: btc-over-ai, hashprice-low -->",
        'It fell by {{< var claim.x >}}. <!-- comparison: "fell" the block is history -->',
        "To build it from below, within a week.",
        "A day's luck moves such an estimate more than most news does.",
        "It is finer than that, and older than it looks; nobody ever said so.",
        'The hash rate is higher than ever. <!-- comparison: "higher than" the words of the article -->',
    ],
)
def test_bound_guarded_and_waived_words_pass(text: str) -> None:
    assert found(text) == []


def test_a_waiver_is_for_one_occurrence() -> None:
    text = 'It fell by {{< var claim.x >}} and {}. <!-- comparison: "fell" the block is history -->'
    assert found(text.replace("{}", "rose")) == ['comparison "rose" is typed']
    assert found(text.replace("{}", "fell")) == ['comparison "fell" is typed']
    assert found('It rose. <!-- comparison: "rose" the block is history -->') == [
        '"rose" is not there to be waived'
    ]


def test_a_guard_that_does_not_exist_is_found() -> None:
    assert found("Mining pays. <!-- holds: btc-over-a -->") == ["btc-over-a has no guard"]


def test_what_was_seen_is_counted() -> None:
    text = (
        "It is above, the lowest is {{< var claim.hashprice-low >}}, and it fell.\n"
        "It fell by {{< var claim.x >}}. <!-- holds: btc-over-ai -->\n"
        'It rose by {{< var claim.x >}}. <!-- comparison: "rose" the block is history -->\n'
    )
    seen, findings = typed_comparisons(list(lines("a.qmd", text)), GUARDS)
    assert seen == {"words": 5, "settled": 1, "guarded": 1, "waived": 1}
    assert len(findings) == 2
