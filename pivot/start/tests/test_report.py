"""The report holds: its checks pass, and its numbers are those that were published."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from gauge.report import ARTICLE

from pivot.evaluation import evaluate
from pivot.publish.checks import check

ROOT = Path(__file__).parents[1]


def test_every_check_passes() -> None:
    assert [str(finding) for one in check(ROOT) for finding in one.findings] == []


@pytest.mark.parametrize(
    ("day", "numbers"),
    [
        ("2026-11-24", {"flow-before": "109.8 km³ a year", "flow-after": "84.1 km³ a year", "fall": "23.4%"}),
        ("2026-11-25", {"flow-before": "109.8 km³ a year", "flow-after": "85.0 km³ a year", "fall": "22.6%"}),
    ],
)
def test_the_numbers_are_those_of_the_editions(day: str, numbers: dict[str, str]) -> None:
    ledger = evaluate(ARTICLE, ROOT, dt.date.fromisoformat(day)).ledger
    assert {id_: entry.display.replace("\u00a0", " ") for id_, entry in ledger.entries.items()} == numbers
