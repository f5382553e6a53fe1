"""Sentences: what is read, which words changed, and which line was which before an edit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pivot.prose.book import Book
from pivot.prose.labels import Reference
from pivot.prose.scan import values
from pivot.prose.sentences import Piece, pieces
from pivot.revisions.sentences import COME, GONE, SAME, _pairs, words
from tests.conftest import ROOT
from tests.unit.revisions import NEWEST_DAY, shipped

TEXTS = {"claim.drop": "7.7%", "verdict.drop": "reproduced", "part.drop.price": "$28.04"}


LABELS = {"fig-cut": Reference("Figure\N{NO-BREAK SPACE}2.1")}


def piece(source: str, part: str = "sentence", file: str = "a.qmd", block: str = "") -> Piece:
    return Piece(file, 1, part, source, "a.html", block, names=values(source), labels=LABELS)


READ = {
    "It fell by {{< var claim.drop >}}. <!-- holds: drop -->": "It fell by 7.7%.",
    "## The **cut** {#sec-cut .unnumbered}": "The cut",
    "- a point, *well* made": "a point, well made",
    "see [the page](<https://example.org/a_b>) and [x]{.verdict .y}": "see the page and x",
    "as @fig-cut shows [@one; @two], by @eq-any.[^x]": "as Figure\N{NO-BREAK SPACE}2.1 shows, by eq-any.",
    r"costs \$5 \[sic\]": "costs $5 [sic]",
    "a * b is no stress, 5*3 neither": "a * b is no stress, 5*3 neither",
    "typed <!-- numeral: '5' is a name --> here": "typed here",
}


@pytest.mark.parametrize("source", READ)
def test_a_piece_reads_as_a_reader_has_it(source: str) -> None:
    assert piece(source).read(TEXTS) == READ[source]


def test_a_row_of_a_table_reads_by_its_cells() -> None:
    row = piece("| [a]{.b} | {{< var part.drop.price >}} | **c** |", "table", block="t")
    assert row.read(TEXTS) == "a · $28.04 · c"


@given(st.text("ab .,5%", max_size=30), st.text("ab .,5%", max_size=30))
def test_the_words_make_up_both_texts(before: str, after: str) -> None:
    told = words(before, after)
    assert "".join(text for state, text in told if state != COME) == before
    assert "".join(text for state, text in told if state != GONE) == after
    assert all(text for _, text in told)


WORDS = {
    ("on 8 May 2026 at $28.04.", "on 30 June 2026 at $27.73."): [
        (SAME, "on "), (GONE, "8 May"), (COME, "30 June"), (SAME, " 2026 at "),
        (GONE, "$28.04"), (COME, "$27.73"), (SAME, "."),
    ],
    ("", "new"): [(COME, "new")],
    ("same", "same"): [(SAME, "same")],
}  # fmt: skip


@pytest.mark.parametrize("texts", WORDS)
def test_changed_words_are_whole(texts: tuple[str, str]) -> None:
    assert list(words(*texts)) == WORDS[texts]


def paired(old: list[str], new: list[str]) -> set[tuple[str, str]]:
    pairs = _pairs([piece(source) for source in old], [piece(source) for source in new])
    return {(was.source if was else "", now.source if now else "") for was, now in pairs}


def test_an_edited_line_is_paired_by_its_words() -> None:
    assert paired(
        ["First of all.", "The cat sat on the mat.", "Last."],
        ["First of all.", "The cat lay on the mat.", "Last."],
    ) == {
        ("First of all.", "First of all."),
        ("The cat sat on the mat.", "The cat lay on the mat."),
        ("Last.", "Last."),
    }


def test_an_edited_line_is_paired_by_its_claim_where_few_words_are_left() -> None:
    old, new = "The cut was {{< var claim.drop >}}.", "We hold {{< var claim.drop >}} to be right."
    assert paired([old, "Alpha beta gamma."], ["Delta epsilon.", new]) == {
        (old, new),
        ("Alpha beta gamma.", ""),
        ("", "Delta epsilon."),
    }


def test_a_moved_line_is_no_change() -> None:
    assert paired(
        ["One.", "Two words.", "Three more words."], ["Two words.", "Three more words.", "One."]
    ) == {(said, said) for said in ("One.", "Two words.", "Three more words.")}


def test_rows_of_a_table_are_known_by_their_first_cell() -> None:
    old = [
        piece(f"| {name} | {value} |", "table", block="t") for name, value in (("a", 1), ("b", 2), ("c", 3))
    ]
    new = [
        piece(f"| {name} | {value} |", "table", block="t") for name, value in (("a", 9), ("c", 8), ("d", 7))
    ]
    pairs = {(was.source if was else "", now.source if now else "") for was, now in _pairs(old, new)}
    assert ("| a | 1 |", "| a | 9 |") in pairs
    assert ("| c | 3 |", "| c | 8 |") in pairs


def test_every_variable_of_the_book_is_in_a_piece() -> None:
    chapters = Book.load(ROOT).chapters
    found = list(pieces(chapters, {}))
    used = sum(chapter.text.count("{{< var") for chapter in chapters)
    assert used > 300
    assert sum(one.source.count("{{< var") for one in found) == used
    assert {one.part for one in found} >= {"sentence", "caption", "alt text", "title"}


def test_no_markup_is_left_in_what_is_read() -> None:
    report = shipped("2026-05-08", NEWEST_DAY)
    read = [side for one in report.sentences for side in (one.before, one.after)]
    assert len(read) > 300
    assert [said for said in read if "{{<" in said or "]{" in said or "**" in said or "\\" in said] == []
