"""The next edition, written out: it parses, and gives a reason for each number and each guard."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from analysis.report import ARTICLE
from pivot.claims import stored
from pivot.editions import editions
from pivot.evaluation import evaluate
from pivot.next_edition import commands, stanza
from pivot.publish import history
from tests.conftest import NEWEST, ROOT

DAY = dt.date(2026, 11, 23)


@pytest.fixture(scope="module")
def text() -> str:
    return stanza(ARTICLE, ROOT, DAY)


def test_it_can_be_pasted_and_leaves_no_number_and_no_guard_without_a_reason(
    text: str, tmp_path: Path
) -> None:
    shutil.copy(ROOT / "editions.toml", tmp_path)
    with (tmp_path / "editions.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n{text}")
    edition = editions(tmp_path)[-1]
    assert (edition.id, edition.as_of, edition.published) == (str(DAY), DAY, DAY)
    before, after = (_claims(day) for day in (NEWEST, DAY))
    moved = history.moved(before, after)
    assert moved
    assert [id_ for id_ in moved if edition.kind_of(id_) is None] == []
    broken = {id_ for id_, entry in after.items() if entry.guard and not entry.guard.holds}
    assert broken
    assert {one.claim for one in edition.accepted} == broken
    assert all(one.why for one in edition.accepted)
    assert all(one.why for one in edition.revision)
    told = [line for line in text.splitlines() if line.startswith("# ")]
    assert len(told) >= len(moved)
    assert [line for line in told if re.search(r": (.+) -> \1($|;)", line) or line.endswith(": ")] == []


def _claims(day: dt.date) -> Mapping[str, stored.Entry]:
    return stored.parse(evaluate(ARTICLE, ROOT, day).ledger.to_json({}).encode(), "a ledger")


def test_the_commands_have_it_to_the_letter(text: str) -> None:
    pasted = commands(text)
    assert f"cat >> editions.toml <<'END'\n\n{text}END\n" in pasted
    assert f".venv/bin/pivot release {DAY} --into ../site" in pasted


def test_there_is_none_where_the_newest_edition_is_as_new() -> None:
    assert stanza(ARTICLE, ROOT, NEWEST) == ""
