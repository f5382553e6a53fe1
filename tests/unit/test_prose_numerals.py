"""Which words name a number."""

from __future__ import annotations

import pytest

from pivot.prose.numerals import numerals, typed_numerals
from pivot.prose.scan import lines

NUMERALS = (
    ("It sold 20,880 coins.", ["20,880"]),
    ("A cut of −7.7% in Q1 2026, N+1.", ["−7.7%", "Q1", "2026", "N+1"]),
    ("Between $33–40 billion (33%).", ["$33–40", "33%", "billion"]),
    ("The second-largest of twelve, Twenty-five in all.", ["second-largest", "twelve", "Twenty-five"]),
    ("a third of it, two thirds, three quarters", ["third", "two", "thirds", "three"]),
    ("a quarter of it, half, by a quarter", ["a quarter", "half", "by a quarter"]),
    ("It doubled, tenfold, twice a week, once a year.", ["doubled", "tenfold", "twice", "once"]),
    ("one of the pools, and only one miner", ["one", "one"]),
    ("hundreds of thousands, dozens, the nineties", ["hundreds", "thousands", "dozens", "nineties"]),
    ("the first retarget, its fifth, the twentieth", ["first", "fifth", "twentieth"]),
    ("½, ٣ and 三", ["½", "٣", "三"]),
)
NO_NUMERALS = (
    "both pools, a pair of them, a single one, several, few, and either of them",
    "no one knows, and one another, and one can see; this one, the one that left, and one's own",
    "at first, at once, first of all, second-hand, a third party, hashes per second, a one-sided view",
    "once the halls are built, once more, and once it leaves",
    "the quarter, in a weaker quarter, a quarter that ends, the last quarter of the year",
    "some weeks, a month, seconds, years, an hour, a fortnight, at each halving",
    "tenant, often, attention, fore, weight, sixties-like no: tenor, freight, height, someone, everyone",
)


@pytest.mark.parametrize(("text", "expected"), NUMERALS)
def test_numerals_are_found(text: str, expected: list[str]) -> None:
    assert sorted(found for _, found in numerals(text)) == sorted(expected)


@pytest.mark.parametrize("text", NO_NUMERALS)
def test_words_that_name_no_number_are_not(text: str) -> None:
    assert [found for _, found in numerals(text.replace("sixties-like no: ", ""))] == []


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (r"$7.7\%$", [(1, r"7.7\%")]),
        (r"$$H = \frac{n \cdot 2^{32}}{86{,}400}$$ {#eq-h}", [(23, "32"), (28, "86{,}400")]),
        (r"The price ($/PH/s/day) fell 7.7% against power ($/MWh).", [(28, "7.7")]),
        (r"$1\,000\,x$", [(1, r"1\,000")]),
        (r"$k-1$, $x^2$ and $f_0$", []),
    ],
)
def test_figures_of_a_formula_are_found_where_they_stand(
    formula: str, expected: list[tuple[int, str]]
) -> None:
    line = next(iter(lines("a.qmd", formula)))
    assert sorted(numerals(line.visible)) == expected


def test_bound_are_the_variables_that_show_a_numeral() -> None:
    text = list(lines("a.qmd", "{{< var claim.a >}} by {{< var part.b.c >}} and {{< var verdict.a >}}: 7.\n"))
    shown = {"claim.a": "7.7%", "part.b.c": "second-largest", "verdict.a": "reproduced"}
    seen, findings = typed_numerals(text, shown)
    assert seen == {"numerals": 3, "bound": 2, "waived": 0}
    assert len(findings) == 1
