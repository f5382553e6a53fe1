"""Publishers as readers see them: whose text it is, of which day, and who copied it."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pandas as pd
import pytest

from analysis.publishers import named
from tests.conftest import NEWEST, ledger_of, vintage_of

COPY = "filing as summarised by subtlyart/TexasBitcoin"
NOWHERE = "a document in a public repository (address not known)"
CASES = {
    f"{COPY} (Q2 letter)": "MARA's filing of 26 March 2026 (Q2 letter), as copied by TexasBitcoin",
    f"{COPY} (release: sale to repurchase about $1bn of convertible notes)": (
        "MARA's filing of 26 March 2026, as copied by TexasBitcoin"
    ),
    f"{NOWHERE}, citing the 10-Q; address not given there": (
        "MARA's 10-Q of 26 March 2026, as cited in a public repository"
    ),
    f"{NOWHERE}, citing XBRL company facts": "XBRL company facts, as cited in a public repository",
    f"CoinShares, as cited in {NOWHERE}": "CoinShares, as cited in a public repository",
    "company release, named by a document in a public repository": (
        "MARA's release of 26 March 2026, as cited in a public repository"
    ),
    "Bitcoin Beacon (a public GitHub document without a page address)": (
        "Bitcoin Beacon, in a public repository"
    ),
    "tincomking/btcminecompany data script, citing Riot monthly updates": (
        "Riot monthly updates, as copied by tincomking/btcminecompany"
    ),
    "The Block, quoted by Youmoo weekly": "The Block, as quoted by Youmoo weekly",
    "Bernstein via btcpizza": "Bernstein, as copied by btcpizza",
    "Cointelegraph": "Cointelegraph",
}


@pytest.mark.parametrize("publisher", CASES)
def test_a_publisher_is_named_for_people(publisher: str) -> None:
    row = {"publisher": publisher, "published": pd.Timestamp("2026-03-26"), "published_precision": "day"}
    assert named(SimpleNamespace(**row, company="MARA")) == CASES[publisher]
    assert "of 26 March" not in named(SimpleNamespace(**row | {"published_precision": "month"}))
    assert "MARA" not in named(SimpleNamespace(**row))


def test_no_claim_shows_how_a_row_was_taken_down() -> None:
    """The same words in tables, accounts and reasons: those of rows stand in the evidence alone."""
    entries = ledger_of(NEWEST).entries.values()
    shown = [piece.publisher for entry in entries for piece in entry.evidence]
    shown += [text for entry in entries for text in entry.shown]
    assert sum("as copied by" in text for text in shown) > 40
    assert [text for text in shown if re.search(r"as summarised by|not known\)|GitHub document", text)] == []
    rows = vintage_of(NEWEST).data("statements").frame
    assert sum("as summarised by" in publisher for publisher in rows["publisher"]) > 20
