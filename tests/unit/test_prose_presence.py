"""A claim that the article has no row for yet: its sentences are in no edition of such a day."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from types import MappingProxyType

import pytest
from msgspec import structs

from analysis.report import ARTICLE
from pivot.claims import ledger as ledgers
from pivot.claims.ledger import Ledger
from pivot.errors import ClaimError
from pivot.prose.book import Book
from pivot.prose.presence import present
from pivot.prose.scan import lines
from pivot.prose.variables import variables
from pivot.publish.checks import check_claims, check_guards, check_variables
from tests.conftest import AS_READ, NEWEST, ROOT, ledger_of, vintage_of
from tests.regression.edited import edited, everywhere

LATE = "revenue-ratio"
"""A shipped claim that no other is derived from; here its row is taken from the article."""


def without_row(day: dt.date) -> Ledger:
    vintage = edited(day, everywhere("cited", lambda rows: rows.drop(index=LATE)))
    return ledgers.build(vintage, ARTICLE.claims)


def test_a_claim_is_there_where_the_article_s_row_is() -> None:
    ledger, whole = without_row(AS_READ), ledger_of(AS_READ)
    assert set(whole.entries) - set(ledger.entries) == {LATE} == set(ledger.absent)
    assert all(ledger[id_] == whole[id_] for id_ in ledger.entries)
    assert whole.absent == {}


@pytest.mark.parametrize(
    "ask", [lambda: without_row(AS_READ)[LATE], lambda: without_row(AS_READ).only([LATE])]
)
def test_asked_for_by_name_it_is_an_error_with_the_next_step(ask: object) -> None:
    with pytest.raises(ClaimError, match=f"makes no claim {LATE} that was known on {AS_READ}") as error:
        ask()  # type: ignore[operator]
    assert f"pivot add article --row claim={LATE}" in error.value.hint
    assert "--as-of" in error.value.hint


def test_a_claim_derived_from_it_names_it() -> None:
    vintage = edited(AS_READ, everywhere("cited", lambda rows: rows.drop(index="ai-ten-year")))
    with pytest.raises(ClaimError, match="makes no claim ai-ten-year"):
        ledgers.build(vintage, ARTICLE.claims, ["ai-doubled"])


TEXT = f"""Before.
One {{{{< var claim.{LATE} >}}}} more.
Two {{{{< var part.{LATE}.side >}}}} more.
Watched. <!-- holds: difficulty-drop, {LATE} -->
Another {{{{< var claim.{LATE}-of-another >}}}}. <!-- holds: the-{LATE} -->
After.

| a |
|---|
| {{{{< var exact.{LATE} >}}}} |
| b |

The end.
"""
ABSENT = {f"claim.{LATE}": "", f"claim.{LATE}-of-another": "1", "claim.difficulty-drop": "7.7%"}


def test_lines_that_use_an_absent_claim_are_left_out_and_the_others_keep_their_place() -> None:
    chapter = replace(Book.load(ROOT).chapters[0], text=TEXT, first_line=1)
    (kept,) = present([chapter], ABSENT)
    assert kept.text.split("\n") == [
        "Before.",
        f"Another {{{{< var claim.{LATE}-of-another >}}}}. <!-- holds: the-{LATE} -->",
        "After.",
        *["", "", "", ""],
        *["| a |", "|---|", "| b |", "", ""],
        *["The end.", ""],
    ]
    assert kept.text.split("\n").index("The end.") == TEXT.split("\n").index("The end.")
    assert present([chapter], dict.fromkeys(ABSENT, "1")) == (chapter,)


def test_checks_ask_nothing_of_a_sentence_in_an_edition_before_its_claim() -> None:
    ledgers_ = {AS_READ: without_row(AS_READ), NEWEST: ledger_of(NEWEST)}
    shown = {day: variables(ledger, vintage_of(day), 1, ARTICLE.title) for day, ledger in ledgers_.items()}
    assert shown[AS_READ][f"claim.{LATE}"] == ""
    text = list(lines("a.qmd", f"It is {{{{< var claim.{LATE} >}}}} and {{{{< var part.{LATE}.no >}}}}.\n"))
    assert [one.what for one in check_variables(text, shown).findings] == [
        f"part.{LATE}.no has no text as of {NEWEST}"
    ]
    assert check_variables(text, {AS_READ: shown[AS_READ]}).findings == []
    guard = structs.replace(ledger_of(NEWEST)[LATE], guard=ledger_of(NEWEST)["difficulty-drop"].guard)
    guarded = {**ledgers_, NEWEST: Ledger(NEWEST, MappingProxyType({LATE: guard}))}
    (finding,) = check_guards([], guarded).findings[-1:]
    assert finding.what == f"the guard of {LATE} protects no sentence"


def test_a_claim_that_no_edition_has_is_found_at_its_function() -> None:
    ledger = without_row(NEWEST)
    code = ledger_of(NEWEST)[LATE].code
    found = [one for one in check_claims([], ledger).findings if one.what.startswith("no edition")]
    assert [(one.file, one.line, one.what) for one in found] == [
        (code.path, code.line, f"no edition has the claim {LATE}")
    ]
    assert "pivot add article" in found[0].hint
