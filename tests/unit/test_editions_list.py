"""`editions.toml`: what it may say, and how a mistake in it is told."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from msgspec import to_builtins

from pivot.editions import Accepted, Edition, Revision, edition, editions
from pivot.errors import ProseError, ReportError
from pivot.records import convert
from tests.conftest import DAYS, ROOT

GOOD = """
[[edition]]
id = "b"
as_of = 2026-06-30
published = 2026-07-02
title = "Later"

[[edition.revision]]
kind = "data"
why = "More came in."

[[edition.revision]]
kind = "correction"
why = "We had it wrong."
claims = ["x"]

[[edition.accepted]]
claim = "y"
why = "It is so."

[[edition.errata]]
claim = "x"
what = "The level"
was = { a = "7", c = "7", d = "8" }
now = { a = "6", c = "6", d = "9" }
why = "A typo."

[[edition]]
id = "a"
as_of = 2026-05-08
title = "Earlier"
"""


def listed(tmp_path: Path, text: str) -> tuple[Edition, ...]:
    (tmp_path / "editions.toml").write_text(text, "utf-8")
    return editions(tmp_path)


def test_the_four_editions_of_the_report() -> None:
    found = editions(ROOT)
    assert tuple(one.as_of for one in found) == DAYS
    assert [one.id for one in found] == [day.isoformat() for day in DAYS]
    assert "inferred" in found[0].note
    assert all(one.revision for one in found[1:])


def test_editions_come_oldest_first_with_their_reasons(tmp_path: Path) -> None:
    first, second = listed(tmp_path, GOOD)
    assert (first.id, second.id) == ("a", "b")
    assert second.revision == (
        Revision("data", "More came in."),
        Revision("correction", "We had it wrong.", ("x",)),
    )
    assert second.accepted == (Accepted("y", "It is so."),)
    (erratum,) = second.errata
    assert (
        erratum.mended
        == "The level: 7 instead of 6 in editions a and c; 8 instead of 9 in edition d. A typo."
    )


def test_a_revision_that_names_a_claim_goes_before_the_one_for_all_others(tmp_path: Path) -> None:
    first, second = listed(tmp_path, GOOD)
    assert second.kind_of("x") == "correction"
    assert second.kind_of("z") == "data"
    assert first.kind_of("x") is None
    assert second.kind_of("x", same_code=True) == "data"  # an error of ours shows by another code alone


def test_an_edition_survives_its_manifest(tmp_path: Path) -> None:
    for one in listed(tmp_path, GOOD):
        assert convert(to_builtins(one), Edition, "an edition", "a manifest") == one


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('id = "b"', 'id = "B/x"', "edition 1, id\n  expected: `str` matching regex"),
        ('id = "b"', 'id = "a"', "two editions have one id"),
        ("as_of = 2026-06-30", 'as_of = "June"', "edition 1, as_of\n  expected: a record as its schema"),
        ('title = "Later"', 'titel = "Later"', "object contains unknown field `titel`"),
        ('title = "Later"', "", "object missing required field `title`"),
        ('kind = "data"', 'kind = "whim"', "edition 1, revision[0].kind\n  expected: `str` matching"),
        ('why = "More came in."', 'why = ""', "edition 1, revision[0].why\n  expected: `str` of length >= 1"),
        ('why = "It is so."', "", "object missing required field `why`"),
        (', d = "9" }', " }", "x: was names a, c, d, now a, c"),
        ("published = 2026-07-02", "published = 2026-06-29", "before the day of its evidence, 2026-06-30"),
        (GOOD, "", "no edition is listed"),
        (GOOD, "=", "not TOML"),
    ],
)
def test_a_mistake_is_told(old: str, new: str, says: str, tmp_path: Path) -> None:
    assert old in GOOD
    with pytest.raises(ProseError) as told:
        listed(tmp_path, GOOD.replace(old, new))
    assert says in str(told.value)
    assert told.value.hint
    assert "editions.toml" in str(told.value)


def test_an_edition_that_is_not_listed(tmp_path: Path) -> None:
    listed(tmp_path, GOOD)
    assert edition(tmp_path, "a").title == "Earlier"
    with pytest.raises(ReportError, match="there is no edition c"):
        edition(tmp_path, "c")
    with pytest.raises(ProseError, match="there is no list"):
        editions(tmp_path / "elsewhere")


def test_an_edition_comes_out_on_a_day_of_its_own(tmp_path: Path) -> None:
    earlier, later = listed(tmp_path, GOOD)
    assert later.issued == dt.date(2026, 7, 2)
    assert (earlier.published, earlier.issued) == (None, dt.date(2026, 5, 8))
    assert {one.published for one in editions(ROOT)} == {dt.date(2026, 11, 22), dt.date(2026, 11, 25)}
