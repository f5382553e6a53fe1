"""What moves in a claim is decided once: the difference of two states and the history of editions agree."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest

from pivot.claims.changes import changes
from pivot.claims.stored import Entry, Figure, Given, GuardState, Stated
from pivot.editions import Edition
from pivot.publish import history
from pivot.revisions.numbers import READING, TOLERANCE, _level
from tests.conftest import NEWEST, ledger_of

BASE = next(
    entry
    for entry in ledger_of(NEWEST).entries.values()
    if entry.guard and entry.parts and entry.ours and entry.ours.low is None
)
HELD, BROKEN = GuardState(True, 1.0, "a condition"), GuardState(False, -1.0, "a condition")  # noqa: FBT003


def state(article: str = "8%", display: str = "7.7%", value: float = 7.7, **fields: object) -> Entry:
    cited = Stated(8, None, None, "%", article)
    ours = Given(value, None, None, "%", display, exact="7.7%", rounding="none", errors=())
    plain = {"article": cited, "ours": ours, "verdict": "reproduced", "guard": HELD}
    return msgspec.structs.replace(BASE, **{**plain, **fields})


KINDS: dict[str, tuple[Entry, Entry, tuple[str, ...]]] = {
    "nothing": (state(), state(), ()),
    "number": (state(), state(display="7.8%"), ("moved from 7.7% to 7.8%",)),
    "cited text": (state(), state(article="9%"), ("cited text corrected from 8% to 9%",)),
    "not known any more": (state(), state(ours=None), ("moved from 7.7% to not known",)),
    "verdict": (state(), state(verdict="differs"), ("verdict changed from reproduced to differs",)),
    "guard broke": (state(), state(guard=BROKEN), ("reads wrong now",)),
    "guard mended": (state(guard=BROKEN), state(), ("reads right again",)),
    "guard went": (state(), state(guard=None), ("its guard was taken away",)),
    "guard came": (state(guard=None), state(guard=BROKEN), ("has a guard now",)),
    "digits": (state(value=7.71), state(value=7.74), ()),
    "a figure of the account": (state(), state(figures=()), ()),
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_difference_and_the_history_agree(kind: str) -> None:
    before, after, words = KINDS[kind]
    assert changes(before, after) == words
    assert (_level(before, after) == READING) == bool(words)
    editions = [
        Edition(day, dt.date.fromisoformat(day), "An edition") for day in ("2026-05-08", "2026-06-30")
    ]
    _, now = history.observations(
        "x", [history.State(editions[0], {"x": before}), history.State(editions[1], {"x": after})]
    )
    assert now.changes == words
    assert history.moved({"x": before}, {"x": after}) == ({"x": words} if words else {})


def test_digits_that_sums_leave_behind_are_no_difference() -> None:
    value = 7.7123
    for by, level in ((TOLERANCE / 10, ""), (TOLERANCE * 10, "hidden")):
        part = Figure(value, None, None, "$", "$7.71", "price", "price", "$7.7123")
        before = state(value=value, figures=(part,))
        after = state(
            value=value * (1 + by), figures=(msgspec.structs.replace(part, single=value * (1 - by)),)
        )
        assert _level(before, after) == level
