"""Had the evidence been another: exactly the claims that rest on it move, and the sentences that use them.

Each counterfactual edits a few cells in memory, in every snapshot of a data set alike, and says which claims
must react. A claim that does not react is deaf; one that does and is not named reads more than it should.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass, replace
from functools import cache

import pandas as pd
import pytest

from analysis.measures.operators import OWN_HASH_RATE
from analysis.report import ARTICLE
from pivot.claims import ledger as ledgers
from pivot.claims.ledger import Ledger
from pivot.claims.model import Kind, Verdict
from pivot.claims.stored import Entry
from pivot.claims.verdicts import RULES, Basis
from pivot.prose.sentences import Piece as Sentence
from pivot.prose.sentences import sentences
from pivot.prose.variables import guards, variables
from tests.conftest import IN_AUGUST, NEWEST, ROOT, build_ledger, ledger_of, vintage_of
from tests.regression.edited import Edit, both, cell, edited, everywhere, ledger_with, needs, reacting

Move = Callable[[Entry], object]


def value(entry: Entry) -> object:
    return entry.value


def article(entry: Entry) -> object:
    return entry.article.value


def margin(entry: Entry) -> object:
    return entry.margin


def part(name: str) -> Move:
    return lambda entry: entry.parts[name].value


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """What if?

    Args:
        target: the claim whose number must move.
        data_set: where the evidence differs.
        edit: how.
        others: every other claim that must react, and no more.
        flips: guards that must change sides.
        moves: what of the target must move, its value where nothing else is said.
    """

    target: str
    data_set: str
    edit: Edit
    others: frozenset[str] = frozenset()
    flips: frozenset[str] = frozenset()
    moves: Move = value


def times(factor: float) -> Callable[[object], object]:
    return lambda old: float(str(old)) * factor


def plus(amount: float) -> Callable[[object], object]:
    return lambda old: type(old)(float(str(old)) + amount)  # type: ignore[call-arg]


def easier(factor: float) -> Callable[[object], object]:
    """A compact target so many times as high; difficulty is as many times lower."""

    def change(bits: object) -> str:
        compact = int(str(bits), 16)
        return f"{(compact & 0xFF000000) | int((compact & 0xFFFFFF) * factor):08x}"

    return change


def _deep_cuts_of_old(epochs: pd.DataFrame) -> pd.DataFrame:
    """Every second epoch of two years at two thirds of its difficulty: 25 cuts deeper than that of March."""
    heights = [height for height in epochs.index if 200_000 < height < 300_000]
    return both(cell(height, "bits", easier(1.5)) for height in heights[::2])(epochs)


def _nine_miners(statements: pd.DataFrame) -> pd.DataFrame:
    """Of hash rates, only those of nine companies were ever stated."""
    nine = ("Bitdeer", "MARA", "IREN", "CleanSpark", "Riot", "American Bitcoin", "Cango", "HIVE", "Cipher")
    gone = statements["metric"].isin(OWN_HASH_RATE) & ~statements["company"].isin(nine)
    return statements[~gone]


def _cited(id_: str, change: Callable[[object], object], *others: str, **more: object) -> Counterfactual:
    edit = both(cell(id_, end, change) for end in ("low", "high"))
    return Counterfactual(id_, "cited", edit, frozenset(others), **{"moves": article, **more})  # type: ignore[arg-type]


MARCH, FEBRUARY = 941_472, 935_424
SOLD, DIRECTION = (
    "sold-to-fund-filing-as-summarised-by-subtlyart-texasbitcoin-company-release",
    "table1-direction-filing-as-summarised-by-subtlyart-texasbitcoin-company-release",
)

COUNTERFACTUALS = (
    Counterfactual(
        "difficulty-drop",
        "epochs",
        cell(MARCH, "bits", easier(0.99)),
        frozenset(
            {
                "difficulty-q1-decline",
                "difficulty-drop-rank-record",
                "hashrate-q1-decline",
                "top10-btc-revenue",
            }
        ),
    ),
    Counterfactual(
        "difficulty-drop",
        "epochs",
        cell(MARCH, "bits", easier(0.9)),
        frozenset(
            {
                "difficulty-q1-decline",
                "difficulty-drop-rank-year",
                "difficulty-drop-rank-record",
                "hashrate-q1-decline",
                "hashprice-range",
                "hashprice-low",
                "consecutive-cut-threshold",
                "top10-btc-revenue",
            }
        ),
        frozenset({"difficulty-drop", "difficulty-drop-rank-record", "hashrate-q1-decline"}),
    ),
    Counterfactual(
        "difficulty-drop-rank-year",
        "epochs",
        cell(FEBRUARY, "bits", easier(0.93)),
        frozenset(
            {
                "difficulty-drop-rank-record",
                "consecutive-cut-threshold",
                "hashrate-q1-decline",
                "top10-btc-revenue",
            }
        ),
    ),
    Counterfactual(
        "difficulty-drop-rank-record",
        "epochs",
        _deep_cuts_of_old,
        frozenset({"consecutive-cut-threshold"}),
        flips=frozenset({"difficulty-drop-rank-record"}),
    ),
    Counterfactual(
        "hashrate-q1-decline",
        "days",
        cell(dt.date(2026, 3, 31), "blocks", lambda blocks: int(str(blocks)) + 20),
        frozenset({"top10-btc-revenue"}),
    ),
    Counterfactual(
        "hashrate-q1-decline",
        "days",
        cell(dt.date(2026, 3, 31), "blocks", lambda blocks: int(str(blocks)) * 2),
        frozenset({"top10-btc-revenue"}),
        flips=frozenset({"hashrate-q1-decline"}),
    ),
    Counterfactual(
        "block-interval",
        "epochs",
        cell(MARCH, "timestamp", lambda time: pd.Timestamp(str(time)) + pd.Timedelta(hours=1)),
        moves=part("epoch-mean"),
    ),
    _cited("consecutive-cut-threshold", times(1.3)),
    Counterfactual(
        "hashprice-range",
        "prices",
        cell(IN_AUGUST, "close_usd", times(1.1)),
        frozenset({"per-mw-economics", "security-budget"}),
    ),
    Counterfactual("hashprice-low", "days", cell(dt.date(2026, 6, 30), "fee_btc_per_block", plus(0.02))),
    Counterfactual(
        "hashprice-low",
        "hashprice_points",
        cell("2025-11-luxor", "low", 20.0),
        flips=frozenset({"hashprice-low"}),
        moves=part("published-before"),
    ),
    Counterfactual("top5-threshold", "pool_shares", cell("2026-04-foundry-usa", "share_pct", plus(-5.0))),
    *(
        _cited("top5-threshold", times(factor), "top5-history", flips=flips, moves=part(side))
        for factor, side, flips in (
            (1.3, "pools-over", frozenset({"top5-threshold", "top5-history"})),
            (0.4, "miners-over", frozenset({"top5-threshold"})),
        )
    ),
    Counterfactual("top5-history", "pool_shares", cell("2023-top-five-pools", "share_pct", 80.0)),
    Counterfactual(
        "top5-history",
        "pool_shares",
        cell("2021-top-five-pools", "share_pct", 40.0),
        flips=frozenset({"top5-history"}),
    ),
    _cited(
        "btc-price-assumption", times(1.05), "top10-btc-production", "top10-btc-revenue", "top10-reported"
    ),
    Counterfactual(
        "btc-price-assumption",
        "prices",
        cell(NEWEST, "close_usd", times(0.9)),
        moves=part("side"),
    ),
    Counterfactual(
        "btc-price-assumption",
        "cited",
        cell("hashprice-range", "high", times(2)),
        frozenset({"hashprice-range"}),
        frozenset({"btc-price-assumption"}),
        part("hashprice-side"),
    ),
    *(
        Counterfactual(
            target,
            "cited",
            cell("top10-btc-revenue", "low", times(1.1)),
            frozenset(
                {
                    "top10-btc-production",
                    "top10-btc-revenue",
                    "btc-over-ai",
                    "revenue-ratio",
                    "revenue-gap",
                    "substantial-margin",
                }
            )
            - {target},
            moves=moves,
        )
        for target, moves in (("top10-btc-production", value), ("top10-btc-revenue", article))
    ),
    Counterfactual(
        "top10-btc-revenue",
        "days",
        cell(dt.date(2026, 6, 20), "blocks", lambda blocks: int(str(blocks)) * 2),
        frozenset({"top5-threshold", "price-falls-pivot"}),
        moves=part("bottom-up"),
    ),
    Counterfactual(
        "top10-btc-revenue",
        "cited",
        cell("top10-btc-revenue", "low", times(1.5)),
        frozenset(
            {"top10-btc-production", "btc-over-ai", "revenue-ratio", "revenue-gap", "substantial-margin"}
        ),
        moves=part("side"),
    ),
    Counterfactual("top10-count", "statements", _nine_miners, frozenset({"top10-btc-revenue"})),
    Counterfactual(
        "ai-run-rate",
        "contracts",
        cell("riot-amd", "total_usd", times(2)),
        frozenset({"riot-amd-start"}),
        moves=part("sum"),
    ),
    Counterfactual(
        "riot-amd-start",
        "contracts",
        cell("riot-amd", "years", 12.0),
        frozenset({"ai-run-rate"}),
        moves=part("years"),
    ),
    Counterfactual(
        "ai-run-rate",
        "statements",
        cell("core-scientific-colocation-revenue-q2-2026", "value", times(0.1)),
        frozenset({"ai-share-now", "ai-share-forecast"}),
        frozenset({"ai-run-rate"}),
        part("core-times"),
    ),
    _cited("ai-ten-year", times(1.05), "ai-doubled", "btc-over-ai", "table2-origin"),
    Counterfactual(
        "ai-doubled",
        "cited",
        cell("ai-ten-year", "low", times(1.05)),
        frozenset({"ai-ten-year", "btc-over-ai", "table2-origin"}),
    ),
    Counterfactual(
        "btc-over-ai",
        "cited",
        cell("ai-ten-year", "low", times(1.5)),
        frozenset({"ai-ten-year", "ai-doubled", "table2-origin"}),
        frozenset({"btc-over-ai"}),
    ),
    *(
        Counterfactual(
            target,
            "cited",
            cell("ai-run-rate", "low", times(1.1)),
            frozenset({"ai-run-rate", "revenue-ratio", "revenue-gap", "btc-over-ai"} - {target}),
        )
        for target in ("revenue-ratio", "revenue-gap")
    ),
    Counterfactual(
        "ai-contracts",
        "leases",
        cell("riot-rockdale-amd-2026-01-16", "total_usd", times(2)),
        frozenset({"per-mw-economics"}),
    ),
    Counterfactual(
        "per-mw-economics",
        "leases",
        cell("riot-rockdale-amd-2026-01-16", "years", times(3)),
        flips=frozenset({"per-mw-economics"}),
        moves=margin,
    ),
    Counterfactual(
        "difficulty-q1-decline",
        "epochs",
        cell(MARCH, "bits", easier(0.99)),
        frozenset(
            {"difficulty-drop", "difficulty-drop-rank-record", "hashrate-q1-decline", "top10-btc-revenue"}
        ),
    ),
    Counterfactual(
        "concentrated-base",
        "pool_shares",
        cell("2026-03-foundry-usa", "share_pct", plus(-5.0)),
        frozenset({"top5-threshold"}),
        moves=part("march"),
    ),
    *(
        Counterfactual(id_, "evidence", cell(row, "value", "other words"))
        for id_, row in (("sold-to-fund", SOLD), ("table1-direction", DIRECTION))
    ),
    Counterfactual(
        "hut8-counterparty", "leases", cell("hut-8-river-bend-2025-12-17", "tenant", "Somebody else")
    ),
    Counterfactual(
        "table1-hybrid",
        "statements",
        cell("riot-data-center-revenue-q1-2026", "value", times(1.2)),
        frozenset({"ai-share-now"}),
        moves=part("share"),
    ),
    Counterfactual(
        "table2-origin",
        "cited",
        cell("ai-ten-year", "low", times(1.05)),
        frozenset({"ai-ten-year", "ai-doubled", "btc-over-ai"}),
    ),
    Counterfactual(
        "top10-reported",
        "cited",
        cell("btc-price-assumption", "low", times(1.05)),
        frozenset({"btc-price-assumption", "top10-btc-production", "top10-btc-revenue"}),
    ),
    Counterfactual(
        "substantial-margin",
        "cited",
        cell("ai-doubled", "low", times(1.05)),
        frozenset({"ai-doubled", "table2-origin"}),
    ),
    Counterfactual("bitdeer-profitable", "statements", cell("bitdeer-net-loss-q2-2026", "value", times(2))),
    Counterfactual("price-falls-pivot", "prices", cell(dt.date(2026, 5, 8), "close_usd", times(1.1))),
    Counterfactual(
        "security-budget",
        "days",
        cell(dt.date(2026, 8, 10), "fee_btc_per_block", plus(0.5)),
        frozenset({"hashprice-range", "per-mw-economics"}),
    ),
    Counterfactual(
        "lower-hashrate-works",
        "epochs",
        both(cell(height, "bits", easier(0.15)) for height in range(338 * 2016, 720_000, 2016)),
        frozenset({"difficulty-drop-rank-record"}),
        frozenset({"lower-hashrate-works"}),
    ),
    _cited("ai-contracts", times(2), moves=part("side")),
    Counterfactual(
        "ai-share-now",
        "statements",
        cell("riot-revenue-q1-2026", "value", times(1.2)),
        frozenset({"table1-hybrid"}),
    ),
    Counterfactual(
        "ai-share-now",
        "statements",
        cell("riot-data-center-revenue-q1-2026", "value", times(4.94)),
        frozenset({"ai-share-forecast", "table1-hybrid"}),
        flips=frozenset({"ai-share-now"}),
    ),
    _cited("ai-share-forecast", times(1.1)),
    *(
        _cited(id_, times(1.1))
        for id_ in (
            "mara-btc-sold",
            "riot-btc-sold",
            "corz-btc-sold",
            "corz-credit",
            "hut8-contract",
            "corz-energized",
            "corz-target",
            "bitdeer-growth",
            "bifurcation-horizon",
            "watch-horizon",
        )
    ),
    _cited("bitdeer-ai-arr", times(1.1), "ai-run-rate"),
    _cited("bitdeer-hashrate", times(1.1), "bitdeer-growth"),
    Counterfactual(
        "mara-btc-sold",
        "statements",
        cell("mara-btc-sold-4-25-mar-2026-2", "value", 13_210.0),
        flips=frozenset({"mara-btc-sold"}),
        moves=part("side"),
    ),
    Counterfactual(
        "riot-btc-sold",
        "statements",
        cell("riot-btc-sold-q1-2026", "value", 4_026.0),
        flips=frozenset({"riot-btc-sold"}),
        moves=part("side"),
    ),
    Counterfactual(
        "corz-btc-sold",
        "statements",
        cell("core-scientific-btc-sold-q1-2026-2", "value", 1_992.0),
        flips=frozenset({"corz-btc-sold"}),
        moves=part("side"),
    ),
    Counterfactual(
        "corz-credit",
        "statements",
        cell("core-scientific-senior-notes-2026", "value", times(2)),
        moves=part("newest"),
    ),
    Counterfactual(
        "corz-energized",
        "statements",
        cell("core-scientific-mw-billing-july-2026", "value", times(1.1)),
        moves=part("newest"),
    ),
    Counterfactual(
        "bitdeer-ai-arr",
        "statements",
        cell("bitdeer-ai-cloud-arr-aug-2026", "value", times(2)),
        moves=part("newest"),
    ),
    Counterfactual(
        "bitdeer-hashrate",
        "statements",
        cell("bitdeer-self-mining-hashrate-31-aug-2026", "value", times(1.1)),
        frozenset({"top10-btc-revenue", "top5-threshold"}),
        moves=part("newest"),
    ),
    Counterfactual(
        "bitdeer-hashrate",
        "statements",
        cell("bitdeer-self-mining-hashrate-q1-2026-release", "value", 69.5),
        flips=frozenset({"bitdeer-hashrate"}),
        moves=margin,
    ),
    Counterfactual(
        "hut8-contract",
        "contracts",
        cell("hut-8-fluidstack-river-bend", "total_usd", times(1.2)),
        moves=part("published"),
    ),
    Counterfactual(
        "hut8-hashrate",
        "statements",
        cell("american-bitcoin-hashrate-owned-mar-2026", "value", times(1.1)),
        frozenset({"top10-btc-revenue"}),
        moves=part("newest"),
    ),
    Counterfactual(
        "edwards-back",
        "evidence",
        cell("edwards-back-rajabventures-com", "published", pd.Timestamp("2026-04-18")),
        moves=part("day"),
    ),
    *(
        Counterfactual(id_, "cited", cell(id_, "cited", "other words"), moves=article)
        for id_ in ("tydal-conversion", "mara-filing", "redundancy-class")
    ),
)

TURNS: Mapping[str, tuple[str, str, Edit, str]] = {
    "a sum that falls short of the floor": (
        "ai-contracts",
        "leases",
        lambda leases: leases.assign(total_usd=leases["total_usd"] * 0.1),
        "attributed only",
    ),
    "a source of the first hand against a figure": (
        "mara-btc-sold",
        "evidence",
        cell("mara-btc-sold-texasbitcoin-2", "tier", "primary"),
        "contradicted",
    ),
    "a copy of a filing where only the press spoke": (
        "hut8-hashrate",
        "evidence",
        cell("hut8-hashrate-cointelegraph", "tier", "mirror"),
        "contradicted",
    ),
    "a source which shows that it was so": (
        "bitdeer-ai-arr",
        "evidence",
        both(
            [
                cell("bitdeer-ai-arr-orbyd-app", "tier", "mirror"),
                cell("bitdeer-ai-arr-orbyd-app", "bearing", "confirms"),
            ]
        ),
        "superseded",
    ),
    "a figure that no reading's error reaches": (
        "hashrate-q1-decline",
        "cited",
        both([cell("hashrate-q1-decline", "low", 12.0), cell("hashrate-q1-decline", "high", 12.0)]),
        "differs",
    ),
    "nothing that bears on it": (
        "corz-credit",
        "evidence",
        lambda rows: rows.assign(bearing=rows["bearing"].mask(rows["claim"] == "corz-credit", "context")),
        "attributed only",
    ),
    "an article that contradicts itself": (
        "ai-doubled",
        "cited",
        both([cell("ai-doubled", "low", 5e9), cell("ai-doubled", "high", 5e9)]),
        "differs",
    ),
}
"""For each rule an edit of the evidence that turns the verdict on a claim, and to what."""

DATELESS = {"difficulty-drop-cause", "shutdowns", "top10-history"}
"""Claims whose function reads nothing; only what others say of them can move their verdict."""

SAID_OF = [
    claim.id
    for claim in ARTICLE.claims.values()
    if claim.kind in (Kind.ATTRIBUTED, Kind.EVENT) and ledger_of(NEWEST)[claim.id].evidence
]


def _named(one: Counterfactual) -> str:
    return f"{one.target}-{one.data_set}"


def test_every_claim_with_data_behind_it_has_a_counterfactual() -> None:
    assert {one.target for one in COUNTERFACTUALS} == {id_ for id_ in ARTICLE.claims if needs(id_)}
    assert {id_ for id_ in ARTICLE.claims if not needs(id_)} == DATELESS


def test_every_guard_has_a_counterfactual_that_flips_it() -> None:
    watched = guards(ledger_of(NEWEST))
    assert len(watched) >= 12
    assert set().union(*(one.flips for one in COUNTERFACTUALS)) == set(watched)


@pytest.mark.parametrize("what_if", COUNTERFACTUALS, ids=_named)
def test_exactly_these_claims_react(what_if: Counterfactual) -> None:
    before = ledger_of(NEWEST)
    after = ledger_with(NEWEST, everywhere(what_if.data_set, what_if.edit))
    assert reacting(before, after) == what_if.others | {what_if.target}
    assert what_if.moves(after[what_if.target]) != what_if.moves(before[what_if.target])
    held, holds = guards(before), guards(after)
    assert all(held.values()), "the flips below are from holding to broken"
    assert {id_ for id_ in holds if not holds[id_]} == what_if.flips
    sentences_follow(before, after)


@pytest.mark.parametrize("id_", SAID_OF)
def test_verdict_turns_on_what_others_say(id_: str) -> None:
    reproduced = ledger_of(NEWEST)[id_].verdict == Verdict.REPRODUCED.value

    def edit(evidence: pd.DataFrame) -> pd.DataFrame:
        of_it = evidence["claim"] == id_
        said = ("contradicts", "primary") if reproduced else ("confirms", "mirror")
        evidence.loc[of_it, ["bearing", "tier", "published"]] = [*said, pd.Timestamp("2026-05-01")]
        return evidence

    before, after = ledger_of(NEWEST), ledger_with(NEWEST, everywhere("evidence", edit))
    assert id_ in reacting(before, after)
    assert reacting(before, after) <= {id_, "edwards-back"}  # which reads its day from the evidence
    assert after[id_].verdict != before[id_].verdict
    sentences_follow(before, after)


@pytest.mark.parametrize("why", TURNS)
def test_a_verdict_turns_by_its_rule(why: str) -> None:
    id_, data_set, edit, verdict = TURNS[why]
    before, after = ledger_of(NEWEST), ledger_with(NEWEST, everywhere(data_set, edit))
    assert before[id_].verdict != verdict
    assert after[id_].verdict == verdict
    sentences_follow(before, after)


DECLARED = [
    claim.id
    for claim in ARTICLE.claims.values()
    if claim.hypothesis or claim.kind in (Kind.FORECAST, Kind.DEFINITION)
]
"""Claims whose verdict follows from what they are declared to be, which no evidence turns."""


@pytest.mark.parametrize("id_", DECLARED)
def test_a_verdict_that_was_declared_turns_with_the_declaration_and_with_nothing_else(id_: str) -> None:
    before, register = ledger_of(NEWEST)[id_], copy(ARTICLE.claims)
    declared = {"hypothesis": False} if register[id_].hypothesis else {"kind": Kind.EVENT}
    register._claims = {**register, id_: replace(register[id_], **declared)}
    assert ledgers.build(vintage_of(NEWEST), register, [id_])[id_].verdict != before.verdict

    def edit(evidence: pd.DataFrame) -> pd.DataFrame:
        evidence.loc[evidence["claim"] == id_, ["bearing", "tier"]] = ["contradicts", "primary"]
        return evidence

    other = edited(NEWEST, everywhere("evidence", edit))
    assert build_ledger(other, [id_])[id_].verdict == before.verdict


def test_each_rule_that_rests_on_a_declaration_has_a_claim_above() -> None:
    kinds = {
        kind
        for rule in RULES
        if rule.basis is Basis.DECLARED and rule.condition == "always"
        for kind in rule.kinds
    }
    assert kinds == {ARTICLE.claims[id_].kind for id_ in DECLARED if not ARTICLE.claims[id_].hypothesis}
    assert any(ARTICLE.claims[id_].hypothesis for id_ in DECLARED)


def sentences_follow(before: Ledger, after: Ledger) -> None:
    """The sentences that read otherwise are those that use a claim that reacts, and no others."""
    old, new = _texts(before), _texts(after)
    moved = {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}
    turned = {id_ for id_, holds in guards(before).items() if guards(after)[id_] != holds}
    reacted = reacting(before, after)
    book = _book()
    assert len(book) > 100
    differ = {one for one in book if one.read(old) != one.read(new) or turned & set(_held(one))}
    stray = {one for one in differ if not reacted & {*one.claims, *_held(one)} and not _counts(one, moved)}
    assert {(one.file, one.line) for one in stray} == set()
    deaf = {one for one in book if _uses(one, moved) and one not in differ}
    assert {(one.file, one.line) for one in deaf} == set()
    for id_ in turned:
        assert any(id_ in _held(one) for one in book), f"no sentence is guarded by {id_}"
    shown = {id_ for id_ in reacted if f"claim.{id_}" in moved}
    assert {id_ for id_ in shown if not any(id_ in one.claims for one in differ)} == set()


@cache
def _book() -> tuple[Sentence, ...]:
    return tuple(sentences(ROOT, {}))


def _texts(ledger: Ledger) -> Mapping[str, str]:
    return variables(ledger, vintage_of(NEWEST), charts=0, title=ARTICLE.title)


def _held(sentence: Sentence) -> list[str]:
    _, _, rest = sentence.source.partition("<!-- holds:")
    return re.findall(r"[\w-]+", rest.partition("-->")[0])


def _uses(sentence: Sentence, names: set[str]) -> bool:
    return any(f"var {name} >" in sentence.source for name in names)


def _counts(sentence: Sentence, moved: set[str]) -> bool:
    """Whether it tells how many claims have a verdict, or guards hold: that changes with any of them."""
    return _uses(sentence, {name for name in moved if name.startswith("report.")})
